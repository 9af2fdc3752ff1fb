/** Writers and readers of structs and enums. */

import { fieldName } from "../../model/names.js";
import { group, joined, type Layout, object, section } from "../layout.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import { spendExtra } from "./heap-text.js";
import { tagRoom } from "./measure.js";
import { variableName } from "./names.js";
import { needsAnnotation, readText } from "./read.js";
import { literalNames } from "./shape.js";
import { valueText } from "./types.js";
import type { NamedValue, ValueField, ValuePayload, ValueType, ValueVariant } from "./value-type.js";
import { firstRoom, reserve, type Step, tagStep, writeStep, writeSteps } from "./write.js";

/** Variants whose first values take up to this many bytes share one reservation. */
const maxSharedRoom = 128;

/** Statements that write `v` and return the next position. */
export function namedWriter(type: NamedValue, file: FileScope): readonly Layout[] {
  const members = file.types.members(type);
  const isRecursive = file.measures.isRecursive(type);
  const name = stringLiteral(type.declaration.name);
  const enter = isRecursive ? ["$.enter(w);"] : [];
  const leave = isRecursive ? ["$.leave(w);", "return p;"] : [];
  if (members.kind === "struct") {
    const guard = members.fields.every((field) => acceptsUndefined(field.type))
      ? [`$.expectObject(v, ${name});`]
      : [];
    const steps = fieldSteps(members.fields, file);
    return [...guard, ...enter, ...writeSteps(steps, { returns: !isRecursive }), ...leave];
  }
  if (members.kind === "tupleStruct") {
    const { elements, isBrand } = members;
    const guard = isBrand ? [] : [`$.expectArrayOf(v, ${elements.length});`];
    const steps = elements.map((element, at) => writeStep(element, isBrand ? "v" : `v[${at}]`, file));
    return [...guard, ...enter, ...writeSteps(steps, { returns: !isRecursive }), ...leave];
  }
  const unknown = `default: return $.badVariant(v, ${name});`;
  if (members.isLiteral) {
    const cases = members.variants.map(
      (variant, index) => `case ${stringLiteral(variant.name)}: return $.writeTag(w, p, ${index});`,
    );
    return [reserve(tagRoom), switchOn("v", [...cases, unknown])];
  }
  const variants = members.variants.map((variant, index) => ({
    variant,
    steps: [tagStep(index), ...payloadSteps(variant.payload, file)],
  }));
  const given = Math.max(
    tagRoom,
    ...variants.map(({ steps }) => firstRoom(steps)).filter((head) => head <= maxSharedRoom),
  );
  const cases = variants.map(({ variant, steps }) => {
    const guard = tupleGuard(variant.payload);
    const lines = [...guard, ...writeSteps(steps, { returns: !isRecursive, given })];
    return caseOf(stringLiteral(variant.name), isRecursive ? [...lines, "break;"] : lines);
  });
  return [...enter, reserve(given), switchOn("v.kind", [...cases, unknown]), ...leave];
}

/** Statements that read a value and return it. */
export function namedReader(type: NamedValue, file: FileScope): readonly Layout[] {
  const members = file.types.members(type);
  const isRecursive = file.measures.isRecursive(type);
  const enter = isRecursive ? ["$.enter(r);"] : [];
  const leave = isRecursive ? ["$.leave(r);"] : [];
  if (members.kind === "struct") {
    const { locals, literal } = structReader(members.fields, file);
    return [...enter, ...locals, ...leave, joined("return ", literal, ";")];
  }
  if (members.kind === "tupleStruct") {
    const values = members.elements.map((element) => readText(element, file));
    const text = valueText(type, file);
    const value = members.isBrand ? joined(...values, ` as ${text}`) : group("[", values, "]");
    if (!isRecursive) return [joined("return ", value, ";")];
    return [...enter, joined(`const v: ${text} = `, value, ";"), ...leave, "return v;"];
  }
  const name = stringLiteral(type.declaration.name);
  const listed = members.isLiteral ? literalNames(type, file) : undefined;
  if (listed !== undefined) return [`return $.readLiteral(r, ${listed}, ${name});`];
  const cases = members.variants.map((variant, index) => {
    const value = members.isLiteral ? stringLiteral(variant.name) : variantLiteral(variant, file);
    const lines = isRecursive ? [joined("v = ", value, ";"), "break;"] : [joined("return ", value, ";")];
    const spend = members.isLiteral ? [] : spendExtra(type, index, file);
    return caseOf(String(index), [...spend, ...lines]);
  });
  const unknown = `default: return $.unknownVariant(r, index, ${name});`;
  const head = [...enter, "const index = $.readTag(r);"];
  const body = switchOn("index", [...cases, unknown]);
  if (!isRecursive) return [...head, body];
  return [...head, `let v: ${valueText(type, file)};`, body, ...leave, "return v;"];
}

