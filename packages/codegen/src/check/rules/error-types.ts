import { withoutAliases } from "../../model/parts.js";
import type { Linked } from "../program.js";

/** Enums that are thrown and not marked as errors: the mark is what readers look for. */
export function checkErrorTypes(linked: Linked): void {
  for (const [node, method] of linked.methods) {
    if (node.throws === undefined || method.throws === undefined) continue;
    const thrown = withoutAliases(method.throws);
    if (thrown.kind !== "named" || thrown.declaration.kind !== "enum" || thrown.declaration.isError) continue;
    const { name, span } = thrown.declaration;
    const related = [{ span, message: "declared here" }];
    linked.reporter.report("VOX4005", node.throws.span, { method: node.name.text, name }, { related });
  }
}
