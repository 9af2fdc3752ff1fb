/** Unsigned integers of 32 bits. Source: `protocol/postcard.md` §1 and §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { Misfit } from "./faults.js";
import { putVarint, takeVarint } from "./varints.js";

/** Writes a varint. Room: 5. @throws EncodeFault unless the value is an integer of 0 to 2^32 - 1 */
export function writeU32(w: Writer, p: number, value: number): number {
  if (value >>> 0 !== value) throw new Misfit("u32", value);
  return putVarint(w.buffer, p, value);
}

/** Reads a varint of 0 to 2^32 - 1. @throws DecodeFault at the end of the input and above the range */
export function readU32(r: Reader): number {
  return takeVarint(r, 0xffff_ffff, "u32");
}
