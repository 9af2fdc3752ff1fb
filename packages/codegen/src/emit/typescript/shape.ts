/** Shapes: plain data by which the runtime explains errors. Source: decision 2. */
import { memberOf } from "@voxrpc/runtime/internal/schema";
import type { DefaultValue } from "../../model/model.js";
import { fieldName } from "../../model/names.js";
import { formTypes } from "../../schema/index.js";
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
import { idText } from "./wire-data.js";

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

/** The shape of a tuple. */
function tupleShapeText(elements: readonly ValueType[], file: FileScope, isTopLevel: boolean): Layout {
  const shapes = group(
    "[",
    elements.map((element) => shapeText(element, file, isTopLevel)),
    "]",
  );
  return call(`${isTopLevel ? pureMark : ""}$.tupleShape`, [shapes]);
}

/** The constants that hold the shape of a struct or enum. @param head the text before the name: `export const` */
export function shapeConstants(
  type: NamedValue,
  name: string,
  head: string,
  file: FileScope,
): readonly Layout[] {
  const members = file.types.members(type);
  const start = [stringLiteral(type.declaration.name), idOf(type, file)];
  const constant = (kind: string, maker: string, entries: readonly Layout[]): Layout =>
    group(`${head} ${name}: $.${kind} = ${pureMark}$.${maker}(`, [...start, ...entries], ");");
  if (members.kind === "struct") {
    const { fields } = members;
    const entries = [
      stringLiteral(fields.map((field) => memberText(field, true)).join(" ")),
      shapesText(
        fields.map((field) => field.type),
        file,
      ),
    ];
    const defaults = defaultsText(fields, "", file);
    const made = makeText(fields);
    return [constant("StructShape", "struct", [...entries, ...withRest(made, defaults)])];
  }
  if (members.kind === "tupleStruct") {
    const { declaration } = type;
    const isTransparent = declaration.kind === "tupleStruct" && declaration.isTransparent;
    const flags = [String(members.isBrand), ...(isTransparent ? ["true"] : [])];
    return [constant("TupleStructShape", "tupleStruct", [shapesText(members.elements, file), ...flags])];
  }
  const { variants } = members;
  if (members.isLiteral) {
    const names = group(
      "[",
      variants.map((variant) => stringLiteral(variant.name)),
      "]",
    );
    const listed = literalNames(type, file);
    if (listed === undefined) return [constant("EnumShape", "literals", [names])];
    return [joined(`const ${listed} = `, names, " as const;"), constant("EnumShape", "literals", [listed])];
  }
  const makers = variants.flatMap(({ name: variant, payload }) =>
    payload.kind === "struct" && payload.fields.length > 0
      ? [joined(`${keyText(variant)}: `, ...makeText(payload.fields, stringLiteral(variant)))]
      : [],
  );
  const defaults = variants.flatMap(({ name: variant, payload }) =>
    payload.kind === "struct" ? defaultEntries(payload.fields, `${variant}.`, file) : [],
  );
  return [
    constant("EnumShape", "variants", [
      stringLiteral(variants.map(variantText).join(" ")),
      shapesText(
        variants.flatMap(({ payload }) => formTypes(payload)),
        file,
      ),
      ...withRest(
        makers.length === 0 ? [] : [object(makers)],
        defaults.length === 0 ? [] : [object(defaults)],
      ),
    ]),
  ];
}

/** The list of the variants of a declared enum of literals; undefined for one with arguments. */
export function literalNames(type: NamedValue, file: FileScope): string | undefined {
  const { declaration } = type;
  if (declaration.parameters.length > 0 || declaration.file !== file.file) return undefined;
  return file.declared(declaration).names;
}

function idOf({ declaration }: NamedValue, file: FileScope): string {
  const id = file.program.announcements.idOf(declaration);
  return id === undefined ? "undefined" : idText(id);
}

/** Optional parameters behind one another. */
function withRest(first: readonly Layout[], second: readonly Layout[]): readonly Layout[] {
  return second.length === 0 ? first : [...(first.length === 0 ? ["undefined"] : first), ...second];
}

function shapesText(types: readonly ValueType[], file: FileScope): Layout {
  return group(
    "() => [",
    types.map((type) => shapeText(type, file, false)),
    "]",
  );
}

/** A field as the runtime's `shape/compact.ts` reads it. */
function memberText({ field, type }: ValueField, withMark: boolean): string {
  const { name, required, default: value } = field;
  const member = fieldName(field);
  const text = memberOf(name) === member ? name : `${name}:${member}`;
  const isUsual = required === (type.kind !== "option" && (value === undefined || value.kind === "none"));
  return isUsual || !withMark ? text : `${text}${required ? "!" : "?"}`;
}

function variantText({ name, payload }: ValueVariant): string {
  switch (payload.kind) {
    case "unit":
      return name;
    case "newtype":
      return `${name}=`;
    case "tuple":
      return `${name}/${payload.types.length}`;
    case "struct":
      return `${name}(${payload.fields.map((field) => memberText(field, false)).join()})`;
  }
}

/** How an object of these members is made: a literal, as the reader has it. None for a struct without members. */
function makeText(fields: readonly ValueField[], kind?: string): readonly Layout[] {
  if (fields.length === 0) return [];
  const entries = fields.map(({ field }, at) => `${fieldName(field)}: v[${at}]`);
  return [joined("(v) => (", object(kind === undefined ? entries : [`kind: ${kind}`, ...entries]), ")")];
}

/** A key of an object: `__proto__` without brackets would be its prototype. */
function keyText(name: string): string {
  return name === "__proto__" || name.includes(".") ? `[${stringLiteral(name)}]` : name;
}

function defaultsText(fields: readonly ValueField[], prefix: string, file: FileScope): readonly Layout[] {
  const entries = defaultEntries(fields, prefix, file);
  return entries.length === 0 ? [] : [object(entries)];
}

function defaultEntries(fields: readonly ValueField[], prefix: string, file: FileScope): readonly Layout[] {
  return fields.flatMap(({ field, type }) =>
    defaultText(field.default, type, file).map((text) => `${keyText(prefix + field.name)}: ${text}`),
  );
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