/** Whether undefined is written as if it were a value: a struct of such fields would accept anything. */
function acceptsUndefined(type: ValueType): boolean {
  return (
    type.kind === "option" || type.kind === "parameter" || (type.kind === "primitive" && type.name === "unit")
  );
}

/** A case of a switch, on one line where it has one statement. */
function caseOf(label: string, lines: readonly Layout[]): Layout {
  const [only] = lines.length === 1 ? lines : [];
  return only === undefined ? section(`case ${label}:`, lines) : joined(`case ${label}: `, only);
}

function switchOn(value: string, cases: readonly Layout[]): Layout {
  return { kind: "block", open: `switch (${value}) {`, lines: cases, close: "}" };
}

function fieldSteps(fields: readonly ValueField[], file: FileScope): readonly Step[] {
  return fields.map(({ field, type }) => writeStep(type, `v.${fieldName(field)}`, file));
}

function payloadSteps(payload: ValuePayload, file: FileScope): readonly Step[] {
  switch (payload.kind) {
    case "unit":
      return [];
    case "newtype":
      return [writeStep(payload.type, "v.value", file)];
    case "tuple":
      return payload.types.map((type, at) => writeStep(type, `v.value[${at}]`, file));
    case "struct":
      return fieldSteps(payload.fields, file);
  }
}

function tupleGuard(payload: ValuePayload): readonly string[] {
  return payload.kind === "tuple" ? [`$.expectArrayOf(v.value, ${payload.types.length});`] : [];
}

/** One constant a field, so that fields are read in order, each on its own line. */
function structReader(
  fields: readonly ValueField[],
  file: FileScope,
): { readonly locals: readonly Layout[]; readonly literal: Layout } {
  const readers = fields.map(({ type }) => readText(type, file));
  const taken = new Set(["r"]);
  const entries: string[] = [];
  const locals = fields.map(({ field, type }, at): Layout => {
    const member = fieldName(field);
    const local = variableName(member, (name) => taken.has(name) || file.isTaken(name));
    taken.add(local);
    entries.push(local === member ? member : `${member}: ${local}`);
    const annotation = needsAnnotation(type) ? `: ${valueText(type, file)}` : "";
    return joined(`const ${local}${annotation} = `, readers[at] ?? "", ";");
  });
  return { locals, literal: object(entries) };
}

/** Members of an object literal are evaluated in order: the payload is read in place. */
function variantLiteral({ name, payload }: ValueVariant, file: FileScope): Layout {
  const kind = `kind: ${stringLiteral(name)}`;
  switch (payload.kind) {
    case "unit":
      return object([kind]);
    case "newtype":
      return object([kind, joined("value: ", readText(payload.type, file))]);
    case "tuple": {
      const values = payload.types.map((type) => readText(type, file));
      return object([kind, joined("value: ", group("[", values, "]"))]);
    }
    case "struct": {
      const entries = payload.fields.map(({ field, type }) =>
        joined(`${fieldName(field)}: `, readText(type, file)),
      );
      return object([kind, ...entries]);
    }
  }
}
