/** The exports of `postcard/floats.ts`, for `v1.ts`: see there. */
import * as floats from "../../postcard/floats.js";

export const readF32: typeof floats.readF32 = floats.readF32;
export const readF64: typeof floats.readF64 = floats.readF64;
export const writeF32: typeof floats.writeF32 = floats.writeF32;
export const writeF64: typeof floats.writeF64 = floats.writeF64;
