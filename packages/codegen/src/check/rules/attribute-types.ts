import type { AttributeNode, FieldNode, TypeNode } from "../../syntax/ast.js";
import { asNumber, asTyped, findAttribute } from "../attributes.js";
import { fieldNodes, invalidType, type Linked, withoutAliases } from "../program.js";
import { quotedType } from "../type-text.js";

interface Marked {
  readonly attributes: readonly AttributeNode[];
  readonly type: TypeNode;
}

/** `@js(number)` marks 64- and 128-bit integers, `@typed` lists and arrays of numbers, `@required` options. */
export function checkAttributeTypes(linked: Linked): void {
  for (const { ast } of linked.files) {
    for (const declaration of ast.declarations) {
      for (const field of fieldNodes(declaration)) {
        checkMarked(linked, field);
        checkRequired(linked, field);
      }
      if (declaration.kind === "alias") checkMarked(linked, declaration);
      if (declaration.kind !== "service") continue;
      for (const method of declaration.methods)
        for (const argument of method.args) checkMarked(linked, argument);
    }
  }
}

function checkMarked(linked: Linked, { attributes, type: node }: Marked): void {
  const type = linked.types.get(node);
  if (type === undefined || type === invalidType || withoutAliases(type) === invalidType) return;
  const js = findAttribute(attributes, "js");
  const numeric = js === undefined ? type : asNumber(type);
  if (js !== undefined && numeric === undefined) {
    const advice = "it marks u64, i64, u128 and i128, also inside options, lists and arrays: remove it";
    linked.reporter.report("VOX3044", js.span, { name: "js", type: quotedType(type), advice });
  }
  const typed = findAttribute(attributes, "typed");
  if (typed === undefined || numeric === undefined || asTyped(numeric) !== undefined) return;
  const advice =
    js !== undefined
      ? "a typed array of 64-bit integers holds bigints: remove @typed or @js(number)"
      : "it marks lists and arrays of u8 to u64, i8 to i64, f32 and f64: remove it";
  linked.reporter.report("VOX3044", typed.span, { name: "typed", type: quotedType(type), advice });
}

function checkRequired(linked: Linked, field: FieldNode): void {
  const mark = findAttribute(field.attributes, "required");
  const type = linked.types.get(field.type);
  if (mark === undefined || type === undefined || type === invalidType) return;
  const plain = withoutAliases(type);
  if (plain === invalidType) return;
  if (plain.kind !== "option") {
    const parameters = { subject: `field \`${field.name.text}\``, type: quotedType(type) };
    linked.reporter.report("VOX3045", mark.span, parameters);
  } else if (field.default !== undefined) {
    linked.reporter.report("VOX3046", field.default.span, {});
  }
}
