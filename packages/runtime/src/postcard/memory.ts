/** Memory of decoded values beyond that of lists, maps and sets, which `readCount` bounds. */
import type { Reader } from "../bytes/reader.js";
import { claimEmpty, slotBytes, tooLarge } from "./counts.js";
import { endOfInput } from "./faults.js";
import { readOptionTag } from "./flags.js";

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

/**
 * Reads the tag of an option whose values take so much memory that they are counted one by one.
 * @param bytes memory that a present value takes
 * @throws DecodeFault as {@link readOptionTag} does, and for values that are larger than the reader allows
 */
export function readLargeOptionTag(r: Reader, bytes: number): boolean {
  const isPresent = readOptionTag(r);
  if (isPresent) spend(r, bytes);
  return isPresent;
}
