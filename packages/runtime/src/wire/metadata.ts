/** Metadata: named values beside a call, a connection or a handshake. Source: `protocol/wire.md` §7. */

import { Reader } from "../bytes/reader.js";
import { loneSurrogateIndex, utf8 } from "../bytes/utf8.js";
import { Writer } from "../bytes/writer.js";
import { CodecError } from "../errors.js";
import type { MetadataLimits } from "../limits.js";
import { brand } from "../options/brand.js";
import { wrongType } from "../options/checks.js";
import { peerText } from "../options/peer-text.js";
import { readBytes, writeBytes } from "../postcard/byte-strings.js";
import { readCount, readTag, takeLength, unknownVariant } from "../postcard/counts.js";
import { decodeFault } from "../postcard/faults.js";
import { readString, writeString } from "../postcard/text.js";
import { readU64, writeU64 } from "../postcard/u64.js";
import { putVarint, takeWideVarint } from "../postcard/varints.js";

/** A text, bytes, or an integer of 0 to 2^64 - 1. */
export type MetadataValue = string | Uint8Array | bigint;

/** One entry as it travels. */
export interface MetadataEntry {
  /** Case-sensitive. */
  readonly key: string;
  readonly value: MetadataValue;
  /** Bits; see {@link MetadataFlags}. Those without a name are kept and ignored. */
  readonly flags: bigint;
}

/** The bits of an entry that mean something. */
export const MetadataFlags = {
  /** The value never reaches a log, a trace or an error text. */
  sensitive: 1n,
  /** The entry is meant for the next peer only: proxies drop it. */
  noPropagate: 2n,
} as const;

/** What an entry is marked with. */
export interface MetadataOptions {
  /** Keep the value out of logs, traces and error texts. Default false. */
  readonly sensitive?: boolean;
  /** For the next peer only. Default false. */
  readonly noPropagate?: boolean;
}

/** What a list can be made of: an object, pairs, or entries. */
export type MetadataInit =
  | Readonly<Record<string, MetadataValue | number>>
  | Iterable<readonly [key: string, value: MetadataValue | number] | MetadataEntry>;

/** What is shown in place of a sensitive value. */
const redacted = "[sensitive]";
/** Keys, in lower case, whose values are secrets whether or not the sender has marked them. */
const secretKeys: ReadonlySet<string> = /*@__PURE__*/ new Set([
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-api-key",
]);
/** UTF-16 units of a key and of a text that are shown. */
const longestShown = 256;
const u64Max = (1n << 64n) - 1n;

const stringKind = 0;
const bytesKind = 1;
const integerKind = 2;

/** An ordered list of entries; keys may repeat. Iterating gives the entries in order. */
export class Metadata implements Iterable<MetadataEntry> {
  static {
    brand(Metadata, "Metadata");
  }

  readonly #list: MetadataEntry[] = [];

  /** @throws TypeError as {@link append} */
  constructor(init: MetadataInit = []) {
    if (typeof init !== "object" || init === null)
      throw wrongType("metadata", "an object or a list of entries", init);
    const items = Symbol.iterator in init ? init : Object.entries(init);
    for (const item of items as Iterable<readonly [string, MetadataValue | number] | MetadataEntry>) {
      if ("key" in item) this.#list.push(checkedEntry(item.key, item.value, item.flags));
      else this.append(item[0], item[1]);
    }
  }

  /** Number of entries. */
  get size(): number {
    return this.#list.length;
  }

  [Symbol.iterator](): Iterator<MetadataEntry> {
    return this.#list[Symbol.iterator]();
  }

  /**
   * Adds an entry behind the others, whether or not the key is there.
   * @throws TypeError when the key is no well-formed text or the value is none of text, bytes and an integer of 64 bits
   */
  append(key: string, value: MetadataValue | number, options: MetadataOptions = {}): this {
    const flags =
      (options.sensitive === true ? MetadataFlags.sensitive : 0n) |
      (options.noPropagate === true ? MetadataFlags.noPropagate : 0n);
    this.#list.push(checkedEntry(key, value, flags));
    return this;
  }

