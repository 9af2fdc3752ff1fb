/** The exports of `postcard/guards.ts`, for `v1.ts`: see there. */
import * as guards from "../../postcard/guards.js";

export const badVariant: typeof guards.badVariant = guards.badVariant;
export const expectArray: typeof guards.expectArray = guards.expectArray;
export const expectMap: typeof guards.expectMap = guards.expectMap;
export const expectObject: typeof guards.expectObject = guards.expectObject;
export const expectSet: typeof guards.expectSet = guards.expectSet;
