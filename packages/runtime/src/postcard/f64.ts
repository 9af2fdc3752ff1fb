/** f64: little-endian IEEE 754. Source: `protocol/postcard.md` §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { endOfInput, Misfit } from "./faults.js";

/** Writes 8 bytes. Room: 8. @throws EncodeFault unless the value is a number */
export function writeF64(w: Writer, p: number, value: number): number {
  if (typeof value !== "number") throw new Misfit("f64", value);
  w.view.setFloat64(p, value, true);
  return p + 8;
}

/** Reads 8 bytes. @throws DecodeFault at the end of the input */
export function readF64(r: Reader): number {
  const p = r.position;
  if (r.end - p < 8) endOfInput(r, p);
  r.position = p + 8;
  return r.view.getFloat64(p, true);
}
