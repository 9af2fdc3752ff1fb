/** The exports of `shape/decoded-bytes.ts`, for `v1.ts`: see there. */
import * as decodedBytesOf from "../../shape/decoded-bytes.js";

export const decodedBytes: typeof decodedBytesOf.decodedBytes = decodedBytesOf.decodedBytes;
export const elementBytes: typeof decodedBytesOf.elementBytes = decodedBytesOf.elementBytes;
export const extraBytes: typeof decodedBytesOf.extraBytes = decodedBytesOf.extraBytes;
export const presentBytes: typeof decodedBytesOf.presentBytes = decodedBytesOf.presentBytes;
