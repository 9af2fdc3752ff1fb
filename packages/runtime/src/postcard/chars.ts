/** Chars: strings of one Unicode scalar value. Source: `protocol/postcard.md` §2. */
import type { Reader } from "../bytes/reader.js";
import { utf8 } from "../bytes/utf8.js";
import type { Writer } from "../bytes/writer.js";
import { takeLength } from "./counts.js";
import { decodeFault, EncodeFault } from "./faults.js";
import { charProblem } from "./problems.js";
import { invalidUtf8, putUnits } from "./text.js";

/**
 * Writes a char; makes its own room.
 * @throws EncodeFault unless the value is a string of exactly one Unicode scalar value
 */
export function writeChar(w: Writer, p: number, value: string): number {
  const problem = charProblem(value);
  if (problem !== undefined) throw new EncodeFault(problem);
  if (p + 5 > w.limit) w.grow(p, 5);
  const end = putUnits(w.buffer, p + 1, value, 0);
  w.buffer[p] = end - p - 1;
  return end;
}

/**
 * Reads a char.
 * @throws DecodeFault at the end of the input, for invalid UTF-8, an empty text and more than one scalar value
 */
export function readChar(r: Reader): string {
  const lengthAt = r.position;
  const length = takeLength(r);
  const start = r.position;
  if (length === 0) throw decodeFault(r, "empty string for char", lengthAt);
  const unit = unitAt(r.buffer, start, length);
  if (unit !== 0) {
    r.position = start + length;
    return String.fromCharCode(unit);
  }
  // No scalar takes more than four bytes: what is longer is not looked at.
  const text =
    length > 4 ? undefined : (utf8.decode(r.buffer, start, start + length) ?? invalidUtf8(r, start));
  if (text === undefined || text.length > ((text.codePointAt(0) as number) > 0xffff ? 2 : 1))
    throw decodeFault(r, "more than one character for char", start);
  r.position = start + length;
  return text;
}

/**
 * The one UTF-16 unit of a char of up to three bytes. 0 for any other text, valid or not, and for U+0000. A decoder of
 * texts takes several times as long for one char, and a payload has millions of them.
 */
function unitAt(buffer: Uint8Array, at: number, length: number): number {
  const first = buffer[at] as number;
  if (length === 1) return first < 0x80 ? first : 0;
  const second = (buffer[at + 1] as number) ^ 0x80;
  if (second > 0x3f) return 0;
  if (length === 2) return first >= 0xc2 && first < 0xe0 ? ((first & 0x1f) << 6) | second : 0;
  const third = (buffer[at + 2] as number) ^ 0x80;
  if (length !== 3 || first >> 4 !== 0xe || third > 0x3f) return 0;
  const unit = ((first & 0x0f) << 12) | (second << 6) | third;
  // Longer than it has to be, or half of a pair.
  return unit < 0x800 || unit >> 11 === 0x1b ? 0 : unit;
}
