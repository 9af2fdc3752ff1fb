/** Counts, lengths and variant indexes. Source: `protocol/postcard.md` §2 and §5. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { decodeFault, EncodeFault, endOfInput, Misfit } from "./faults.js";
import { putVarint, takeVarint64 } from "./varints.js";

/** Elements without bytes (of `unit[]` and the like) that one payload may hold. Source: `protocol/postcard.md` §5. */
const maxEmptyElements = 65_536;

/** Writes the count of a list, map or set. Room: 5. The number is trusted: an integer of 0 to 2^32 - 1. */
export function writeCount(w: Writer, p: number, count: number): number {
  return putVarint(w.buffer, p, count);
}

/** Writes the position of a variant. Room: 5. The number is trusted: an integer of 0 to 2^32 - 1. */
export function writeTag(w: Writer, p: number, index: number): number {
  return putVarint(w.buffer, p, index);
}

/**
 * Reads the position of a variant, whatever it is.
 * @throws DecodeFault at the end of the input, for more than 64 bits
 */
export function readTag(r: Reader): number {
  const p = r.position;
  if (p < r.end) {
    const byte = r.buffer[p] as number;
    if (byte < 0x80) {
      r.position = p + 1;
      return byte;
    }
  }
  return takeVarint64(r);
}

/**
 * Reads a length and leaves the reader behind it; that many bytes are there.
 * @throws DecodeFault at the end of the input, and when the length is larger than what remains
 */
export function takeLength(r: Reader): number {
  const length = readTag(r);
  if (length > r.end - r.position) endOfInput(r, r.position);
  return length;
}

/** What an element takes where it says nothing: the place of a reference in a list. */
export const slotBytes = 8;

/**
 * Reads the count of a list, map or set, and bounds it before memory is spent: the elements must fit into what
 * remains, all counts of one payload together into the payload, and what is made of them into what the reader allows.
 * @param minBytes the smallest encoding of one element (of a map: of key and value); 0 allows 65536 elements a payload
 * @param elementBytes memory that one element takes at least, its place in the container included
 * @throws DecodeFault at the end of the input, for a count that cannot be right and for values that are too large
 */
export function readCount(r: Reader, minBytes: number, elementBytes: number = slotBytes): number {
  const count = readTag(r);
  const bytes = count * minBytes;
  // Every element has bytes of its own, that is bytes outside all lists inside it: the claims of all counts add up.
  const claimed = r.claimed + bytes;
  const decoded = r.decodedBytes + count * elementBytes;
  if (bytes > r.end - r.position || claimed > r.end - r.start) endOfInput(r, r.end);
  if (decoded > r.maxDecodedBytes || minBytes === 0) checkCount(r, count, minBytes, decoded);
  r.claimed = claimed;
  r.decodedBytes = decoded;
  return count;
}

function checkCount(r: Reader, count: number, minBytes: number, decoded: number): void {
  if (minBytes === 0) claimEmpty(r, count);
  if (decoded > r.maxDecodedBytes) tooLarge(r);
}

/** The text about values that are larger than their receiver allows. */
function decodedReason(maxDecodedBytes: number): string {
  return `the values would take more than ${maxDecodedBytes} bytes of memory (limits maxDecodedBytes, maxSessionDecodedBytes)`;
}

/** @throws DecodeFault always: the values of the payload are larger than the reader allows */
export function tooLarge(r: Reader): never {
  throw decodeFault(r, decodedReason(r.maxDecodedBytes), r.position);
}

/** Counts elements without bytes. @throws DecodeFault for more than one payload may hold */
export function claimEmpty(r: Reader, count: number): void {
  r.claimedEmpty += count;
  if (r.claimedEmpty > maxEmptyElements)
    throw decodeFault(r, `more than ${maxEmptyElements} elements without bytes`, r.position);
}

/** @throws DecodeFault always: the enum has no variant of that position. `_typeName` is for plans of other layouts. */
export function unknownVariant(r: Reader, index: number, _typeName?: string): never {
  throw decodeFault(r, `unknown remote enum variant index ${index}`, r.position - 1);
}

/**
 * @throws EncodeFault always: a fixed array, or a collection that changed while it was written, has the wrong length
 */
export function badLength(expected: number, actual: number): never {
  throw new EncodeFault(`expected ${expected} ${expected === 1 ? "element" : "elements"}, got ${actual}`);
}

/** The value, if it is an array of that length. @throws EncodeFault otherwise */
export function expectArrayOf<T extends readonly unknown[]>(value: T, length: number): T {
  if (!Array.isArray(value)) throw new Misfit(`an array of ${length}`, value);
  if (value.length !== length) badLength(length, value.length);
  return value;
}
