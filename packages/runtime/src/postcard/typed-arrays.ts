/**
 * Numeric lists and arrays that are typed arrays (`@typed`). The bytes are those of an ordinary list: only the
 * TypeScript value differs. Fixed-width elements are moved in one piece where the platform is little-endian.
 *
 * Long because it is a table: four functions for each of ten element types, so that a bundler keeps what is used.
 */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { badLength, readCount } from "./counts.js";
import { readF32 } from "./f32.js";
import { readF64 } from "./f64.js";
import { EncodeFault, endOfInput } from "./faults.js";
import { readI16, readI32, readU16 } from "./integers.js";
import { readArrayCount } from "./memory.js";
import { typedArrayProblem } from "./problems.js";
import { readU32 } from "./u32.js";
import { readU64, writeU64 } from "./u64.js";
import { low, putVarint } from "./varints.js";
import { readI64, writeI64 } from "./wide-integers.js";

const isLittleEndian = low === 0;

type TypedArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array;

function refuse(name: string, value: unknown): never {
  throw new EncodeFault(typedArrayProblem(name, value) ?? `expected ${name}`);
}

/** Starts a list of at most `width` bytes an element: room for all of it, and the count. */
function begin(w: Writer, p: number, count: number, width: number): number {
  reserve(w, p, 5 + count * width);
  return putVarint(w.buffer, p, count);
}

function reserve(w: Writer, p: number, bytes: number): void {
  if (p + bytes > w.limit) w.grow(p, bytes);
}

function checkLength(expected: number, actual: number): void {
  if (actual !== expected) badLength(expected, actual);
}

/**
 * Copies the memory of a typed array. Right for one-byte elements anywhere, for wider ones on little-endian platforms.
 */
function putMemory(w: Writer, p: number, value: TypedArray): number {
  w.buffer.set(new Uint8Array(value.buffer, value.byteOffset, value.byteLength), p);
  return p + value.byteLength;
}

function takeMemory<A extends TypedArray>(r: Reader, into: A): A {
  const bytes = into.byteLength;
  const p = r.position;
  if (r.end - p < bytes) endOfInput(r, r.end);
  new Uint8Array(into.buffer).set(r.buffer.subarray(p, p + bytes));
  r.position = p + bytes;
  return into;
}

function putU8(w: Writer, p: number, value: Uint8Array): number {
  return putMemory(w, p, value);
}

function takeU8(r: Reader, length: number): Uint8Array {
  return takeMemory(r, new Uint8Array(readArrayCount(r, length, 1, 1)));
}

/** Writes `u8[]` from a Uint8Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedU8(w: Writer, p: number, value: Uint8Array): number {
  if (!(value instanceof Uint8Array)) refuse("Uint8Array", value);
  return putU8(w, begin(w, p, value.length, 1), value);
}

/** Reads `u8[]` into a Uint8Array. @throws DecodeFault as the element's reader does */
export function readTypedU8(r: Reader): Uint8Array {
  return takeU8(r, readCount(r, 1, 0));
}

/** Writes `u8[N]` from a Uint8Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedU8Array(w: Writer, p: number, value: Uint8Array, length: number): number {
  if (!(value instanceof Uint8Array)) refuse("Uint8Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 1);
  return putU8(w, p, value);
}

/** Reads `u8[N]` into a Uint8Array. @throws DecodeFault as the element's reader does */
export function readTypedU8Array(r: Reader, length: number): Uint8Array {
  return takeU8(r, length);
}

function putI8(w: Writer, p: number, value: Int8Array): number {
  return putMemory(w, p, value);
}

function takeI8(r: Reader, length: number): Int8Array {
  return takeMemory(r, new Int8Array(readArrayCount(r, length, 1, 1)));
}

/** Writes `i8[]` from a Int8Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedI8(w: Writer, p: number, value: Int8Array): number {
  if (!(value instanceof Int8Array)) refuse("Int8Array", value);
  return putI8(w, begin(w, p, value.length, 1), value);
}

/** Reads `i8[]` into a Int8Array. @throws DecodeFault as the element's reader does */
export function readTypedI8(r: Reader): Int8Array {
  return takeI8(r, readCount(r, 1, 0));
}

