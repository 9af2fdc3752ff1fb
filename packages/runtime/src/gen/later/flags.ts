/** The exports of `postcard/flags.ts`, for `v1.ts`: see there. */
import * as flags from "../../postcard/flags.js";

export const readBool: typeof flags.readBool = flags.readBool;
export const readLargeOptionTag: typeof flags.readLargeOptionTag = flags.readLargeOptionTag;
export const readNever: typeof flags.readNever = flags.readNever;
export const readOptionTag: typeof flags.readOptionTag = flags.readOptionTag;
export const readUnit: typeof flags.readUnit = flags.readUnit;
export const writeBool: typeof flags.writeBool = flags.writeBool;
export const writeNever: typeof flags.writeNever = flags.writeNever;
export const writeNone: typeof flags.writeNone = flags.writeNone;
export const writeSome: typeof flags.writeSome = flags.writeSome;
export const writeUnit: typeof flags.writeUnit = flags.writeUnit;
