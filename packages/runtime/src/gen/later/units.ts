/** The exports of `postcard/units.ts`, for `v1.ts`: see there. */
import * as units from "../../postcard/units.js";

export const readNever: typeof units.readNever = units.readNever;
export const readUnit: typeof units.readUnit = units.readUnit;
export const writeNever: typeof units.writeNever = units.writeNever;
export const writeUnit: typeof units.writeUnit = units.writeUnit;
