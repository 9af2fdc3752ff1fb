import { nearestName } from "../../diagnostics/suggest.js";
import type { AttributeNode, ItemNode } from "../../syntax/ast.js";
import { type AttributePlace, attributeTable, foreignAttributeAdvice } from "../attribute-table.js";
import { fieldNodes, type Linked } from "../program.js";

const placeTexts: Readonly<Record<AttributePlace, string>> = {
  package: "the package",
  import: "an import",
  struct: "a struct",
  "tuple struct": "a tuple struct",
  enum: "an enum",
  alias: "an alias",
  service: "a service",
  field: "a field",
  variant: "a variant",
  method: "a method",
  argument: "an argument",
};

interface Marked {
  readonly place: AttributePlace;
  readonly attributes: readonly AttributeNode[];
}

/** Every attribute is known, is at a place that it applies to, is there once, and has valid arguments. */
export function checkAttributes(linked: Linked): void {
  for (const file of linked.files) {
    for (const item of file.ast.items) {
      for (const marked of markedIn(item)) checkMarked(linked, marked);
    }
  }
}

function* markedIn(item: ItemNode): Generator<Marked> {
  const isTuple = item.kind === "struct" && item.elements !== undefined;
  yield { place: isTuple ? "tuple struct" : item.kind, attributes: item.attributes };
  if (item.kind === "package" || item.kind === "import") return;
  for (const { attributes } of fieldNodes(item)) yield { place: "field", attributes };
  if (item.kind === "enum")
    for (const { attributes } of item.variants) yield { place: "variant", attributes };
  if (item.kind !== "service") return;
  for (const method of item.methods) {
    yield { place: "method", attributes: method.attributes };
    for (const { attributes } of method.args) yield { place: "argument", attributes };
  }
}

function checkMarked({ reporter }: Linked, { place, attributes }: Marked): void {
  const first = new Map<string, AttributeNode>();
  for (const attribute of attributes) {
    const name = attribute.name.text;
    if (name === "") continue;
    const rule = attributeTable.get(name);
    const before = first.get(name);
    if (rule === undefined) {
      const near = nearestName(name, attributeTable.keys());
      const advice =
        foreignAttributeAdvice(name) ??
        (near === undefined
          ? `there are ${[...attributeTable.keys()].map((known) => `@${known}`).join(", ")}`
          : `did you mean \`@${near}\`?`);
      reporter.report("VOX3040", attribute.name.span, { name, advice }, { replacement: near });
    } else if (!rule.places.has(place)) {
      const parameters = { name, place: placeTexts[place], places: rule.placesText };
      reporter.report("VOX3041", attribute.span, parameters);
    } else if (before !== undefined) {
      const related = [{ span: before.span, message: "first here" }];
      reporter.report("VOX3042", attribute.span, { name }, { related, replacement: "" });
    } else if (!attribute.args.some((argument) => argument.kind === "invalid")) {
      const problem = rule.problem(attribute.args, place);
      if (problem !== undefined)
        reporter.report("VOX3043", attribute.span, { problem, example: rule.example });
    }
    if (before === undefined) first.set(name, attribute);
  }
}
