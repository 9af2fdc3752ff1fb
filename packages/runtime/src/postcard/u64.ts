/** Unsigned integers of 64 bits: those that messages are made of. Source: `protocol/postcard.md` §1 and §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { Misfit } from "./faults.js";
import { high, low, putWideVarint, takeWideVarint, words } from "./varints.js";

// A scratch: arithmetic on bigint costs about ten times as much as that on its halves.
const wordPair = /*@__PURE__*/ new Uint32Array(2);
const unsigned = /*@__PURE__*/ new BigUint64Array(wordPair.buffer);
const taken = /*@__PURE__*/ new BigUint64Array(words.buffer);

const u64Max = 0xffff_ffff_ffff_ffffn;
const twoTo32 = 0x1_0000_0000;

/** Writes a varint. Room: 10. @throws EncodeFault unless the value is a bigint of 0 to 2^64 - 1 */
export function writeU64(w: Writer, p: number, value: bigint): number {
  if (typeof value !== "bigint" || value < 0n || value > u64Max) throw new Misfit("u64", value);
  unsigned[0] = value;
  return putWideVarint(w.buffer, p, wordPair[low] as number, wordPair[high] as number);
}

/**
 * Writes an unsigned 64- or 128-bit integer held by a number. Room: 10.
 * @throws EncodeFault unless the value is an integer of 0 to 2^53 - 1
 */
export function writeU64Number(w: Writer, p: number, value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new Misfit("u64", value);
  return putWideVarint(w.buffer, p, value >>> 0, (value / twoTo32) >>> 0);
}

/** Reads a varint of 64 bits. @throws DecodeFault at the end of the input and for more than 64 bits */
export function readU64(r: Reader): bigint {
  takeWideVarint(r);
  return taken[0] as bigint;
}
