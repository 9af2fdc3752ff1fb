/** The exports of `postcard/integers.ts`, for `v1.ts`: see there. */
import * as integers from "../../postcard/integers.js";

export const readI16: typeof integers.readI16 = integers.readI16;
export const readI32: typeof integers.readI32 = integers.readI32;
export const readI8: typeof integers.readI8 = integers.readI8;
export const readU16: typeof integers.readU16 = integers.readU16;
export const readU8: typeof integers.readU8 = integers.readU8;
export const writeI16: typeof integers.writeI16 = integers.writeI16;
export const writeI32: typeof integers.writeI32 = integers.writeI32;
export const writeI8: typeof integers.writeI8 = integers.writeI8;
export const writeU16: typeof integers.writeU16 = integers.writeU16;
export const writeU8: typeof integers.writeU8 = integers.writeU8;
