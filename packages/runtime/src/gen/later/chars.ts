/** The exports of `postcard/chars.ts`, for `v1.ts`: see there. */
import * as chars from "../../postcard/chars.js";

export const readChar: typeof chars.readChar = chars.readChar;
export const writeChar: typeof chars.writeChar = chars.writeChar;
