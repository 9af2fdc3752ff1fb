/**
 * Values without a schema of their own: what the Rust crate `facet_value` calls `Value`, and JSON is a part of. A tag
 * byte, then the value. Source: `protocol/postcard.md` §2.
 */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { readBytes, writeBytes } from "./byte-strings.js";
import { readCount, writeCount } from "./counts.js";
import { readF64, writeF64 } from "./f64.js";
import { decodeFault, EncodeFault, endOfInput } from "./faults.js";
import { readBool } from "./flags.js";
import { spend } from "./memory.js";
import { enter, leave } from "./nesting.js";
import { describeValue } from "./problems.js";
import { readString, writeString } from "./text.js";
import { readU64, writeU64 } from "./u64.js";
import { readI64, writeI64 } from "./wide-integers.js";

/** A JSON-like value: what `value` is in TypeScript. Integers past 2^53 are bigints. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value | undefined };

const tags = { null: 0, bool: 1, i64: 2, u64: 3, f64: 4, string: 5, bytes: 6, array: 7, object: 8 } as const;

const i64Min = -(2n ** 63n);
const i64Max = 2n ** 63n - 1n;
const u64Max = 2n ** 64n - 1n;
/** Memory of an object or array, and of a member beside its slot: a table of names grows with it. */
const holderBytes = 56;
const memberBytes = 40;

/** Writes a value; members that are undefined are left out. Makes its own room. @throws EncodeFault */
export function writeValue(w: Writer, p: number, value: Value): number {
  if (p + 11 > w.limit) w.grow(p, 11);
  switch (typeof value) {
    case "boolean":
      w.buffer[p + 1] = value ? 1 : 0;
      return putTag(w, p, tags.bool) + 1;
    case "number":
      return writeNumber(w, p, value);
    case "bigint":
      if (value >= i64Min && value <= i64Max) return writeI64(w, putTag(w, p, tags.i64), value);
      if (value > 0n && value <= u64Max) return writeU64(w, putTag(w, p, tags.u64), value);
      break;
    case "string":
      return writeString(w, putTag(w, p, tags.string), value);
    case "object":
      if (value === null) return putTag(w, p, tags.null);
      if (value instanceof Uint8Array) return writeBytes(w, putTag(w, p, tags.bytes), value);
      return writeHolder(w, p, value);
    default:
  }
  throw new EncodeFault(valueProblem(value) ?? "expected a value");
}

function putTag(w: Writer, p: number, tag: number): number {
  w.buffer[p] = tag;
  return p + 1;
}

function writeNumber(w: Writer, p: number, value: number): number {
  if (Number.isSafeInteger(value) && !Object.is(value, -0))
    return writeI64(w, putTag(w, p, tags.i64), BigInt(value));
  if (!Number.isFinite(value)) throw new EncodeFault(valueProblem(value) ?? "expected a finite number");
  return writeF64(w, putTag(w, p, tags.f64), value);
}

function writeHolder(w: Writer, p: number, value: object): number {
  enter(w);
  let at: number;
  if (Array.isArray(value)) {
    const { length } = value;
    at = writeCount(w, putTag(w, p, tags.array), length);
    for (let i = 0; i < length; i++) at = writeValue(w, at, value[i] as Value);
  } else {
    if (!isPlain(value)) throw new EncodeFault(valueProblem(value) ?? "expected a plain object");
    const members = Object.entries(value as Record<string, Value | undefined>).filter(
      ([, member]) => member !== undefined,
    );
    at = writeCount(w, putTag(w, p, tags.object), members.length);
    for (const [key, member] of members) at = writeValue(w, writeString(w, at, key), member as Value);
  }
  leave(w);
  return at;
}

/** Reads a value. @throws DecodeFault */
export function readValue(r: Reader): Value {
  const start = r.position;
  if (start >= r.end) endOfInput(r, start);
  const tag = r.buffer[start] as number;
  r.position = start + 1;
  switch (tag) {
    case tags.null:
      return null;
    case tags.bool:
      return readBool(r);
    case tags.i64:
      return narrow(readI64(r));
    case tags.u64:
      return narrow(readU64(r));
    case tags.f64:
      return readF64(r);
    case tags.string:
      return readString(r);
    case tags.bytes:
      return readBytes(r);
    case tags.array:
      return readArray(r);
    case tags.object:
      return readObject(r);
    default:
      throw decodeFault(r, `a value of the unknown kind ${tag}`, start);
  }
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readArray(r: Reader): readonly Value[] {
  enter(r);
  const items = new Array<Value>(readCount(r, 1));
  spend(r, holderBytes);
  for (let i = 0; i < items.length; i++) items[i] = readValue(r);
  leave(r);
  return items;
}

function readObject(r: Reader): { readonly [key: string]: Value } {
  enter(r);
  const object: Record<string, Value> = {};
  spend(r, holderBytes);
  for (let left = readCount(r, 2, memberBytes); left > 0; left--) {
    const key = readString(r);
    const value = readValue(r);
    // An assignment would call the setter that every object inherits.
    if (key === "__proto__")
      Object.defineProperty(object, key, { value, configurable: true, enumerable: true, writable: true });
    else object[key] = value;
  }
  leave(r);
  return object;
}

/** What keeps a value from being JSON-like, with its place inside; undefined when nothing does. */
export function valueProblem(value: unknown): string | undefined {
  return problemAt(value, "", 0);
}

/** Nesting that is looked at: that of encoders, which refuse what is deeper. */
const maxDepth = 128;

function problemAt(value: unknown, place: string, depth: number): string | undefined {
  const where = place === "" ? "" : ` at ${place}`;
  switch (typeof value) {
    case "boolean":
      return undefined;
    case "string":
      return /\p{Surrogate}/u.test(value) ? `a lone surrogate${where}` : undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `expected a finite number${where}, got ${value}`;
    case "bigint":
      return value >= i64Min && value <= u64Max ? undefined : `an integer of more than 64 bits${where}`;
    case "object":
      break;
    default:
      return `expected a JSON-like value${where}, got ${describeValue(value)}`;
  }
  if (value === null || value instanceof Uint8Array) return undefined;
  if (depth >= maxDepth) return `nested deeper than ${maxDepth} levels`;
  if (!Array.isArray(value) && !isPlain(value))
    return `expected a plain object, an array or a primitive${where}, got ${describeValue(value)}`;
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined && !Array.isArray(value)) continue;
    const problem = problemAt(
      member,
      Array.isArray(value) ? `${place}[${key}]` : `${place}.${key}`,
      depth + 1,
    );
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of another realm (a frame, a `vm` context) has none itself.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
