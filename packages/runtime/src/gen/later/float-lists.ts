/** The exports of `postcard/float-lists.ts`, for `v1.ts`: see there. */
import * as floatLists from "../../postcard/float-lists.js";

export const readF32List: typeof floatLists.readF32List = floatLists.readF32List;
export const readF64List: typeof floatLists.readF64List = floatLists.readF64List;
export const writeF32List: typeof floatLists.writeF32List = floatLists.writeF32List;
export const writeF64List: typeof floatLists.writeF64List = floatLists.writeF64List;