/** Writes `i8[N]` from a Int8Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedI8Array(w: Writer, p: number, value: Int8Array, length: number): number {
  if (!(value instanceof Int8Array)) refuse("Int8Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 1);
  return putI8(w, p, value);
}

/** Reads `i8[N]` into a Int8Array. @throws DecodeFault as the element's reader does */
export function readTypedI8Array(r: Reader, length: number): Int8Array {
  return takeI8(r, length);
}

function putU16(w: Writer, p: number, value: Uint16Array): number {
  const { buffer } = w;
  let at = p;
  for (let i = 0; i < value.length; i++) at = putVarint(buffer, at, value[i] as number);
  return at;
}

function takeU16(r: Reader, length: number): Uint16Array {
  const into = new Uint16Array(readArrayCount(r, length, 1, 2));
  for (let i = 0; i < length; i++) into[i] = readU16(r);
  return into;
}

/** Writes `u16[]` from a Uint16Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedU16(w: Writer, p: number, value: Uint16Array): number {
  if (!(value instanceof Uint16Array)) refuse("Uint16Array", value);
  return putU16(w, begin(w, p, value.length, 3), value);
}

/** Reads `u16[]` into a Uint16Array. @throws DecodeFault as the element's reader does */
export function readTypedU16(r: Reader): Uint16Array {
  return takeU16(r, readCount(r, 1, 0));
}

/** Writes `u16[N]` from a Uint16Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedU16Array(w: Writer, p: number, value: Uint16Array, length: number): number {
  if (!(value instanceof Uint16Array)) refuse("Uint16Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 3);
  return putU16(w, p, value);
}

/** Reads `u16[N]` into a Uint16Array. @throws DecodeFault as the element's reader does */
export function readTypedU16Array(r: Reader, length: number): Uint16Array {
  return takeU16(r, length);
}

function putI16(w: Writer, p: number, value: Int16Array): number {
  const { buffer } = w;
  let at = p;
  for (let i = 0; i < value.length; i++) at = putVarint(buffer, at, zigzag(value[i] as number));
  return at;
}

function takeI16(r: Reader, length: number): Int16Array {
  const into = new Int16Array(readArrayCount(r, length, 1, 2));
  for (let i = 0; i < length; i++) into[i] = readI16(r);
  return into;
}

/** Writes `i16[]` from a Int16Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedI16(w: Writer, p: number, value: Int16Array): number {
  if (!(value instanceof Int16Array)) refuse("Int16Array", value);
  return putI16(w, begin(w, p, value.length, 3), value);
}

/** Reads `i16[]` into a Int16Array. @throws DecodeFault as the element's reader does */
export function readTypedI16(r: Reader): Int16Array {
  return takeI16(r, readCount(r, 1, 0));
}

/** Writes `i16[N]` from a Int16Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedI16Array(w: Writer, p: number, value: Int16Array, length: number): number {
  if (!(value instanceof Int16Array)) refuse("Int16Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 3);
  return putI16(w, p, value);
}

/** Reads `i16[N]` into a Int16Array. @throws DecodeFault as the element's reader does */
export function readTypedI16Array(r: Reader, length: number): Int16Array {
  return takeI16(r, length);
}

function putU32(w: Writer, p: number, value: Uint32Array): number {
  const { buffer } = w;
  let at = p;
  for (let i = 0; i < value.length; i++) at = putVarint(buffer, at, value[i] as number);
  return at;
}

function takeU32(r: Reader, length: number): Uint32Array {
  const into = new Uint32Array(readArrayCount(r, length, 1, 4));
  for (let i = 0; i < length; i++) into[i] = readU32(r);
  return into;
}

