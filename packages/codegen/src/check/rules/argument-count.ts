import type { Linked } from "../program.js";

/** Most arguments of a method of a Rust service. Source: `protocol/calls.md`. */
const maxRustArguments = 4;

export function checkArgumentCount(linked: Linked): void {
  for (const { name, args } of linked.methods.keys()) {
    if (args.length <= maxRustArguments) continue;
    linked.reporter.report("VOX4003", name.span, { method: name.text, count: args.length });
  }
}
