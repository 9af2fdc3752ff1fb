/** The guard against deep nesting. Source: `protocol/postcard.md` §5. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { DecodeFault, EncodeFault } from "./faults.js";

/** Levels of a recursive type that are written or read. Source: `protocol/postcard.md` §5. */
export const maxDepth = 128;

/** Enters a level of a recursive type. @throws EncodeFault or DecodeFault below level 128 */
export function enter(x: Writer | Reader): void {
  if (++x.depth > maxDepth) tooDeep(x);
}

/** Leaves the level that {@link enter} entered. */
export function leave(x: Writer | Reader): void {
  x.depth--;
}

/** The text about a value that is nested too deeply. */
export const depthReason: string = `nested deeper than ${maxDepth} levels`;

function tooDeep(x: Writer | Reader): never {
  if ("position" in x) throw new DecodeFault(depthReason, x.position - x.start);
  throw new EncodeFault(depthReason);
}