/** Writes `u32[]` from a Uint32Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedU32(w: Writer, p: number, value: Uint32Array): number {
  if (!(value instanceof Uint32Array)) refuse("Uint32Array", value);
  return putU32(w, begin(w, p, value.length, 5), value);
}

/** Reads `u32[]` into a Uint32Array. @throws DecodeFault as the element's reader does */
export function readTypedU32(r: Reader): Uint32Array {
  return takeU32(r, readCount(r, 1, 0));
}

/** Writes `u32[N]` from a Uint32Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedU32Array(w: Writer, p: number, value: Uint32Array, length: number): number {
  if (!(value instanceof Uint32Array)) refuse("Uint32Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 5);
  return putU32(w, p, value);
}

/** Reads `u32[N]` into a Uint32Array. @throws DecodeFault as the element's reader does */
export function readTypedU32Array(r: Reader, length: number): Uint32Array {
  return takeU32(r, length);
}

function putI32(w: Writer, p: number, value: Int32Array): number {
  const { buffer } = w;
  let at = p;
  for (let i = 0; i < value.length; i++) at = putVarint(buffer, at, zigzag(value[i] as number));
  return at;
}

function takeI32(r: Reader, length: number): Int32Array {
  const into = new Int32Array(readArrayCount(r, length, 1, 4));
  for (let i = 0; i < length; i++) into[i] = readI32(r);
  return into;
}

/** Writes `i32[]` from a Int32Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedI32(w: Writer, p: number, value: Int32Array): number {
  if (!(value instanceof Int32Array)) refuse("Int32Array", value);
  return putI32(w, begin(w, p, value.length, 5), value);
}

/** Reads `i32[]` into a Int32Array. @throws DecodeFault as the element's reader does */
export function readTypedI32(r: Reader): Int32Array {
  return takeI32(r, readCount(r, 1, 0));
}

/** Writes `i32[N]` from a Int32Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedI32Array(w: Writer, p: number, value: Int32Array, length: number): number {
  if (!(value instanceof Int32Array)) refuse("Int32Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 5);
  return putI32(w, p, value);
}

/** Reads `i32[N]` into a Int32Array. @throws DecodeFault as the element's reader does */
export function readTypedI32Array(r: Reader, length: number): Int32Array {
  return takeI32(r, length);
}

function putU64(w: Writer, p: number, value: BigUint64Array): number {
  let at = p;
  for (let i = 0; i < value.length; i++) at = writeU64(w, at, value[i] as bigint);
  return at;
}

function takeU64(r: Reader, length: number): BigUint64Array {
  const into = new BigUint64Array(readArrayCount(r, length, 1, 8));
  for (let i = 0; i < length; i++) into[i] = readU64(r);
  return into;
}

/** Writes `u64[]` from a BigUint64Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedU64(w: Writer, p: number, value: BigUint64Array): number {
  if (!(value instanceof BigUint64Array)) refuse("BigUint64Array", value);
  return putU64(w, begin(w, p, value.length, 10), value);
}

/** Reads `u64[]` into a BigUint64Array. @throws DecodeFault as the element's reader does */
export function readTypedU64(r: Reader): BigUint64Array {
  return takeU64(r, readCount(r, 1, 0));
}

/** Writes `u64[N]` from a BigUint64Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedU64Array(w: Writer, p: number, value: BigUint64Array, length: number): number {
  if (!(value instanceof BigUint64Array)) refuse("BigUint64Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 10);
  return putU64(w, p, value);
}

/** Reads `u64[N]` into a BigUint64Array. @throws DecodeFault as the element's reader does */
export function readTypedU64Array(r: Reader, length: number): BigUint64Array {
  return takeU64(r, length);
}

function putI64(w: Writer, p: number, value: BigInt64Array): number {
  let at = p;
  for (let i = 0; i < value.length; i++) at = writeI64(w, at, value[i] as bigint);
  return at;
}

function takeI64(r: Reader, length: number): BigInt64Array {
  const into = new BigInt64Array(readArrayCount(r, length, 1, 8));
  for (let i = 0; i < length; i++) into[i] = readI64(r);
  return into;
}

