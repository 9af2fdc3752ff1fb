/** The exports of `postcard/memory.ts`, for `v1.ts`: see there. */
import * as memory from "../../postcard/memory.js";

export const readArrayCount: typeof memory.readArrayCount = memory.readArrayCount;
export const readLargeOptionTag: typeof memory.readLargeOptionTag = memory.readLargeOptionTag;
export const spend: typeof memory.spend = memory.spend;
