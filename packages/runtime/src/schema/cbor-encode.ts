/** Writes CBOR: definite lengths, shortest integers, map entries in the order of the `Map`. */
import { loneSurrogateIndex, utf8, utf8Length } from "../bytes/utf8.js";
import { Writer } from "../bytes/writer.js";
import { CodecError } from "../errors.js";
import type { CborValue } from "./cbor.js";

/** CBOR that is ready: it is written as it is. */
export class ReadyCbor {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** What can be written: a value, where an object stands for a map with its members in their order. */
export type CborOutput = CborValue | ReadyCbor | readonly CborOutput[] | CborMembers;

/** A map with text keys, in the order of the members. No member may have a number as its name. */
export interface CborMembers {
  readonly [name: string]: CborOutput;
}

const majorNegative = 1;
const majorBytes = 2;
const majorText = 3;
const majorArray = 4;
const majorMap = 5;
const longestHead = 9;
/** Bytes that the first buffer has. */
const capacity = 256;

/**
 * Encodes a value into an array of its own.
 *
 * @throws CodecError `EncodeFailed` for a value outside of the subset: fractions, integers beyond 64 bits, lone
 * surrogates, `undefined`.
 */
export function encodeCbor(value: CborOutput): Uint8Array {
  const w = new Writer(capacity);
  const end = write(w, 0, value);
  return w.buffer.slice(0, end);
}

function isOutputs(value: CborOutput): value is readonly CborOutput[] {
  return Array.isArray(value);
}

/** Writes a value and returns the position behind it. */
function write(w: Writer, p: number, value: CborOutput): number {
  if (p + longestHead > w.limit) w.grow(p, longestHead);
  switch (typeof value) {
    case "number":
    case "bigint":
      return writeInteger(w, p, value);
    case "string":
      return writeText(w, p, value);
    case "boolean":
      w.buffer[p] = value ? 0xf5 : 0xf4;
      return p + 1;
    case "object":
      if (value !== null) return writeObject(w, p, value);
      w.buffer[p] = 0xf6;
      return p + 1;
    default:
      throw new CodecError("EncodeFailed", `a value of type ${typeof value} has no CBOR form`);
  }
}

function writeObject(w: Writer, p: number, value: Exclude<CborOutput & object, null>): number {
  if (value instanceof ReadyCbor) return writeBytes(w, p, value.bytes);
  if (value instanceof Uint8Array)
    return writeBytes(w, writeHead(w.buffer, p, majorBytes, value.length), value);
  if (isOutputs(value)) {
    let at = writeHead(w.buffer, p, majorArray, value.length);
    for (const item of value) at = write(w, at, item);
    return at;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  let at = writeHead(w.buffer, p, majorMap, entries.length);
  for (const [key, member] of entries) at = write(w, write(w, at, key), member);
  return at;
}

function writeBytes(w: Writer, p: number, bytes: Uint8Array): number {
  if (p + bytes.length > w.limit) w.grow(p, bytes.length);
  w.buffer.set(bytes, p);
  return p + bytes.length;
}

function writeText(w: Writer, p: number, text: string): number {
  if (loneSurrogateIndex(text) >= 0) throw new CodecError("EncodeFailed", "lone surrogate in text");
  const size = utf8Length(text);
  const at = writeHead(w.buffer, p, majorText, size);
  // The encoders want room for the worst case.
  const room = text.length * 3;
  if (at + room > w.limit) w.grow(at, room);
  utf8.encode(w.buffer, text, at);
  return at + size;
}

function writeInteger(w: Writer, p: number, value: number | bigint): number {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new CodecError("EncodeFailed", `${value} is no integer`);
  }
  const major = value < 0 ? majorNegative : 0;
  const argument = value < 0 ? -1n - BigInt(value) : BigInt(value);
  if (argument >> 64n !== 0n) throw new CodecError("EncodeFailed", `${value} does not fit 64 bits`);
  if (argument >> 32n === 0n) return writeHead(w.buffer, p, major, Number(argument));
  w.buffer[p] = (major << 5) | 27;
  w.view.setBigUint64(p + 1, argument);
  return p + longestHead;
}

/** Writes an initial byte with an argument below 2^32 in its shortest form; returns the next position. */
function writeHead(target: Uint8Array, at: number, major: number, argument: number): number {
  const type = major << 5;
  if (argument < 24) {
    target[at] = type | argument;
    return at + 1;
  }
  const size = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : 4;
  target[at] = type | (size === 1 ? 24 : size === 2 ? 25 : 26);
  for (let i = 0; i < size; i += 1) target[at + 1 + i] = argument >>> (8 * (size - 1 - i));
  return at + 1 + size;
}
