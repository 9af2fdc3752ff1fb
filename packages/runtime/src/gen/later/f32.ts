/** The exports of `postcard/f32.ts`, for `v1.ts`: see there. */
import * as f32 from "../../postcard/f32.js";

export const readF32: typeof f32.readF32 = f32.readF32;
export const writeF32: typeof f32.writeF32 = f32.writeF32;