  /** Puts an entry in place of all with this key. @throws TypeError as {@link append} */
  set(key: string, value: MetadataValue | number, options: MetadataOptions = {}): this {
    const before = this.#list.length;
    this.append(key, value, options);
    const [entry] = this.#list.splice(before);
    this.delete(key);
    if (entry !== undefined) this.#list.push(entry);
    return this;
  }

  /** Removes all entries with this key. @returns whether there was one */
  delete(key: string): boolean {
    const kept = this.#list.filter((entry) => entry.key !== key);
    const isFound = kept.length !== this.#list.length;
    if (isFound) this.#list.splice(0, this.#list.length, ...kept);
    return isFound;
  }

  /** Whether an entry has this key. */
  has(key: string): boolean {
    return this.#list.some((entry) => entry.key === key);
  }

  /** Value of the first entry with this key that is a text. */
  getString(key: string): string | undefined {
    for (const entry of this.#list)
      if (entry.key === key && typeof entry.value === "string") return entry.value;
    return undefined;
  }

  /** Value of the first entry with this key that is an integer. */
  getU64(key: string): bigint | undefined {
    for (const entry of this.#list)
      if (entry.key === key && typeof entry.value === "bigint") return entry.value;
    return undefined;
  }

  /** Value of the first entry with this key that is bytes. */
  getBytes(key: string): Uint8Array | undefined {
    for (const entry of this.#list)
      if (entry.key === key && entry.value instanceof Uint8Array) return entry.value;
    return undefined;
  }

  /**
   * The entries for a log: integers as texts, bytes as their count, texts cut and escaped. Sensitive values are left
   * out: values marked as sensitive, and those of `authorization`, `cookie` and similar keys, from either side.
   */
  toJSON(): { readonly key: string; readonly value: string }[] {
    return this.#list.map((entry) => ({
      key: peerText(entry.key, longestShown),
      value: isSensitive(entry) ? redacted : textOf(entry.value),
    }));
  }

  /** How Node shows it: as {@link toJSON}. @internal */
  [Symbol.for("nodejs.util.inspect.custom")](): unknown {
    return this.toJSON();
  }

  /**
   * Reads the list in `bytes[start, end)`, its count included. Texts and bytes are copies.
   * @throws DecodeFault for bytes that are no list
   * @internal
   */
  static decode(bytes: Uint8Array, start: number, end: number): Metadata {
    const metadata = new Metadata();
    const r = new Reader();
    r.reset(bytes, start, end);
    for (let left = readCount(r, 1); left > 0; left--) {
      const key = readString(r);
      const value = readValue(r);
      metadata.#list.push({ key, value, flags: readU64(r) });
    }
    return metadata;
  }
}

/** Whether the value of an entry is a secret: it reaches no log, no trace and no error. */
function isSensitive({ key, flags }: MetadataEntry): boolean {
  return (flags & MetadataFlags.sensitive) !== 0n || secretKeys.has(key.toLowerCase());
}

/**
 * Writes a list; makes its own room.
 * @param extra entries of the caller's own that follow behind; they are only counted here
 * @throws CodecError `EncodeFailed` when it has more entries or bytes than the writer's limits allow
 */
export function writeMetadata(w: Writer, p: number, metadata: Metadata, extra = 0): number {
  const count = metadata.size + extra;
  const { metadataLimits: limits } = w;
  if (count > limits.maxMetadataEntries) throw tooMuch(`${count} entries`, limits, "maxMetadataEntries");
  if (p + 5 > w.limit) w.grow(p, 5);
  let at = putVarint(w.buffer, p, count);
  for (const { key, value, flags } of metadata) {
    at = writeString(w, at, key);
    at = writeValue(w, at, value);
    if (at + 10 > w.limit) w.grow(at, 10);
    at = writeU64(w, at, flags);
  }
  if (at - p > limits.maxMetadataBytes) throw tooMuch(`${at - p} bytes`, limits, "maxMetadataBytes");
  return at;
}

