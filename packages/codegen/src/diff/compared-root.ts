/** The unit of a comparison. */
import type { TypeChange } from "./change.js";
import type { SideMethod } from "./sides.js";
import type { Position } from "./words.js";

/** One compared part of a method, with its changes. */
export interface ComparedRoot {
  readonly where: string;
  readonly position: Position;
  readonly method: SideMethod;
  readonly changes: readonly TypeChange[];
}
