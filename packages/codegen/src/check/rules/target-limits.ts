import type { Linked } from "../program.js";

/** Methods that the TypeScript target leaves out. */
export function checkTargetLimits(linked: Linked): void {
  for (const [node, method] of linked.methods) {
    if (method.hasChannels) linked.reporter.report("VOX6001", node.name.span, { method: node.name.text });
  }
}
