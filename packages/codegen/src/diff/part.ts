/** What is compared at once. */
import type { TypeChange } from "./change.js";
import type { SideMethod } from "./sides.js";
import type { Position } from "./words.js";

/** What is compared of a change, and in which part of which method. */
export interface Part {
  readonly where: string;
  readonly position: Position;
  readonly method: SideMethod;
  readonly changes: readonly TypeChange[];
}
