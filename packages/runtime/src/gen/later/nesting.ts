/** The exports of `postcard/nesting.ts`, for `v1.ts`: see there. */
import * as nesting from "../../postcard/nesting.js";

export const enter: typeof nesting.enter = nesting.enter;
export const leave: typeof nesting.leave = nesting.leave;
