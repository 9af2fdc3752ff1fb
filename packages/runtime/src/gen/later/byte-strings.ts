/** The exports of `postcard/byte-strings.ts`, for `v1.ts`: see there. */
import * as byteStrings from "../../postcard/byte-strings.js";

export const readBytes: typeof byteStrings.readBytes = byteStrings.readBytes;
export const writeBytes: typeof byteStrings.writeBytes = byteStrings.writeBytes;
