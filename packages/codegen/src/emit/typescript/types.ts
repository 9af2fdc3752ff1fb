/** Types of the language as TypeScript types. */
import type { PrimitiveName, TupleStructDeclaration, Type, TypeDeclaration } from "../../model/model.js";
import { withoutAliases, writtenTypes } from "../../model/parts.js";
import { isBrand } from "../../model/tuple-structs.js";
import { stringLiteral } from "./foreign-text.js";
import type { ValueType } from "./value-type.js";

/** Names of types in the texts of one file. */
export interface TypeScope {
  /** The name of a declared type in the file. */
  typeName(declaration: TypeDeclaration): string;
  /** The name of a type of the platform. */
  platform(name: string): string;
}

/** Fixed arrays up to this length are tuple types; longer ones are arrays whose length is checked at run time. */
const maxTupleLength = 8;

const primitiveTypes: Readonly<Record<PrimitiveName, string>> = {
  bool: "boolean",
  u8: "number",
  u16: "number",
  u32: "number",
  u64: "bigint",
  u128: "bigint",
  i8: "number",
  i16: "number",
  i32: "number",
  i64: "bigint",
  i128: "bigint",
  f32: "number",
  f64: "number",
  char: "string",
  string: "string",
  bytes: "Uint8Array",
  unit: "undefined",
  never: "never",
  duration: "number",
  timedelta: "number",
  value: "$.Value",
};

/** The typed array of an element type. */
const typedArrays: Readonly<Partial<Record<PrimitiveName, string>>> = {
  u8: "Uint8Array",
  i8: "Int8Array",
  u16: "Uint16Array",
  i16: "Int16Array",
  u32: "Uint32Array",
  i32: "Int32Array",
  u64: "BigUint64Array",
  i64: "BigInt64Array",
  f32: "Float32Array",
  f64: "Float64Array",
};

/** A type as the schema writes it: aliases keep their names. */
export function typeText(type: Type, file: TypeScope): string {
  switch (type.kind) {
    case "primitive":
      return type.asNumber
        ? "number"
        : type.name === "bytes"
          ? file.platform("Uint8Array")
          : primitiveTypes[type.name];
    case "option":
      return optionText(type.element, file);
    case "list":
      return type.typed ? typedText(type.element, file) : `${elementText(type.element, file)}[]`;
    case "array": {
      if (type.typed) return typedText(type.element, file);
      if (type.length > maxTupleLength) return `${elementText(type.element, file)}[]`;
      const element = typeText(type.element, file);
      return `[${Array.from({ length: type.length }, () => element).join(", ")}]`;
    }
    case "tuple":
      return `[${type.elements.map((element) => typeText(element, file)).join(", ")}]`;
    case "map":
      return `${file.platform("Map")}<${typeText(type.key, file)}, ${typeText(type.value, file)}>`;
    case "set":
      return `${file.platform("Set")}<${typeText(type.element, file)}>`;
    case "result":
      return `$.Result<${typeText(type.ok, file)}, ${typeText(type.error, file)}>`;
    case "named":
    case "alias": {
      const name = file.typeName(type.declaration);
      return type.args.length === 0
        ? name
        : `${name}<${type.args.map((arg) => typeText(arg, file)).join(", ")}>`;
    }
    case "payload":
      return typeText(type.content, file);
    case "parameter":
      return type.name;
    case "channel":
      return `$.${type.direction === "tx" ? "Tx" : "Rx"}<${typeText(type.element, file)}>`;
  }
}

/** The TypeScript type of a tuple struct: its element with a brand, or its elements in a row. */
export function tupleStructText(declaration: TupleStructDeclaration, file: TypeScope): string {
  const elements = declaration.elements.map((element) => typeText(element, file)).join(", ");
  return isBrand(declaration)
    ? `$.Branded<${elements}, ${stringLiteral(declaration.name)}>`
    : `readonly [${elements}]`;
}

/** A type as codecs name it. */
export function valueText(type: ValueType, file: TypeScope): string {
  return typeText(asType(type), file);
}

/** Whether a member of this type may be left out: it is an option, aliases followed. */
export function isOptional(type: Type): boolean {
  return withoutAliases(type).kind === "option";
}

/** Whether a fixed array of this length is a tuple type. */
export function isTupleLength(length: number): boolean {
  return length <= maxTupleLength;
}

/** Whether a type uses a type parameter. */
export function usesParameter(type: Type, name: string): boolean {
  if (type.kind === "parameter") return type.name === name;
  return writtenTypes(type).some((inner) => usesParameter(inner, name));
}

function optionText(element: Type, file: TypeScope): string {
  const seen = withoutAliases(element);
  const text = typeText(element, file);
  if (seen.kind === "parameter") return `$.Option<${text}>`;
  const isWrapped = seen.kind === "option" || (seen.kind === "primitive" && seen.name === "unit");
  return isWrapped ? `$.Some<${text}> | undefined` : `${text} | undefined`;
}

function elementText(element: Type, file: TypeScope): string {
  const text = typeText(element, file);
  return element.kind === "option" && text.includes(" | ") && !text.startsWith("$.Option<")
    ? `(${text})`
    : text;
}

function typedText(element: Type, file: TypeScope): string {
  const seen = withoutAliases(element);
  const name = seen.kind === "primitive" ? typedArrays[seen.name] : undefined;
  if (name === undefined) throw new Error("@typed on elements that are no numbers");
  return file.platform(name);
}

/** A type of codecs as one of the model. */
export function asType(type: ValueType): Type {
  switch (type.kind) {
    case "primitive":
      return type;
    case "parameter":
      return { kind: "parameter", name: type.name };
    case "payload":
      return asType(type.content);
    case "option":
    case "list":
    case "array":
    case "set":
    case "channel":
      return { ...type, element: asType(type.element) };
    case "tuple":
      return { kind: "tuple", elements: type.elements.map(asType) };
    case "map":
      return { kind: "map", key: asType(type.from), value: asType(type.to) };
    case "result":
      return { kind: "result", ok: asType(type.ok), error: asType(type.error) };
    case "named":
      return { kind: "named", declaration: type.declaration, args: type.args.map(asType) };
  }
}
