/**
 * LEB128 varints: seven bits a byte, least significant first. Source: `protocol/postcard.md` §1.
 *
 * Writers give the shortest form. Readers accept longer forms up to ten bytes (nineteen for 128 bits), refuse bits
 * above the type's width and never read behind the end.
 */
import type { Reader } from "../bytes/reader.js";
import { decodeFault, endOfInput } from "./faults.js";

/** Writes an integer of 0 to 2^32 - 1. It is trusted; needs 5 bytes of room. */
export function putVarint(buffer: Uint8Array, p: number, value: number): number {
  let rest = value;
  let at = p;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at] = rest;
  return at + 1;
}

/** Writes the 64-bit integer `high * 2^32 + low`, both halves unsigned. Needs 10 bytes of room. */
export function putWideVarint(buffer: Uint8Array, p: number, low: number, high: number): number {
  if (high === 0) return putVarint(buffer, p, low);
  buffer[p] = low | 0x80;
  buffer[p + 1] = (low >>> 7) | 0x80;
  buffer[p + 2] = (low >>> 14) | 0x80;
  buffer[p + 3] = (low >>> 21) | 0x80;
  const middle = ((high << 4) | (low >>> 28)) >>> 0;
  const top = high >>> 28;
  if (top === 0) return putVarint(buffer, p + 4, middle);
  buffer[p + 4] = middle | 0x80;
  buffer[p + 5] = (middle >>> 7) | 0x80;
  buffer[p + 6] = (middle >>> 14) | 0x80;
  buffer[p + 7] = (middle >>> 21) | 0x80;
  return putVarint(buffer, p + 8, (top << 4) | (middle >>> 28));
}

/** Bytes of the shortest form of an integer of 0 to 2^32 - 1. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : 5;
}

/**
 * Reads an integer of at most 32 bits and checks that it is not above `max` (at least 127).
 * Up to three bytes are read here, in a function small enough to be inlined (measured: a fifth of the time of a small
 * struct); the rest is a call.
 * @param type name for the error text
 * @throws DecodeFault at the end of the input, for an overlong form and for a value above `max`
 */
export function takeVarint(r: Reader, max: number, type: string): number {
  const { buffer, end } = r;
  const p = r.position;
  if (p < end) {
    const first = buffer[p] as number;
    if (first < 0x80) {
      r.position = p + 1;
      return first;
    }
    if (end - p > 2) {
      const second = buffer[p + 1] as number;
      let value = (first & 0x7f) | ((second & 0x7f) << 7);
      if (second < 0x80) {
        if (value <= max) {
          r.position = p + 2;
          return value;
        }
      } else {
        const third = buffer[p + 2] as number;
        value |= third << 14;
        if (third < 0x80 && value <= max) {
          r.position = p + 3;
          return value;
        }
      }
    }
  }
  return takeLongVarint(r, max, type);
}

function takeLongVarint(r: Reader, max: number, type: string): number {
  const { buffer, end } = r;
  let p = r.position;
  if (p >= end) endOfInput(r, p);
  let value = (buffer[p++] as number) & 0x7f;
  if (p >= end) endOfInput(r, p);
  let byte = buffer[p++] as number;
  value |= (byte & 0x7f) << 7;
  if (byte > 0x7f) {
    if (p >= end) endOfInput(r, p);
    byte = buffer[p++] as number;
    value |= (byte & 0x7f) << 14;
    if (byte > 0x7f) {
      if (p >= end) endOfInput(r, p);
      byte = buffer[p++] as number;
      value |= (byte & 0x7f) << 21;
      if (byte > 0x7f) {
        if (p >= end) endOfInput(r, p);
        byte = buffer[p++] as number;
        if (byte > 0x0f) return takeNarrow(r, max, type);
        value = (value | (byte << 28)) >>> 0;
      }
    }
  }
  if (value > max) return takeNarrow(r, max, type);
  r.position = p;
  return value;
}

/** Unusual forms, from the start: longer than five bytes, or out of range. */
function takeNarrow(r: Reader, max: number, type: string): number {
  const start = r.position;
  const value = takeVarint64(r);
  if (value > max) throw decodeFault(r, `${wideText()} does not fit ${type}`, start);
  return value >>> 0;
}

/** The two halves of the 64-bit integer that {@link takeWideVarint} read last. */
export const words: Uint32Array = new Uint32Array(2);
const wide = new BigUint64Array(words.buffer);
/** Index of the low half in {@link words}. */
export const low: 0 | 1 = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 0 : 1;
/** Index of the high half in {@link words}. */
export const high: 0 | 1 = low === 0 ? 1 : 0;

function wideText(): string {
  return String(wide[0]);
}

/** Reads a 64-bit integer as a number: exact below 2^53, rounded above. For counts, lengths and tags. */
export function takeVarint64(r: Reader): number {
  takeWideVarint(r);
  return (words[high] as number) * 0x1_0000_0000 + (words[low] as number);
}

/**
 * Reads a 64-bit integer into {@link words}.
 * @throws DecodeFault at the end of the input and for a value of more than 64 bits
 */
export function takeWideVarint(r: Reader): void {
  const { buffer, end } = r;
  const start = r.position;
  let p = start;
  let lowHalf = 0;
  let highHalf = 0;
  for (let shift = 0; shift < 28; shift += 7) {
    if (p >= end) endOfInput(r, p);
    const byte = buffer[p++] as number;
    lowHalf |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      keep(r, p, lowHalf, 0);
      return;
    }
  }
  if (p >= end) endOfInput(r, p);
  const fifth = buffer[p++] as number;
  lowHalf |= fifth << 28;
  highHalf = (fifth & 0x7f) >>> 4;
  if (fifth < 0x80) {
    keep(r, p, lowHalf, highHalf);
    return;
  }
  for (let shift = 3; shift < 31; shift += 7) {
    if (p >= end) endOfInput(r, p);
    const byte = buffer[p++] as number;
    highHalf |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      keep(r, p, lowHalf, highHalf);
      return;
    }
  }
  if (p >= end) endOfInput(r, p);
  const tenth = buffer[p++] as number;
  if (tenth > 1) throw decodeFault(r, "varint overflow", start);
  keep(r, p, lowHalf, highHalf | (tenth << 31));
}

function keep(r: Reader, p: number, lowHalf: number, highHalf: number): void {
  words[low] = lowHalf;
  words[high] = highHalf;
  r.position = p;
}
