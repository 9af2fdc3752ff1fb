/** A model as `.vox` text: one layout for one meaning, without comments. What the lock file is made of. */
import type { EnumDeclaration, Field, Method, Type, TypeDeclaration, Variant } from "../model/model.js";
import { discriminator } from "../model/names.js";
import { withoutAliases } from "../model/parts.js";
import { appliedText, compositeText } from "../print/type-text.js";
import { defaultText } from "./concrete-text.js";

/** The name of a declaration in a file: its own, or the one after `as`. */
export type NameOf = (declaration: TypeDeclaration) => string;

/** A type as the language writes it, in full. */
function printType(type: Type, nameOf: NameOf): string {
  const print = (inner: Type): string => printType(inner, nameOf);
  switch (type.kind) {
    case "primitive":
    case "parameter":
      return type.name;
    case "payload":
      return print(type.content);
    case "named":
    case "alias":
      return appliedText(nameOf(type.declaration), type.args.map(print));
    default:
      return compositeText<Type>(type, print);
  }
}

/** Attributes of a type's use: `@js(number)`, `@typed`. What an alias says itself is not repeated. */
function typeAttributes(type: Type): readonly string[] {
  switch (type.kind) {
    case "primitive":
      return type.asNumber ? ["@js(number)"] : [];
    case "list":
    case "array":
      return [...arrayAttribute(type), ...typeAttributes(type.element)];
    case "alias": {
      const own = typeAttributes(type.declaration.type);
      return typeAttributes(type.target).filter((attribute) => !own.includes(attribute));
    }
    case "option":
      return typeAttributes(type.element);
    case "payload":
      return typeAttributes(type.content);
    // Nothing else can be marked: what the file says for all of its numbers changes neither the wire nor a default.
    default:
      return [];
  }
}

/** Bytes are a typed array without a mark, other numbers with one. */
function arrayAttribute({ element, typed }: Type & { kind: "list" | "array" }): readonly string[] {
  const seen = withoutAliases(element);
  const isByte = seen.kind === "primitive" && seen.name === "u8";
  if (isByte) return typed ? [] : ["@js(array)"];
  return typed ? ["@typed"] : [];
}

function printField(field: Field, nameOf: NameOf): string {
  const attributes = [...typeAttributes(field.type)];
  if (field.required && endsInOption(field.type)) attributes.push("@required");
  if (field.member !== undefined && field.member !== `${discriminator}_`)
    attributes.push(`@ts("${field.member}")`);
  const value = field.default === undefined ? "" : ` = ${defaultText(field.default)}`;
  return [...attributes, `${field.name}: ${printType(field.type, nameOf)}${value}`].join(" ");
}

function endsInOption(type: Type): boolean {
  return type.kind === "alias" ? endsInOption(type.target) : type.kind === "option";
}

function printVariant({ name, form }: Variant, nameOf: NameOf): readonly string[] {
  switch (form.kind) {
    case "unit":
      return [name];
    case "newtype":
      return [`${name}(${printType(form.type, nameOf)})`];
    case "tuple":
      return [`${name}(${form.types.map((type) => printType(type, nameOf)).join(", ")})`];
    case "struct":
      return [`${name} {`, ...form.fields.map((field) => `  ${printField(field, nameOf)}`), "}"];
  }
}

function attributesBefore(types: readonly Type[]): string {
  return [...new Set(types.flatMap(typeAttributes))].map((attribute) => `${attribute} `).join("");
}

/** A declared type, a line a member. */
export function printDeclaration(declaration: TypeDeclaration, nameOf: NameOf): readonly string[] {
  const { name, parameters } = declaration;
  const head = `${name}${parameters.length === 0 ? "" : `<${parameters.join(", ")}>`}`;
  switch (declaration.kind) {
    case "alias":
      return [
        `${declaration.type.kind === "payload" ? "@payload " : ""}${attributesBefore([declaration.type])}type ${head} = ${printType(declaration.type, nameOf)}`,
      ];
    case "tupleStruct": {
      const elements = `(${declaration.elements.map((type) => printType(type, nameOf)).join(", ")})`;
      const mark = declaration.isTransparent ? "@transparent " : "";
      return [`${mark}${attributesBefore(declaration.elements)}struct ${head}${elements}`];
    }
    case "struct":
      if (declaration.fields.length === 0) return [`struct ${head} {}`];
      return [
        `struct ${head} {`,
        ...declaration.fields.map((field) => `  ${printField(field, nameOf)}`),
        "}",
      ];
    case "enum":
      return [
        `${enumWord(declaration)} ${head} {`,
        ...declaration.variants.flatMap((variant) =>
          printVariant(variant, nameOf).map((line) => `  ${line}`),
        ),
        "}",
      ];
  }
}

function enumWord({ isError }: EnumDeclaration): string {
  return isError ? "error enum" : "enum";
}

/** A method's line. */
export function printMethod(method: Method, nameOf: NameOf): string {
  const flags = [...(method.idempotent ? ["@idempotent "] : []), ...(method.persist ? ["@persist "] : [])];
  const args = method.args.map(
    (argument) => `${attributesBefore([argument.type])}${argument.name}: ${printType(argument.type, nameOf)}`,
  );
  const isUnit = method.returns.kind === "primitive" && method.returns.name === "unit";
  const returns = isUnit ? "" : ` -> ${printType(method.returns, nameOf)}`;
  const throws = method.throws === undefined ? "" : ` throws ${printType(method.throws, nameOf)}`;
  return `${flags.join("")}${method.name}(${args.join(", ")})${returns}${throws}`;
}
