/** Conventions of texts that carry what the wire has no type for: the words of `@format`. */

import { text as checkText, oneOf } from "../options/checks.js";

/** The words that `@format` takes. */
export type TextFormat =
  | "uuid"
  | "ulid"
  | "date"
  | "time"
  | "date_time"
  | "uri"
  | "email"
  | "decimal"
  | "semver";

const timePattern = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d{1,9})?$/;
const offsetPattern = /^(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

const checks: Readonly<Record<TextFormat, (text: string) => boolean>> = {
  uuid: (text) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  ulid: (text) => /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/i.test(text),
  date: isDate,
  time: (text) => timePattern.test(text),
  date_time: isDateTime,
  uri: isUri,
  email: (text) => text.length <= 254 && /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)*$/.test(text),
  decimal: (text) => /^-?\d+(\.\d+)?$/.test(text),
  semver: (text) =>
    /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?(\+[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/.test(text), // biome-ignore format: one pattern
};

/** The words that `@format` takes, in the order of the documentation. */
export const textFormats: readonly TextFormat[] = /*@__PURE__*/ Object.keys(checks) as TextFormat[];

const checkFormat = /*@__PURE__*/ oneOf(...textFormats);

/**
 * Whether a text is written as a format asks: `uuid`, `ulid`, `date` (`2026-11-30`), `time` (`15:50:00`), `date_time`
 * (RFC 3339), `uri`, `email`, `decimal`, `semver`. A `@format` in a schema is a promise of its author: codecs do not
 * check it, an application does where it wants to.
 * @throws TypeError for values of another type, RangeError for another word
 */
export function hasTextFormat(format: TextFormat, text: string): boolean {
  checkFormat(format, "format");
  checkText(text, "text");
  return checks[format](text);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  // Some engines take the 30th of February for a day in March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

function isDateTime(text: string): boolean {
  const parts = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)([Zz]|[+-]\d{2}:\d{2})$/.exec(
    text,
  );
  if (parts === null) return false;
  const [, date = "", time = "", offset = ""] = parts;
  return isDate(date) && timePattern.test(time) && offsetPattern.test(offset.toUpperCase());
}

function isUri(text: string): boolean {
  try {
    return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && new URL(text).protocol !== "";
  } catch {
    return false;
  }
}
