/** The exports of `postcard/durations.ts`, for `v1.ts`: see there. */
import * as durations from "../../postcard/durations.js";

export const readDuration: typeof durations.readDuration = durations.readDuration;
export const readTimedelta: typeof durations.readTimedelta = durations.readTimedelta;
export const writeDuration: typeof durations.writeDuration = durations.writeDuration;
export const writeTimedelta: typeof durations.writeTimedelta = durations.writeTimedelta;