/** Writes `i64[]` from a BigInt64Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedI64(w: Writer, p: number, value: BigInt64Array): number {
  if (!(value instanceof BigInt64Array)) refuse("BigInt64Array", value);
  return putI64(w, begin(w, p, value.length, 10), value);
}

/** Reads `i64[]` into a BigInt64Array. @throws DecodeFault as the element's reader does */
export function readTypedI64(r: Reader): BigInt64Array {
  return takeI64(r, readCount(r, 1, 0));
}

/** Writes `i64[N]` from a BigInt64Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedI64Array(w: Writer, p: number, value: BigInt64Array, length: number): number {
  if (!(value instanceof BigInt64Array)) refuse("BigInt64Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 10);
  return putI64(w, p, value);
}

/** Reads `i64[N]` into a BigInt64Array. @throws DecodeFault as the element's reader does */
export function readTypedI64Array(r: Reader, length: number): BigInt64Array {
  return takeI64(r, length);
}

function putF32(w: Writer, p: number, value: Float32Array): number {
  if (isLittleEndian) return putMemory(w, p, value);
  const { view } = w;
  for (let i = 0; i < value.length; i++) view.setFloat32(p + i * 4, value[i] as number, true);
  return p + value.length * 4;
}

function takeF32(r: Reader, length: number): Float32Array {
  const into = new Float32Array(readArrayCount(r, length, 4, 4));
  if (isLittleEndian) return takeMemory(r, into);
  for (let i = 0; i < length; i++) into[i] = readF32(r);
  return into;
}

/** Writes `f32[]` from a Float32Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedF32(w: Writer, p: number, value: Float32Array): number {
  if (!(value instanceof Float32Array)) refuse("Float32Array", value);
  return putF32(w, begin(w, p, value.length, 4), value);
}

/** Reads `f32[]` into a Float32Array. @throws DecodeFault as the element's reader does */
export function readTypedF32(r: Reader): Float32Array {
  return takeF32(r, readCount(r, 4, 0));
}

/** Writes `f32[N]` from a Float32Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedF32Array(w: Writer, p: number, value: Float32Array, length: number): number {
  if (!(value instanceof Float32Array)) refuse("Float32Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 4);
  return putF32(w, p, value);
}

/** Reads `f32[N]` into a Float32Array. @throws DecodeFault as the element's reader does */
export function readTypedF32Array(r: Reader, length: number): Float32Array {
  return takeF32(r, length);
}

function putF64(w: Writer, p: number, value: Float64Array): number {
  if (isLittleEndian) return putMemory(w, p, value);
  const { view } = w;
  for (let i = 0; i < value.length; i++) view.setFloat64(p + i * 8, value[i] as number, true);
  return p + value.length * 8;
}

function takeF64(r: Reader, length: number): Float64Array {
  const into = new Float64Array(readArrayCount(r, length, 8, 8));
  if (isLittleEndian) return takeMemory(r, into);
  for (let i = 0; i < length; i++) into[i] = readF64(r);
  return into;
}

/** Writes `f64[]` from a Float64Array; makes its own room. @throws EncodeFault for any other value */
export function writeTypedF64(w: Writer, p: number, value: Float64Array): number {
  if (!(value instanceof Float64Array)) refuse("Float64Array", value);
  return putF64(w, begin(w, p, value.length, 8), value);
}

/** Reads `f64[]` into a Float64Array. @throws DecodeFault as the element's reader does */
export function readTypedF64(r: Reader): Float64Array {
  return takeF64(r, readCount(r, 8, 0));
}

/** Writes `f64[N]` from a Float64Array; makes its own room. @throws EncodeFault for another value or length */
export function writeTypedF64Array(w: Writer, p: number, value: Float64Array, length: number): number {
  if (!(value instanceof Float64Array)) refuse("Float64Array", value);
  checkLength(length, value.length);
  reserve(w, p, length * 8);
  return putF64(w, p, value);
}

/** Reads `f64[N]` into a Float64Array. @throws DecodeFault as the element's reader does */
export function readTypedF64Array(r: Reader, length: number): Float64Array {
  return takeF64(r, length);
}

function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0;
}
