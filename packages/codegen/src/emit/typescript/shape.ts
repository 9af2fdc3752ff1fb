/** Shapes: plain data by which the runtime explains errors. Source: decision 2. */
import type { DefaultValue } from "../../model/model.js";
import { fieldName } from "../../model/names.js";
import { call, group, joined, type Layout, object } from "../layout.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import { valueText } from "./types.js";
import {
  isLiteralEnum,
  isWrapped,
  type NamedValue,
  type ValueField,
  type ValueType,
  type ValueVariant,
} from "./value-type.js";

const pureMark = "/*@__PURE__*/ ";

/**
 * The shape of a type.
 *
 * @param isTopLevel evaluated when the module is loaded: calls are marked, so that a bundler can drop them
 */
export function shapeText(type: ValueType, file: FileScope, isTopLevel: boolean): Layout {
  const mark = isTopLevel ? pureMark : "";
  const inner = (part: ValueType): Layout => shapeText(part, file, isTopLevel);
  switch (type.kind) {
    case "primitive":
      return `$.${type.name}${type.asNumber ? "Number" : ""}Shape`;
    case "named":
      return file.shape(type);
    case "payload":
      return call(`${mark}$.payloadShape`, [inner(type.content)]);
    case "parameter":
      return `${file.parameter(type.name)}.shape`;
    case "option":
      if (type.element.kind === "parameter") return `${file.optionOf(type.element.name)}.shape`;
      return call(`${mark}$.optionShape`, [
        inner(type.element),
        ...(isWrapped(type.element) ? ["true"] : []),
      ]);
    case "list":
      return call(`${mark}$.listShape`, [inner(type.element), ...(type.typed ? ["true"] : [])]);
    case "array":
      return call(`${mark}$.arrayShape`, [
        inner(type.element),
        String(type.length),
        ...(type.typed ? ["true"] : []),
      ]);
    case "set":
      return call(`${mark}$.setShape`, [inner(type.element)]);
    case "map":
      return call(`${mark}$.mapShape`, [inner(type.from), inner(type.to)]);
    case "result":
      return call(`${mark}$.resultShape`, [inner(type.ok), inner(type.error)]);
    case "channel":
      return call(`${mark}$.${type.direction}Shape`, [file.item(type.element)]);
    case "tuple":
      return tupleShapeText(type.elements, file, isTopLevel);
  }
}

/** The shape of a tuple. @param names what paths say instead of positions */
export function tupleShapeText(
  elements: readonly ValueType[],
  file: FileScope,
  isTopLevel: boolean,
  names?: readonly string[],
): Layout {
  const shapes = group(
    "[",
    elements.map((element) => shapeText(element, file, isTopLevel)),
    "]",
  );
  const words =
    names === undefined
      ? []
      : [
          group(
            "[",
            names.map((name) => stringLiteral(name)),
            "]",
          ),
        ];
  return call(`${isTopLevel ? pureMark : ""}$.tupleShape`, [shapes, ...words]);
}

/** The constant that holds the shape of a struct or enum. @param head the text before the name: `export const` */
export function shapeConstant(type: NamedValue, name: string, head: string, file: FileScope): Layout {
  const members = file.types.members(type);
  const wireName = stringLiteral(type.declaration.name);
  if (members.kind === "struct") {
    const start = `${head} ${name}: $.StructShape = ${pureMark}$.structShape(`;
    return group(start, [wireName, fieldsText(members.fields, file), ...makeText(members.fields)], ");");
  }
  if (members.kind === "tupleStruct") {
    const elements = members.elements.map((element) => shapeText(element, file, false));
    const { declaration } = type;
    const isTransparent = declaration.kind === "tupleStruct" && declaration.isTransparent;
    const flags = [String(members.isBrand), ...(isTransparent ? ["true"] : [])];
    const start = `${head} ${name}: $.TupleStructShape = ${pureMark}$.tupleStructShape(`;
    return group(start, [wireName, group("() => [", elements, "]"), ...flags], ");");
  }
  const start = `${head} ${name}: $.EnumShape = ${pureMark}$.enumShape(${wireName}, ${members.isLiteral}, `;
  const variants = members.variants.map((variant) => variantText(variant, file));
  return joined(start, group("[", variants, "]"), ");");
}

/** Called when needed, so that a type may contain itself. */
function fieldsText(fields: readonly ValueField[], file: FileScope): Layout {
  const calls = fields.map(({ field, type }) =>
    call("$.fieldShape", [
      stringLiteral(field.name),
      stringLiteral(fieldName(field)),
      shapeText(type, file, false),
      ...defaultText(field.default, type, file),
    ]),
  );
  return group("() => [", calls, "]");
}

/** How an object of these members is made: a literal, as the reader has it. None for a struct without members. */
function makeText(fields: readonly ValueField[], kind?: string): readonly Layout[] {
  if (fields.length === 0) return [];
  const entries = fields.map(({ field }, at) => `${fieldName(field)}: v[${at}]`);
  return [joined("(v) => (", object(kind === undefined ? entries : [`kind: ${kind}`, ...entries]), ")")];
}

/** Makes the default of a field; none for an option, which is undefined without one. */
function defaultText(value: DefaultValue | undefined, type: ValueType, file: FileScope): readonly string[] {
  switch (value?.kind) {
    case undefined:
    case "none":
      return [];
    case "integer":
      return [`() => ${value.value}${isBigint(type) ? "n" : ""}`];
    case "float": {
      // The value that a peer would have sent: the nearest f32, not the literal.
      const isSingle = type.kind === "primitive" && type.name === "f32";
      const number = isSingle ? Math.fround(value.value) : value.value;
      return [`() => ${Object.is(number, -0) ? "-0" : number}`];
    }
    case "string":
      return [`() => ${stringLiteral(value.value)}`];
    case "bool":
      return [`() => ${value.value}`];
    case "variant": {
      const variant = stringLiteral(value.variant);
      const isLiteral =
        type.kind === "named" && type.declaration.kind === "enum" && isLiteralEnum(type.declaration);
      return [isLiteral ? `() => ${variant}` : `() => ({ kind: ${variant} })`];
    }
    case "empty":
      return [`() => ${emptyText(type, file)}`];
  }
}

function isBigint(type: ValueType): boolean {
  return type.kind === "primitive" && !type.asNumber && /64|128/.test(type.name);
}

function emptyText(type: ValueType, file: FileScope): string {
  if (type.kind === "map" || type.kind === "set") {
    return `new ${file.platform(type.kind === "map" ? "Map" : "Set")}()`;
  }
  const isTyped = (type.kind === "list" || type.kind === "array") && type.typed;
  return isTyped || type.kind === "primitive" ? `new ${valueText(type, file)}(0)` : "[]";
}

function variantText({ name, payload }: ValueVariant, file: FileScope): Layout {
  const text = stringLiteral(name);
  switch (payload.kind) {
    case "unit":
      return `${pureMark}$.unitVariant(${text})`;
    case "newtype":
      return call(`${pureMark}$.newtypeVariant`, [
        text,
        joined("() => ", shapeText(payload.type, file, false)),
      ]);
    case "tuple":
      return call(`${pureMark}$.tupleVariant`, [
        text,
        joined("() => ", tupleShapeText(payload.types, file, false)),
      ]);
    case "struct":
      return call(`${pureMark}$.structVariant`, [
        text,
        fieldsText(payload.fields, file),
        ...makeText(payload.fields, text),
      ]);
  }
}
