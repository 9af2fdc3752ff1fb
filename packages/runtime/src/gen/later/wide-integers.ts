/** The exports of `postcard/wide-integers.ts`, for `v1.ts`: see there. */
import * as wideIntegers from "../../postcard/wide-integers.js";

export const readI128: typeof wideIntegers.readI128 = wideIntegers.readI128;
export const readI128Number: typeof wideIntegers.readI128Number = wideIntegers.readI128Number;
export const readI64: typeof wideIntegers.readI64 = wideIntegers.readI64;
export const readI64Number: typeof wideIntegers.readI64Number = wideIntegers.readI64Number;
export const readU128: typeof wideIntegers.readU128 = wideIntegers.readU128;
export const readU128Number: typeof wideIntegers.readU128Number = wideIntegers.readU128Number;
export const readU64Number: typeof wideIntegers.readU64Number = wideIntegers.readU64Number;
export const writeI128: typeof wideIntegers.writeI128 = wideIntegers.writeI128;
export const writeI64: typeof wideIntegers.writeI64 = wideIntegers.writeI64;
export const writeI64Number: typeof wideIntegers.writeI64Number = wideIntegers.writeI64Number;
export const writeU128: typeof wideIntegers.writeU128 = wideIntegers.writeU128;
