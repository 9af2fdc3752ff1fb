/**
 * Exports of `v1.ts` that code uses, too, which is loaded later. A bundler takes what a module exports, and what loaded code
 * needs as well, to be needed at once: by another name these are not in a client that does not use them.
 */
import * as floatLists from "../postcard/float-lists.js";
import * as typedArrays from "../postcard/typed-arrays.js";
import * as codecError from "../shape/codec-error.js";

export const readF32List: typeof floatLists.readF32List = floatLists.readF32List;
export const readF64List: typeof floatLists.readF64List = floatLists.readF64List;
export const writeF32List: typeof floatLists.writeF32List = floatLists.writeF32List;
export const writeF64List: typeof floatLists.writeF64List = floatLists.writeF64List;
export const readTypedF32: typeof typedArrays.readTypedF32 = typedArrays.readTypedF32;
export const readTypedF32Array: typeof typedArrays.readTypedF32Array = typedArrays.readTypedF32Array;
export const readTypedF64: typeof typedArrays.readTypedF64 = typedArrays.readTypedF64;
export const readTypedF64Array: typeof typedArrays.readTypedF64Array = typedArrays.readTypedF64Array;
export const readTypedI8: typeof typedArrays.readTypedI8 = typedArrays.readTypedI8;
export const readTypedI8Array: typeof typedArrays.readTypedI8Array = typedArrays.readTypedI8Array;
export const readTypedI16: typeof typedArrays.readTypedI16 = typedArrays.readTypedI16;
export const readTypedI16Array: typeof typedArrays.readTypedI16Array = typedArrays.readTypedI16Array;
export const readTypedI32: typeof typedArrays.readTypedI32 = typedArrays.readTypedI32;
export const readTypedI32Array: typeof typedArrays.readTypedI32Array = typedArrays.readTypedI32Array;
export const readTypedI64: typeof typedArrays.readTypedI64 = typedArrays.readTypedI64;
export const readTypedI64Array: typeof typedArrays.readTypedI64Array = typedArrays.readTypedI64Array;
export const readTypedU8: typeof typedArrays.readTypedU8 = typedArrays.readTypedU8;
export const readTypedU8Array: typeof typedArrays.readTypedU8Array = typedArrays.readTypedU8Array;
export const readTypedU16: typeof typedArrays.readTypedU16 = typedArrays.readTypedU16;
export const readTypedU16Array: typeof typedArrays.readTypedU16Array = typedArrays.readTypedU16Array;
export const readTypedU32: typeof typedArrays.readTypedU32 = typedArrays.readTypedU32;
export const readTypedU32Array: typeof typedArrays.readTypedU32Array = typedArrays.readTypedU32Array;
export const readTypedU64: typeof typedArrays.readTypedU64 = typedArrays.readTypedU64;
export const readTypedU64Array: typeof typedArrays.readTypedU64Array = typedArrays.readTypedU64Array;
export const writeTypedF32: typeof typedArrays.writeTypedF32 = typedArrays.writeTypedF32;
export const writeTypedF32Array: typeof typedArrays.writeTypedF32Array = typedArrays.writeTypedF32Array;
export const writeTypedF64: typeof typedArrays.writeTypedF64 = typedArrays.writeTypedF64;
export const writeTypedF64Array: typeof typedArrays.writeTypedF64Array = typedArrays.writeTypedF64Array;
export const writeTypedI8: typeof typedArrays.writeTypedI8 = typedArrays.writeTypedI8;
export const writeTypedI8Array: typeof typedArrays.writeTypedI8Array = typedArrays.writeTypedI8Array;
export const writeTypedI16: typeof typedArrays.writeTypedI16 = typedArrays.writeTypedI16;
export const writeTypedI16Array: typeof typedArrays.writeTypedI16Array = typedArrays.writeTypedI16Array;
export const writeTypedI32: typeof typedArrays.writeTypedI32 = typedArrays.writeTypedI32;
export const writeTypedI32Array: typeof typedArrays.writeTypedI32Array = typedArrays.writeTypedI32Array;
export const writeTypedI64: typeof typedArrays.writeTypedI64 = typedArrays.writeTypedI64;
export const writeTypedI64Array: typeof typedArrays.writeTypedI64Array = typedArrays.writeTypedI64Array;
export const writeTypedU8: typeof typedArrays.writeTypedU8 = typedArrays.writeTypedU8;
export const writeTypedU8Array: typeof typedArrays.writeTypedU8Array = typedArrays.writeTypedU8Array;
export const writeTypedU16: typeof typedArrays.writeTypedU16 = typedArrays.writeTypedU16;
export const writeTypedU16Array: typeof typedArrays.writeTypedU16Array = typedArrays.writeTypedU16Array;
export const writeTypedU32: typeof typedArrays.writeTypedU32 = typedArrays.writeTypedU32;
export const writeTypedU32Array: typeof typedArrays.writeTypedU32Array = typedArrays.writeTypedU32Array;
export const writeTypedU64: typeof typedArrays.writeTypedU64 = typedArrays.writeTypedU64;
export const writeTypedU64Array: typeof typedArrays.writeTypedU64Array = typedArrays.writeTypedU64Array;
export const decodeError: typeof codecError.decodeError = codecError.decodeError;
export const encodeError: typeof codecError.encodeError = codecError.encodeError;
