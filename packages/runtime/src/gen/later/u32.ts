/** The exports of `postcard/u32.ts`, for `v1.ts`: see there. */
import * as u32 from "../../postcard/u32.js";

export const readU32: typeof u32.readU32 = u32.readU32;
export const writeU32: typeof u32.writeU32 = u32.writeU32;
