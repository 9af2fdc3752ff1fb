/** Integers of 8 to 32 bits but u32. Source: `protocol/postcard.md` §1 and §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { endOfInput, Misfit } from "./faults.js";
import { putVarint, takeVarint } from "./varints.js";

/** Writes a raw byte. Room: 1. @throws EncodeFault unless the value is an integer of 0 to 255 */
export function writeU8(w: Writer, p: number, value: number): number {
  if ((value & 0xff) !== value) throw new Misfit("u8", value);
  w.buffer[p] = value;
  return p + 1;
}

/** Writes a raw byte, two's complement. Room: 1. @throws EncodeFault unless the value is an integer of -128 to 127 */
export function writeI8(w: Writer, p: number, value: number): number {
  if ((value << 24) >> 24 !== value) throw new Misfit("i8", value);
  w.buffer[p] = value;
  return p + 1;
}

/** Writes a varint. Room: 3. @throws EncodeFault unless the value is an integer of 0 to 65535 */
export function writeU16(w: Writer, p: number, value: number): number {
  if ((value & 0xffff) !== value) throw new Misfit("u16", value);
  return putVarint(w.buffer, p, value);
}

/** Writes a zigzag varint. Room: 3. @throws EncodeFault unless the value is an integer of -2^15 to 2^15 - 1 */
export function writeI16(w: Writer, p: number, value: number): number {
  if ((value << 16) >> 16 !== value) throw new Misfit("i16", value);
  return putVarint(w.buffer, p, (value << 1) ^ (value >> 31));
}

/** Writes a zigzag varint. Room: 5. @throws EncodeFault unless the value is an integer of -2^31 to 2^31 - 1 */
export function writeI32(w: Writer, p: number, value: number): number {
  if ((value | 0) !== value) throw new Misfit("i32", value);
  return putVarint(w.buffer, p, ((value << 1) ^ (value >> 31)) >>> 0);
}

/** Reads a raw byte. @throws DecodeFault at the end of the input */
export function readU8(r: Reader): number {
  const p = r.position;
  if (p >= r.end) endOfInput(r, p);
  r.position = p + 1;
  return r.buffer[p] as number;
}

/** Reads a raw byte, two's complement. @throws DecodeFault at the end of the input */
export function readI8(r: Reader): number {
  return (readU8(r) << 24) >> 24;
}

/** Reads a varint of 0 to 65535. @throws DecodeFault at the end of the input and above the range */
export function readU16(r: Reader): number {
  return takeVarint(r, 0xffff, "u16");
}

/** Reads a zigzag varint of -2^15 to 2^15 - 1. @throws DecodeFault at the end of the input and outside the range */
export function readI16(r: Reader): number {
  const value = takeVarint(r, 0xffff, "i16");
  return (value >>> 1) ^ -(value & 1);
}

/** Reads a zigzag varint of -2^31 to 2^31 - 1. @throws DecodeFault at the end of the input and outside the range */
export function readI32(r: Reader): number {
  const value = takeVarint(r, 0xffff_ffff, "i32");
  return (value >>> 1) ^ -(value & 1);
}
