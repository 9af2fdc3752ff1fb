/** Values of one byte: bool and the tag of an option. Source: `protocol/postcard.md` §2. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { decodeFault, endOfInput, Misfit } from "./faults.js";

/** Writes one byte. Room: 1. @throws EncodeFault unless the value is a boolean */
export function writeBool(w: Writer, p: number, value: boolean): number {
  if (typeof value !== "boolean") throw new Misfit("bool", value);
  w.buffer[p] = value ? 1 : 0;
  return p + 1;
}

/** Reads one byte. @throws DecodeFault at the end of the input and unless it is 0 or 1 */
export function readBool(r: Reader): boolean {
  const p = r.position;
  if (p >= r.end) endOfInput(r, p);
  const byte = r.buffer[p] as number;
  if (byte > 1) throw decodeFault(r, `invalid bool ${hex(byte)}`, p);
  r.position = p + 1;
  return byte === 1;
}

/** Writes the tag of an absent option. Room: 1. */
export function writeNone(w: Writer, p: number): number {
  w.buffer[p] = 0;
  return p + 1;
}

/** Writes the tag of a present option; the value follows. Room: 1. */
export function writeSome(w: Writer, p: number): number {
  w.buffer[p] = 1;
  return p + 1;
}

/**
 * Reads the tag of an option: whether a value follows.
 * @throws DecodeFault at the end of the input and unless it is 0 or 1
 */
export function readOptionTag(r: Reader): boolean {
  const p = r.position;
  if (p >= r.end) endOfInput(r, p);
  const byte = r.buffer[p] as number;
  if (byte > 1) throw decodeFault(r, `invalid option tag ${hex(byte)}`, p);
  r.position = p + 1;
  return byte === 1;
}

function hex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, "0")}`;
}
