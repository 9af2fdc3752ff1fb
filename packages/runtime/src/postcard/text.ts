/** Strings: varint byte length and UTF-8. Source: `protocol/postcard.md` §1, §2 and §5. */
import type { Reader } from "../bytes/reader.js";
import { loneSurrogateIndex, utf8, utf8Length } from "../bytes/utf8.js";
import type { Writer } from "../bytes/writer.js";
import { takeLength } from "./counts.js";
import { decodeFault, Misfit } from "./faults.js";
import { maxShortText, shortText } from "./short-text.js";
import { putVarint, varintSize } from "./varints.js";

/** Up to here a loop beats the call into the platform (measured: 1.3 ns a character against 43 ns a call). */
const loopedText = 28;
/** Above this the room for a text is computed, not taken as three bytes a unit. */
const longText = 1 << 14;

/**
 * Writes a string; makes its own room.
 * @throws EncodeFault unless the value is a string without lone surrogates
 */
export function writeString(w: Writer, p: number, value: string): number {
  if (typeof value !== "string") throw new Misfit("string", value);
  const { length } = value;
  if (length > loopedText) return writeLongString(w, p, value);
  // At most 3 * 28 bytes: the length takes one byte whatever the characters are.
  if (p + 1 + loopedText * 3 > w.limit) w.grow(p, 1 + loopedText * 3);
  const { buffer } = w;
  const start = p + 1;
  for (let i = 0; i < length; i++) {
    const unit = value.charCodeAt(i);
    if (unit > 0x7f) {
      const end = putUnits(buffer, start + i, value, i);
      buffer[p] = end - start;
      return end;
    }
    buffer[start + i] = unit;
  }
  buffer[p] = length;
  return start + length;
}

/** Writes the units of a text from index `from` on as UTF-8. Needs 3 bytes of room a unit. */
export function putUnits(buffer: Uint8Array, p: number, text: string, from: number): number {
  let at = p;
  for (let i = from; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      buffer[at++] = code;
      continue;
    }
    if (code < 0x800) {
      buffer[at++] = (code >> 6) | 0xc0;
    } else {
      if (code >= 0xd800 && code <= 0xdfff) {
        const next = text.charCodeAt(++i);
        if (code > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) throw new Misfit("string", text);
        code = ((code - 0xd800) << 10) + next - 0xdc00 + 0x1_0000;
        buffer[at++] = (code >> 18) | 0xf0;
        buffer[at++] = ((code >> 12) & 0x3f) | 0x80;
      } else {
        buffer[at++] = (code >> 12) | 0xe0;
      }
      buffer[at++] = ((code >> 6) & 0x3f) | 0x80;
    }
    buffer[at++] = (code & 0x3f) | 0x80;
  }
  return at;
}

function writeLongString(w: Writer, p: number, value: string): number {
  const { length } = value;
  let room = length * 3 + 5;
  if (p + room > w.limit) {
    if (length > longText) room = utf8Length(value) + 5;
    if (p + room > w.limit) w.grow(p, room);
  }
  // The length is guessed as that of an ASCII text and set right afterwards.
  const guess = varintSize(length);
  const bytes = utf8.encode(w.buffer, value, p + guess);
  if (bytes !== length && loneSurrogateIndex(value) !== -1) throw new Misfit("string", value);
  const size = varintSize(bytes);
  if (size !== guess) w.buffer.copyWithin(p + size, p + guess, p + guess + bytes);
  return putVarint(w.buffer, p, bytes) + bytes;
}

/**
 * Reads a string.
 * @throws DecodeFault at the end of the input and for invalid UTF-8 (offset: where the text starts)
 */
export function readString(r: Reader): string {
  const length = takeLength(r);
  const start = r.position;
  const end = start + length;
  r.position = end;
  if (length <= maxShortText) {
    const text = shortText(r.buffer, start, length);
    if (text !== undefined) return text;
  }
  return utf8.decode(r.buffer, start, end) ?? invalidUtf8(r, start);
}

/** @throws DecodeFault always: the text that starts there is no UTF-8 */
export function invalidUtf8(r: Reader, start: number): never {
  throw decodeFault(r, "invalid UTF-8", start);
}
