/** Lists of floats as `number[]`: one bounds check for all elements. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { readCount } from "./counts.js";
import { writeF32 } from "./f32.js";
import { writeF64 } from "./f64.js";
import { expectArray } from "./guards.js";
import { putVarint } from "./varints.js";

/** Writes `f32[]`; makes its own room. @throws EncodeFault as writeF32 does, and unless the value is an array */
export function writeF32List(w: Writer, p: number, value: readonly number[]): number {
  const { length } = expectArray(value);
  if (p + 5 + length * 4 > w.limit) w.grow(p, 5 + length * 4);
  let at = putVarint(w.buffer, p, length);
  for (let i = 0; i < length; i++) at = writeF32(w, at, value[i] as number);
  return at;
}

/** Writes `f64[]`; makes its own room. @throws EncodeFault as writeF64 does, and unless the value is an array */
export function writeF64List(w: Writer, p: number, value: readonly number[]): number {
  const { length } = expectArray(value);
  if (p + 5 + length * 8 > w.limit) w.grow(p, 5 + length * 8);
  let at = putVarint(w.buffer, p, length);
  for (let i = 0; i < length; i++) at = writeF64(w, at, value[i] as number);
  return at;
}

/** Reads `f32[]`. @throws DecodeFault at the end of the input */
export function readF32List(r: Reader): number[] {
  const count = readCount(r, 4);
  const into = new Array<number>(count);
  const { view } = r;
  let p = r.position;
  for (let i = 0; i < count; i++, p += 4) into[i] = view.getFloat32(p, true);
  r.position = p;
  return into;
}

/** Reads `f64[]`. @throws DecodeFault at the end of the input */
export function readF64List(r: Reader): number[] {
  const count = readCount(r, 8);
  const into = new Array<number>(count);
  const { view } = r;
  let p = r.position;
  for (let i = 0; i < count; i++, p += 8) into[i] = view.getFloat64(p, true);
  r.position = p;
  return into;
}