/** Whether {@link writeMetadata} would take a list. */
export function isSendable(metadata: Metadata, limits: MetadataLimits): boolean {
  const w = new Writer();
  w.metadataLimits = limits;
  try {
    writeMetadata(w, 0, metadata);
    return true;
  } catch {
    return false;
  }
}

/**
 * Moves a reader over a list that must be well-formed and within the limits.
 * @throws DecodeFault for what is no list, or one that is too large
 */
export function skipMetadata(r: Reader, limits: MetadataLimits): void {
  const start = r.position;
  const count = readCount(r, 1);
  if (count === 0) return;
  if (count > limits.maxMetadataEntries)
    throw decodeFault(r, `metadata of ${count} entries (limit maxMetadataEntries)`, start);
  for (let left = count; left > 0; left--) {
    skipText(r);
    skipValue(r);
    takeWideVarint(r);
  }
  const bytes = r.position - start;
  if (bytes > limits.maxMetadataBytes)
    throw decodeFault(r, `metadata of ${bytes} bytes (limit maxMetadataBytes)`, start);
}

function skipValue(r: Reader): void {
  const kind = readTag(r);
  if (kind === integerKind) takeWideVarint(r);
  else if (kind === stringKind) skipText(r);
  else if (kind === bytesKind) skipBytes(r);
  else unknownVariant(r, kind, "MetadataValue");
}

function skipBytes(r: Reader): void {
  const length = takeLength(r);
  r.position += length;
}

function skipText(r: Reader): void {
  const length = takeLength(r);
  const { buffer, position: start } = r;
  const end = start + length;
  r.position = end;
  let p = start;
  while (p < end && (buffer[p] as number) < 0x80) p++;
  if (p < end && utf8.decode(buffer, start, end) === undefined) throw decodeFault(r, "invalid UTF-8", start);
}

function readValue(r: Reader): MetadataValue {
  const kind = readTag(r);
  switch (kind) {
    case stringKind:
      return readString(r);
    case bytesKind:
      // A context may be kept for long: it must not keep a received chunk alive.
      return readBytes(r).slice();
    case integerKind:
      return readU64(r);
    default:
      return unknownVariant(r, kind, "MetadataValue");
  }
}

function writeValue(w: Writer, p: number, value: MetadataValue): number {
  if (p + 11 > w.limit) w.grow(p, 11);
  const { buffer } = w;
  if (typeof value === "bigint") {
    buffer[p] = integerKind;
    return writeU64(w, p + 1, value);
  }
  buffer[p] = typeof value === "string" ? stringKind : bytesKind;
  return typeof value === "string" ? writeString(w, p + 1, value) : writeBytes(w, p + 1, value);
}

function checkedEntry(key: string, value: MetadataValue | number, flags: bigint): MetadataEntry {
  if (typeof key !== "string" || loneSurrogateIndex(key) !== -1)
    throw new TypeError("a metadata key is a text without lone surrogates");
  return { key, value: checkedValue(key, value), flags };
}

function checkedValue(key: string, value: MetadataValue | number): MetadataValue {
  if (value instanceof Uint8Array) return value;
  if (typeof value === "string" && loneSurrogateIndex(value) === -1) return value;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return BigInt(value);
  if (typeof value === "bigint" && value >= 0n && value <= u64Max) return value;
  throw new TypeError(
    `metadata "${key}": a value is a text without lone surrogates, bytes, or an integer of 0 to 2^64 - 1`,
  );
}

function textOf(value: MetadataValue): string {
  return value instanceof Uint8Array ? `${value.length} bytes` : peerText(String(value), longestShown);
}

function tooMuch(amount: string, limits: MetadataLimits, limit: keyof MetadataLimits): CodecError {
  const text = `metadata of ${amount}: more than ${limits[limit]} (limit ${limit})`;
  return new CodecError("EncodeFailed", text, { path: "metadata" });
}
