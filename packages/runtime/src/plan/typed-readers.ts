/** Readers of typed arrays by element type: lists with their count, fixed arrays with a length. */
import type { Reader } from "../bytes/reader.js";
import {
  readTypedF32,
  readTypedF32Array,
  readTypedF64,
  readTypedF64Array,
  readTypedI8,
  readTypedI8Array,
  readTypedI16,
  readTypedI16Array,
  readTypedI32,
  readTypedI32Array,
  readTypedI64,
  readTypedI64Array,
  readTypedU8,
  readTypedU8Array,
  readTypedU16,
  readTypedU16Array,
  readTypedU32,
  readTypedU32Array,
  readTypedU64,
  readTypedU64Array,
} from "../postcard/typed-arrays.js";
import type { Shape } from "../shape/shape.js";

type ReadList = (r: Reader) => unknown;
type ReadArray = (r: Reader, length: number) => unknown;

const readers: Readonly<Partial<Record<string, readonly [ReadList, ReadArray]>>> = {
  u8: [readTypedU8, readTypedU8Array],
  i8: [readTypedI8, readTypedI8Array],
  u16: [readTypedU16, readTypedU16Array],
  i16: [readTypedI16, readTypedI16Array],
  u32: [readTypedU32, readTypedU32Array],
  i32: [readTypedI32, readTypedI32Array],
  u64: [readTypedU64, readTypedU64Array],
  i64: [readTypedI64, readTypedI64Array],
  f32: [readTypedF32, readTypedF32Array],
  f64: [readTypedF64, readTypedF64Array],
};

function find(element: Shape): readonly [ReadList, ReadArray] {
  const found = element.kind === "primitive" ? readers[element.type] : undefined;
  if (found === undefined) throw new TypeError("a typed array has elements of a numeric type");
  return found;
}

/** Reads a list into a typed array. @throws TypeError when no typed array holds such elements */
export function typedListReader(element: Shape): ReadList {
  return find(element)[0];
}

/** Reads a fixed array into a typed array. @throws TypeError when no typed array holds such elements */
export function typedArrayReader(element: Shape, length: number): ReadList {
  const read = find(element)[1];
  return (r) => read(r, length);
}
