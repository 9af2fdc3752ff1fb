/** The exports of `shape/codec-error.ts`, for `v1.ts`: see there. */
import * as codecError from "../../shape/codec-error.js";

export const decodeError: typeof codecError.decodeError = codecError.decodeError;
export const encodeError: typeof codecError.encodeError = codecError.encodeError;
