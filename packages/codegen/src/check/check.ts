/** All rules over a linked program. */
import type { Linked } from "./program.js";

/** One rule: reads the program, reports. */
export type Rule = (linked: Linked) => void;

const rules: readonly Rule[] = [];

export function checkRules(linked: Linked): void {
  for (const rule of rules) rule(linked);
}
