import type { PrimitiveName, Type } from "../../model/model.js";
import { withoutAliases } from "../../model/parts.js";
import type { AliasNode, AttributeNode, FieldNode, StructNode, TypeNode } from "../../syntax/ast.js";
import { asArray, asNumber, asTyped, findAttribute, hasArrayChoice, numberChoice } from "../attributes.js";
import { fieldNodes, invalidType, type Linked } from "../program.js";
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
      if (declaration.kind === "alias") {
        checkMarked(linked, declaration);
        checkPayload(linked, declaration);
      }
      if (declaration.kind === "struct" && declaration.elements !== undefined)
        checkTupleStruct(linked, declaration, declaration.elements);
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
  const isArray = hasArrayChoice(attributes);
  if (isArray && js !== undefined && asArray(type) === undefined) {
    const advice = "`array` marks lists and arrays that would be typed arrays, such as u8[]: remove it";
    linked.reporter.report("VOX3044", js.span, { name: "js", type: quotedType(type), advice });
    return;
  }
  const numeric = js === undefined || isArray ? type : asNumber(type);
  const isNumber = numberChoice(attributes) === "number";
  if (js !== undefined && numeric === undefined) {
    const advice = "it marks u64, i64, u128 and i128, also inside options, lists and arrays: remove it";
    linked.reporter.report("VOX3044", js.span, { name: "js", type: quotedType(type), advice });
  }
  const format = findAttribute(attributes, "format");
  if (format !== undefined && !isText(type)) {
    const advice = "it marks strings, also inside options, lists and arrays: remove it";
    linked.reporter.report("VOX3044", format.span, { name: "format", type: quotedType(type), advice });
  }
  const typed = findAttribute(attributes, "typed");
  if (typed === undefined || numeric === undefined || asTyped(numeric, isNumber) !== undefined) return;
  const advice =
    js !== undefined
      ? "a typed array of 64-bit integers holds bigints: remove @typed or @js(number)"
      : "it marks lists and arrays of u8 to u64, i8 to i64, f32 and f64: remove it";
  linked.reporter.report("VOX3044", typed.span, { name: "typed", type: quotedType(type), advice });
}

function isText(type: Type): boolean {
  const plain = withoutAliases(type);
  if (plain.kind === "option" || plain.kind === "list" || plain.kind === "array")
    return isText(plain.element);
  return plain.kind === "primitive" && plain.name === "string";
}

/** A transparent struct has one element; marks fit one of the elements at least. */
function checkTupleStruct(
  linked: Linked,
  { attributes, name }: StructNode,
  elements: readonly TypeNode[],
): void {
  const transparent = findAttribute(attributes, "transparent");
  if (transparent !== undefined && elements.length !== 1) {
    const advice = "it marks a struct of one element: remove it";
    const parameters = {
      name: "transparent",
      type: `\`${name.text}\` of ${elements.length} elements`,
      advice,
    };
    linked.reporter.report("VOX3044", transparent.span, parameters);
  }
  const types = elements.map((element) => linked.types.get(element)).filter((type) => type !== undefined);
  if (types.some((type) => type === invalidType || withoutAliases(type) === invalidType)) return;
  const fits = {
    js: hasArrayChoice(attributes) ? asArray : asNumber,
    typed: (type: Type) => asTyped(type),
    format: (type: Type) => (isText(type) ? type : undefined),
  };
  for (const [mark, applied] of Object.entries(fits)) {
    const attribute = findAttribute(attributes, mark);
    if (attribute === undefined || types.some((type) => applied(type) !== undefined)) continue;
    const advice = "none of its elements is of a type that it marks: remove it";
    linked.reporter.report("VOX3044", attribute.span, { name: mark, type: `\`${name.text}\``, advice });
  }
}

/** Types of the language that are announced as payloads. */
const builtinPayloads: ReadonlySet<PrimitiveName> = new Set(["duration", "timedelta", "value"]);

/** A payload has one type inside, whose values can be neither absent nor a channel. */
function checkPayload(linked: Linked, { attributes, parameters, type: node }: AliasNode): void {
  const mark = findAttribute(attributes, "payload");
  const type = linked.types.get(node);
  if (mark === undefined || type === undefined || type === invalidType) return;
  const plain = withoutAliases(type);
  if (plain === invalidType) return;
  const isAbsentable = plain.kind === "option" || (plain.kind === "primitive" && plain.name === "unit");
  const advice =
    parameters.length > 0
      ? "a payload has no type parameters: name the type for each use"
      : isAbsentable
        ? "make the use optional (`T?`) instead of what is inside"
        : plain.kind === "payload" || (plain.kind === "primitive" && builtinPayloads.has(plain.name))
          ? "it is a payload already: remove the mark"
          : undefined;
  if (advice !== undefined)
    linked.reporter.report("VOX3044", mark.span, { name: "payload", type: quotedType(type), advice });
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
