/** f32: little-endian IEEE 754. Source: `protocol/postcard.md` §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { endOfInput, Misfit } from "./faults.js";

/** Writes 4 bytes. Room: 4. @throws EncodeFault unless the value is a number that is not too large for f32 */
export function writeF32(w: Writer, p: number, value: number): number {
  if (typeof value !== "number") throw new Misfit("f32", value);
  const rounded = Math.fround(value);
  // The difference to itself is NaN for NaN and the infinities, which f32 holds; only a finite value may not become
  // one.
  if (rounded - rounded !== 0 && value - value === 0) throw new Misfit("f32", value);
  w.view.setFloat32(p, value, true);
  return p + 4;
}

/** Reads 4 bytes. @throws DecodeFault at the end of the input */
export function readF32(r: Reader): number {
  const p = r.position;
  if (r.end - p < 4) endOfInput(r, p);
  r.position = p + 4;
  return r.view.getFloat32(p, true);
}
