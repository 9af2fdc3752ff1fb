/** The exports of `postcard/flags.ts`, for `v1.ts`: see there. */
import * as flags from "../../postcard/flags.js";

export const readBool: typeof flags.readBool = flags.readBool;
export const readOptionTag: typeof flags.readOptionTag = flags.readOptionTag;
export const writeBool: typeof flags.writeBool = flags.writeBool;
export const writeNone: typeof flags.writeNone = flags.writeNone;
export const writeSome: typeof flags.writeSome = flags.writeSome;
