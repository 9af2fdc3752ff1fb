import type { Linked } from "../program.js";

/** Enums without variants have no values, and no peer can declare them. */
export function checkEmptyEnums(linked: Linked): void {
  for (const node of linked.declarations.keys()) {
    if (node.kind !== "enum" || node.variants.length > 0 || node.name.text === "") continue;
    // Without its body, an enum is reported for that.
    const source = linked.files.find((file) => file.path === node.span.file)?.ast.source;
    if (source?.text[node.span.end - 1] !== "}") continue;
    linked.reporter.report("VOX3010", node.name.span, { name: node.name.text });
  }
}
