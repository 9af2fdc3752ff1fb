/** bytes: varint length and raw bytes. Source: `protocol/postcard.md` §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { takeLength } from "./counts.js";
import { Misfit } from "./faults.js";
import { putVarint } from "./varints.js";

/** Decoded bytes up to this length are a copy; longer ones are a view that keeps the received chunk alive. */
const maxCopiedBytes = 1024;
/** Up to here a loop beats `set` (whose cost is that of the call). */
const shortBytes = 24;

/**
 * Writes bytes; makes its own room.
 * @throws EncodeFault unless the value is a Uint8Array (a `Buffer` is one)
 */
export function writeBytes(w: Writer, p: number, value: Uint8Array): number {
  if (!(value instanceof Uint8Array)) throw new Misfit("bytes", value);
  const { length } = value;
  if (p + length + 5 > w.limit) w.grow(p, length + 5);
  const { buffer } = w;
  const start = putVarint(buffer, p, length);
  if (length > shortBytes) buffer.set(value, start);
  else for (let i = 0; i < length; i++) buffer[start + i] = value[i] as number;
  return start + length;
}

/**
 * Reads bytes: a copy up to {@link maxCopiedBytes}, else a view of the reader's buffer.
 * @throws DecodeFault at the end of the input
 */
export function readBytes(r: Reader): Uint8Array {
  const length = takeLength(r);
  const start = r.position;
  r.position = start + length;
  const { buffer } = r;
  if (length > maxCopiedBytes) return new Uint8Array(buffer.buffer, buffer.byteOffset + start, length);
  const copy = new Uint8Array(length);
  if (length > shortBytes) copy.set(buffer.subarray(start, start + length));
  else for (let i = 0; i < length; i++) copy[i] = buffer[start + i] as number;
  return copy;
}
