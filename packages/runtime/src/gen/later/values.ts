/** The exports of `postcard/values.ts`, for `v1.ts`: see there. */
import * as values from "../../postcard/values.js";

export const readValue: typeof values.readValue = values.readValue;
export const writeValue: typeof values.writeValue = values.writeValue;
