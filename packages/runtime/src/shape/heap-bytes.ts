/**
 * What values take in the memory of V8, in bytes: measured by `npm run bench -- decoded` on Node 20, x64, which fails
 * when a figure is far off. Contents of texts and byte strings are not in it: they are no larger than what was received
 * (texts outside Latin-1: twice).
 */
import type { ShapePrimitive } from "./shape.js";

/** A reference in a list, tuple or object. */
export const slotBytes = 8;
/** An array without its slots; a tuple is one. */
export const arrayBytes = 48;
/** Fixed arrays up to this length are read like tuples: their size includes their elements. */
export const maxInline = 8;
/** A typed array without its elements. */
export const typedArrayBytes = 192;
/** An empty Map or Set, which has room for four entries. */
export const mapBytes = 184;
export const setBytes = 152;
/** An entry of a Map or Set: the mean between a full table and one that has just doubled. */
export const mapEntryBytes = 42;
export const setEntryBytes = 30;
/**
 * An entry of a Map or Set counts as this at least. Small entries take less memory, but their time: V8 needs about a
 * microsecond for a key, whatever its size. With the default limit, a payload has a million keys.
 */
export const leastEntryBytes = 128;
/** An object without its slots; an empty one has four to spare. */
const objectBytes = 24;
const emptyObjectBytes = 56;

/** A tuple. @param parts what its values take beside their slots */
export function tupleBytes(parts: readonly number[]): number {
  return arrayBytes + inSlots(parts);
}

/** An object. @param parts what the values of its members take beside their slots */
export function membersBytes(parts: readonly number[]): number {
  return parts.length === 0 ? emptyObjectBytes : objectBytes + inSlots(parts);
}

/** An array of that length that is read like a tuple, or without its elements when it is longer. */
export function fixedArrayBytes(length: number, element: number): number {
  return arrayBytes + (length > maxInline || length === 0 ? 0 : length * (slotBytes + element));
}

/**
 * Values up to this size are not counted when they are read: counting would take as long as reading. An option of such
 * a value counts as half present. Variants of an enum that differ by no more than this count as the largest of them.
 */
const smallBytes = 32;

/** An option, beside its slot, before it is read. @param present what a present value takes */
export function optionBytes(present: number): number {
  return present <= smallBytes ? present / 2 : 0;
}

/** What an option takes beyond that when it is present. */
export function presentExtra(present: number): number {
  return present <= smallBytes ? 0 : present;
}

/** One of several variants, before it is read. @param sides what each takes */
export function anyOfBytes(sides: readonly number[]): number {
  const most = Math.min(...sides) + smallBytes;
  return Math.max(0, ...sides.filter((side) => side <= most));
}

function inSlots(parts: readonly number[]): number {
  return parts.reduce((sum, part) => sum + slotBytes + part, 0);
}

/**
 * What a primitive takes beside its slot. Numbers that are no 32-bit integers are objects of their own, unless they are
 * elements of a list; half of that for a u32, of which half the values are 32-bit integers.
 */
const primitiveHeapBytes: Readonly<Record<ShapePrimitive, number>> = {
  bool: 0,
  u8: 0,
  u16: 0,
  u32: 8,
  u64: 24,
  u128: 32,
  i8: 0,
  i16: 0,
  i32: 0,
  i64: 24,
  i128: 32,
  f32: 16,
  f64: 16,
  char: 24,
  string: 24,
  bytes: 208,
  unit: 0,
  never: 0,
  duration: 16,
  timedelta: 16,
  value: 16,
};

/** A 64- or 128-bit integer that is a `number`. */
const wideNumberBytes = 16;

/** What a primitive takes beside its slot. @param asNumber whether a wide integer is a `number` */
export function primitiveBytes(type: ShapePrimitive, asNumber: boolean): number {
  return asNumber ? wideNumberBytes : primitiveHeapBytes[type];
}

/** What a primitive takes beside its slot in a list: numbers lie in the slots there. */
export function listedBytes(type: ShapePrimitive, asNumber: boolean): number {
  const isNumber = type === "u32" || type === "f32" || type === "f64" || type === "duration" || asNumber;
  return isNumber ? 0 : primitiveHeapBytes[type];
}
