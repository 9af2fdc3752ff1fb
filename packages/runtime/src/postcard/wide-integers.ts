/**
 * Integers of 64 and 128 bits, as bigint or (marked `@js(number)`) as number, but for those of `u64.ts`. Source:
 * `protocol/postcard.md` §1 and §2.
 *
 * 64-bit values pass through a typed-array scratch and are then handled as two 32-bit halves: arithmetic on bigint
 * costs about ten times as much.
 */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { decodeFault, endOfInput, Misfit } from "./faults.js";
import { type IntegerType, integerRanges } from "./integer-ranges.js";
import { high, low, putWideVarint, takeVarint64, takeWideVarint, words } from "./varints.js";

const wordPair = new Uint32Array(2);
const unsigned = new BigUint64Array(wordPair.buffer);
const signed = new BigInt64Array(wordPair.buffer);
const taken = new BigUint64Array(words.buffer);
const takenSigned = new BigInt64Array(words.buffer);

const u64Max = integerRanges.u64[1];
const [i64Min, i64Max] = integerRanges.i64;
const u128Max = integerRanges.u128[1];
const [i128Min, i128Max] = integerRanges.i128;
const twoTo32 = 0x1_0000_0000;

/** Writes a zigzag varint. Room: 10. @throws EncodeFault unless the value is a bigint of -2^63 to 2^63 - 1 */
export function writeI64(w: Writer, p: number, value: bigint): number {
  if (typeof value !== "bigint" || value < i64Min || value > i64Max) throw new Misfit("i64", value);
  signed[0] = value;
  const lowHalf = wordPair[low] as number;
  const highHalf = wordPair[high] as number;
  const sign = (highHalf | 0) >> 31;
  return putWideVarint(
    w.buffer,
    p,
    ((lowHalf << 1) ^ sign) >>> 0,
    (((highHalf << 1) | (lowHalf >>> 31)) ^ sign) >>> 0,
  );
}

/**
 * Writes a signed 64- or 128-bit integer held by a number. Room: 10.
 * @throws EncodeFault unless the value is an integer of -(2^53 - 1) to 2^53 - 1
 */
export function writeI64Number(w: Writer, p: number, value: number): number {
  if (!Number.isSafeInteger(value)) throw new Misfit("i64", value);
  // Zigzag of 53 bits needs 54: halves are taken from the magnitude, which a number holds exactly.
  const magnitude = value < 0 ? -(value + 1) : value;
  const lowHalf = magnitude >>> 0;
  const highHalf = (magnitude / twoTo32) >>> 0;
  const sign = value < 0 ? 1 : 0;
  return putWideVarint(
    w.buffer,
    p,
    ((lowHalf << 1) | sign) >>> 0,
    ((highHalf << 1) | (lowHalf >>> 31)) >>> 0,
  );
}

/** Writes a varint. Room: 19. @throws EncodeFault unless the value is a bigint of 0 to 2^128 - 1 */
export function writeU128(w: Writer, p: number, value: bigint): number {
  if (typeof value !== "bigint" || value < 0n || value > u128Max) throw new Misfit("u128", value);
  return putBigVarint(w.buffer, p, value);
}

/** Writes a zigzag varint. Room: 19. @throws EncodeFault unless the value is a bigint of -2^127 to 2^127 - 1 */
export function writeI128(w: Writer, p: number, value: bigint): number {
  if (typeof value !== "bigint" || value < i128Min || value > i128Max) throw new Misfit("i128", value);
  return putBigVarint(w.buffer, p, value < 0n ? -2n * value - 1n : 2n * value);
}

function putBigVarint(buffer: Uint8Array, p: number, value: bigint): number {
  let rest = value;
  let at = p;
  // 56 bits, eight whole bytes of the varint, per step.
  while (rest > u64Max) {
    unsigned[0] = BigInt.asUintN(56, rest);
    const lowHalf = wordPair[low] as number;
    const highHalf = wordPair[high] as number;
    for (let shift = 0; shift < 28; shift += 7) buffer[at++] = (lowHalf >>> shift) | 0x80;
    const upper = (highHalf << 4) | (lowHalf >>> 28);
    for (let shift = 0; shift < 28; shift += 7) buffer[at++] = (upper >>> shift) | 0x80;
    rest >>= 56n;
  }
  unsigned[0] = rest;
  return putWideVarint(buffer, at, wordPair[low] as number, wordPair[high] as number);
}

/** Reads a zigzag varint of 64 bits. @throws DecodeFault at the end of the input and for more than 64 bits */
export function readI64(r: Reader): bigint {
  takeWideVarint(r);
  const lowHalf = words[low] as number;
  const highHalf = words[high] as number;
  const sign = -(lowHalf & 1);
  words[low] = ((lowHalf >>> 1) | (highHalf << 31)) ^ sign;
  words[high] = (highHalf >>> 1) ^ sign;
  return takenSigned[0] as bigint;
}

/**
 * Reads an unsigned 64-bit integer as a number.
 * @throws DecodeFault at the end of the input, for more than 64 bits and above 2^53 - 1
 */
export function readU64Number(r: Reader): number {
  const start = r.position;
  const value = takeVarint64(r);
  if (value > Number.MAX_SAFE_INTEGER) return unsafe(r, start, "u64", taken[0] as bigint);
  return value;
}

/**
 * Reads a signed 64-bit integer as a number.
 * @throws DecodeFault at the end of the input, for more than 64 bits and outside -(2^53 - 1) to 2^53 - 1
 */
export function readI64Number(r: Reader): number {
  const start = r.position;
  const value = readI64(r);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : unsafe(r, start, "i64", value);
}

/** Reads a varint of 128 bits. @throws DecodeFault at the end of the input and for more than 128 bits */
export function readU128(r: Reader): bigint {
  const { buffer, end } = r;
  const start = r.position;
  let p = start;
  let value = 0n;
  for (let shift = 0n; shift < 126n; shift += 7n) {
    if (p >= end) endOfInput(r, p);
    const byte = buffer[p++] as number;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) {
      r.position = p;
      return value;
    }
  }
  if (p >= end) endOfInput(r, p);
  const last = buffer[p++] as number;
  if (last > 3) throw decodeFault(r, "varint overflow", start);
  r.position = p;
  return value | (BigInt(last) << 126n);
}

/** Reads a zigzag varint of 128 bits. @throws DecodeFault at the end of the input and for more than 128 bits */
export function readI128(r: Reader): bigint {
  const value = readU128(r);
  return (value & 1n) === 0n ? value >> 1n : -(value >> 1n) - 1n;
}

/** As {@link readU64Number}, for a 128-bit integer. @throws DecodeFault also for more than 128 bits */
export function readU128Number(r: Reader): number {
  const start = r.position;
  const value = readU128(r);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : unsafe(r, start, "u128", value);
}

/** As {@link readI64Number}, for a 128-bit integer. @throws DecodeFault also for more than 128 bits */
export function readI128Number(r: Reader): number {
  const start = r.position;
  const value = readI128(r);
  const asNumber = Number(value);
  return Number.isSafeInteger(asNumber) ? asNumber : unsafe(r, start, "i128", value);
}

function unsafe(r: Reader, start: number, type: IntegerType, value: bigint): never {
  throw decodeFault(
    r,
    `${value} of ${type} does not fit a number (at most ${Number.MAX_SAFE_INTEGER})`,
    start,
  );
}
