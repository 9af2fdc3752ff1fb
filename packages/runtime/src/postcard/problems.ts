/** The texts that say why a value does not fit its type. Slow paths only. */
import { loneSurrogateIndex } from "../bytes/utf8.js";
import { type IntegerType, integerRanges } from "./integer-ranges.js";

const longest = 60;

/** A text cut to a length that suits an error message. */
export function shorten(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1)}…`;
}

/** Names a value in an error text: its type and, where that is short, the value. Never throws. */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case "string":
      return `string ${shorten(JSON.stringify(value.slice(0, longest + 1)))}`;
    case "bigint":
      // A huge number is not printed digit by digit: that takes time in the square of its length.
      return value > -(1n << 256n) && value < 1n << 256n ? `bigint ${shorten(`${value}n`)}` : "a huge bigint";
    case "number":
      return `number ${Object.is(value, -0) ? "-0" : String(value)}`;
    case "boolean":
      return String(value);
    case "symbol":
      return "a symbol";
    case "function":
      return "a function";
    case "undefined":
      return "undefined";
    default:
      return value === null ? "null" : describeObject(value as object);
  }
}

function describeObject(value: object): string {
  try {
    if (Array.isArray(value)) return `array of ${value.length}`;
    const name: unknown = value.constructor?.name;
    return typeof name === "string" && name !== "" && name !== "Object" ? shorten(name) : "object";
  } catch {
    return "object";
  }
}

function isWide(type: IntegerType): boolean {
  return type.endsWith("64") || type.endsWith("128");
}

/**
 * Why a value is no integer of `type`, or undefined when it is one.
 * @param asNumber whether a 64- or 128-bit type is held by a `number`
 */
export function integerProblem(type: IntegerType, value: unknown, asNumber: boolean): string | undefined {
  const [low, high] = integerRanges[type];
  if (isWide(type) && !asNumber) {
    if (typeof value !== "bigint") {
      const hint = Number.isSafeInteger(value) ? ` (write ${value}n)` : "";
      return `expected bigint for ${type}, got ${describeValue(value)}${hint}`;
    }
    return value < low || value > high
      ? `${plain(value)} does not fit ${type} (${low} to ${high})`
      : undefined;
  }
  if (typeof value !== "number") {
    const hint = typeof value === "bigint" && value >= low && value <= high ? ` (write ${value})` : "";
    return `expected number for ${type}, got ${describeValue(value)}${hint}`;
  }
  if (!Number.isInteger(value)) return `expected an integer for ${type}, got ${value}`;
  if (isWide(type)) {
    if (Number.isSafeInteger(value) && (value >= 0 || low < 0n)) return undefined;
    const smallest = low < 0n ? Number.MIN_SAFE_INTEGER : 0;
    return `${value} does not fit ${type} as a number (${smallest} to ${Number.MAX_SAFE_INTEGER})`;
  }
  return value < low || value > high ? `${value} does not fit ${type} (${low} to ${high})` : undefined;
}

function plain(value: bigint): string {
  const text = describeValue(value);
  return text.startsWith("bigint ") ? text.slice(7) : text;
}

/**
 * Why a value is no float of `type`, or undefined when it is one. A finite value that f32 can only hold as infinite is
 * none.
 */
export function floatProblem(type: "f32" | "f64", value: unknown): string | undefined {
  if (typeof value !== "number") return `expected number for ${type}, got ${describeValue(value)}`;
  if (type === "f32" && Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
    return `${value} does not fit f32 (at most 3.4028234663852886e+38)`;
  return undefined;
}

/** Why a value is no string that can be encoded, or undefined when it is one. */
export function stringProblem(value: unknown): string | undefined {
  if (typeof value !== "string") return `expected string, got ${describeValue(value)}`;
  const index = loneSurrogateIndex(value);
  return index === -1 ? undefined : `lone surrogate at index ${index} of ${describeValue(value)}`;
}

/** Why a value is no char, or undefined when it is one. */
export function charProblem(value: unknown): string | undefined {
  if (typeof value === "string") {
    const code = value.codePointAt(0) ?? -1;
    const isScalar = code >= 0 && (code < 0xd800 || code > 0xdfff);
    if (isScalar && value.length === (code > 0xffff ? 2 : 1)) return undefined;
    if (code >= 0 && !isScalar && value.length === 1)
      return `lone surrogate for char: ${describeValue(value)}`;
  }
  return `expected a string of one character for char, got ${describeValue(value)}`;
}

/** Why a value is no bytes, or undefined when it is. */
export function bytesProblem(value: unknown): string | undefined {
  return value instanceof Uint8Array ? undefined : `expected Uint8Array, got ${describeValue(value)}`;
}

/** Why a value is no typed array of that class, or undefined when it is one. */
export function typedArrayProblem(name: string, value: unknown): string | undefined {
  return Object.prototype.toString.call(value) === `[object ${name}]`
    ? undefined
    : `expected ${name}, got ${describeValue(value)}`;
}
