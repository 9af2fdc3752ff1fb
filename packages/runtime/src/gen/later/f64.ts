/** The exports of `postcard/f64.ts`, for `v1.ts`: see there. */
import * as f64 from "../../postcard/f64.js";

export const readF64: typeof f64.readF64 = f64.readF64;
export const writeF64: typeof f64.writeF64 = f64.writeF64;
