/** Counts, lengths, variant indexes and the guard against deep nesting. Source: `protocol/postcard.md` §2 and §5. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { DecodeFault, decodeFault, EncodeFault, endOfInput } from "./faults.js";
import { describeValue } from "./problems.js";
import { putVarint, takeVarint64 } from "./varints.js";

/** Levels of a recursive type that are written or read. Source: `protocol/postcard.md` §5. */
export const maxDepth = 128;
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

/** Reads the position of a variant, whatever it is. @throws DecodeFault at the end of the input, for more than 64 bits */
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
const slotBytes = 8;

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

/**
 * The length of a fixed array, bounded like a count before memory is spent. Reads nothing.
 * @param minBytes the smallest encoding of one element
 * @param elementBytes as {@link readCount} has it
 * @throws DecodeFault when the elements cannot fit into what remains, and for values that are too large
 */
export function readArrayCount(
  r: Reader,
  length: number,
  minBytes: number,
  elementBytes: number = slotBytes,
): number {
  if (minBytes === 0) claimEmpty(r, length);
  else if (length * minBytes > r.end - r.position) endOfInput(r, r.end);
  spend(r, length * elementBytes);
  return length;
}

/**
 * Counts memory that a value takes beyond what its container has counted for it.
 * @throws DecodeFault when the values of the payload are larger than the reader allows
 */
export function spend(r: Reader, bytes: number): void {
  const decoded = r.decodedBytes + bytes;
  if (decoded > r.maxDecodedBytes) tooLarge(r);
  r.decodedBytes = decoded;
}

/** What is said about values that are larger than their receiver allows. */
function decodedReason(maxDecodedBytes: number): string {
  return `the values would take more than ${maxDecodedBytes} bytes of memory (limits maxDecodedBytes, maxSessionDecodedBytes)`;
}

function tooLarge(r: Reader): never {
  throw decodeFault(r, decodedReason(r.maxDecodedBytes), r.position);
}

function claimEmpty(r: Reader, count: number): void {
  r.claimedEmpty += count;
  if (r.claimedEmpty > maxEmptyElements)
    throw decodeFault(r, `more than ${maxEmptyElements} elements without bytes`, r.position);
}

/** @throws EncodeFault always: `value` names no variant of the enum `typeName` */
export function badVariant(value: unknown, typeName: string): never {
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
  throw new EncodeFault(`unknown variant ${describeValue(kind ?? value)} of ${typeName}`);
}

/** @throws DecodeFault always: the enum has no variant of that position. `_typeName` is for plans of other layouts. */
export function unknownVariant(r: Reader, index: number, _typeName?: string): never {
  throw decodeFault(r, `unknown remote enum variant index ${index}`, r.position - 1);
}

/** @throws EncodeFault always: a fixed array, or a collection that changed while it was written, has the wrong length */
export function badLength(expected: number, actual: number): never {
  throw new EncodeFault(`expected ${expected} ${expected === 1 ? "element" : "elements"}, got ${actual}`);
}

/** Enters a level of a recursive type. @throws EncodeFault or DecodeFault below level 128 */
export function enter(x: Writer | Reader): void {
  if (++x.depth > maxDepth) tooDeep(x);
}

/** Leaves the level that {@link enter} entered. */
export function leave(x: Writer | Reader): void {
  x.depth--;
}

/** What is said about a value that is nested too deeply. */
export const depthReason: string = `nested deeper than ${maxDepth} levels`;

function tooDeep(x: Writer | Reader): never {
  if ("position" in x) throw new DecodeFault(depthReason, x.position - x.start);
  throw new EncodeFault(depthReason);
}
