/** The exports of `postcard/keys.ts`, for `v1.ts`: see there. */
import * as keys from "../../postcard/keys.js";

export const checkKeys: typeof keys.checkKeys = keys.checkKeys;
