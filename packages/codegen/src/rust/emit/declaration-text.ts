/** Types and services as rustfmt leaves them. */
import type {
  DefaultValue,
  EnumDeclaration,
  Field,
  StructDeclaration,
  TupleStructDeclaration,
  Type,
  TypeDeclaration,
  Variant,
} from "../../model/model.js";
import { withoutAliases } from "../../model/parts.js";
import { wireName } from "./names.js";
import type { TypeWriter } from "./type-text.js";

/** Longest body of a struct variant on one line. */
const maxVariantBody = 35;

export function typeLines(
  declaration: TypeDeclaration,
  writer: TypeWriter,
  holdsChannel: boolean,
): readonly string[] {
  const before = [...docLines(declaration.docs, ""), ...deprecated(declaration.deprecated, "")];
  const { parameters } = declaration;
  const name = wireName(declaration.name);
  const head = parameters.length === 0 ? name : `${name}<${parameters.join(", ")}>`;
  if (declaration.kind === "alias" && declaration.type.kind === "payload")
    return [...before, ...payloadLines(name, declaration.type.content, writer)];
  if (declaration.kind === "alias")
    return [...before, `pub type ${head} = ${writer.text(declaration.type)};`];
  const derive = `#[derive(${derives(declaration, writer, holdsChannel).join(", ")})]`;
  if (declaration.kind === "struct") return [...before, derive, ...structLines(head, declaration, writer)];
  if (declaration.kind === "tupleStruct")
    return [...before, derive, ...tupleStructLines(head, declaration, writer)];
  return [...before, derive, "#[repr(u8)]", ...enumLines(head, declaration, writer)];
}

function derives(
  declaration: StructDeclaration | TupleStructDeclaration | EnumDeclaration,
  writer: TypeWriter,
  hasChannel: boolean,
): readonly string[] {
  const facet = writer.own("Facet");
  if (hasChannel) return [facet];
  const isKey = declaration.kind === "enum" && declaration.variants.every(({ form }) => form.kind === "unit");
  if (isKey) return ["Debug", "Clone", "Copy", "PartialEq", "Eq", "PartialOrd", "Ord", facet];
  if (declaration.kind === "tupleStruct" && declaration.elements.every(canBeKey))
    return ["Debug", "Clone", "PartialEq", "Eq", "PartialOrd", "Ord", facet];
  return ["Debug", "Clone", "PartialEq", facet];
}

/** Whether a type of the language may be a key of a map, so that Rust must be able to sort it. */
function canBeKey(type: Type): boolean {
  const seen = withoutAliases(type);
  if (seen.kind === "primitive") return !unsorted.has(seen.name);
  if (seen.kind === "payload") return canBeKey(seen.content);
  if (seen.kind !== "named") return false;
  const { declaration } = seen;
  if (declaration.kind === "tupleStruct") return declaration.elements.every(canBeKey);
  return declaration.kind === "enum" && declaration.variants.every(({ form }) => form.kind === "unit");
}

const unsorted: ReadonlySet<string> = new Set(["f32", "f64", "value"]);

function tupleStructLines(
  head: string,
  declaration: TupleStructDeclaration,
  writer: TypeWriter,
): readonly string[] {
  const elements = declaration.elements.map((type) => `pub ${writer.text(type, declaration)}`);
  const line = `pub struct ${head}(${elements.join(", ")});`;
  return declaration.isTransparent ? ["#[facet(transparent)]", line] : [line];
}

/** An opaque newtype, written as what it wraps. */
function payloadLines(name: string, content: Type, writer: TypeWriter): readonly string[] {
  const text = writer.text(content);
  const sorted = canBeKey(content) ? ["Eq", "PartialOrd", "Ord"] : [];
  const from = (source: string, target: string, value: string): readonly string[] => [
    "",
    `impl From<${source}> for ${target} {`,
    `    fn from(value: ${source}) -> Self {`,
    `        ${value}`,
    "    }",
    "}",
  ];
  return [
    `#[derive(${["Debug", "Clone", "PartialEq", ...sorted, writer.own("Facet")].join(", ")})]`,
    `#[facet(opaque, proxy = ${text})]`,
    `pub struct ${name}(pub ${text});`,
    ...from(text, name, "Self(value)"),
    ...from(`&${name}`, text, "value.0.clone()"),
  ];
}

function structLines(head: string, declaration: StructDeclaration, writer: TypeWriter): readonly string[] {
  if (declaration.fields.length === 0) return [`pub struct ${head} {}`];
  const fields = declaration.fields.flatMap((field) => [
    ...docLines(field.docs, "    "),
    ...deprecated(field.deprecated, "    "),
    ...facetDefault(field, "    "),
    `    pub ${wireName(field.name)}: ${writer.text(field.type, declaration)},`,
  ]);
  return [`pub struct ${head} {`, ...fields, "}"];
}

function enumLines(head: string, declaration: EnumDeclaration, writer: TypeWriter): readonly string[] {
  const written = declaration.variants.map((variant) => ({
    variant,
    body: variantBody(variant, declaration, writer),
  }));
  const tall = written.filter(({ variant, body }) => isTall(variant, body)).length;
  // Where some variants have several lines, struct variants have them, too.
  const isMixed = tall > 0 && tall < written.length;
  const lines = written.flatMap(({ variant, body }) => {
    const { docs, form } = variant;
    const name = wireName(variant.name);
    const before = [...docLines(docs, "    "), ...deprecated(variant.deprecated, "    ")];
    if (form.kind === "unit") return [...before, `    ${name},`];
    if (form.kind !== "struct") return [...before, `    ${name}(${body.join(", ")}),`];
    if (body.length === 0) return [...before, `    ${name} {},`];
    if (!isMixed && !isLong(variant, body)) return [...before, `    ${name} { ${body.join(", ")} },`];
    const fields = form.fields.flatMap((field, at) => [
      ...docLines(field.docs, "        "),
      ...deprecated(field.deprecated, "        "),
      `        ${body[at]},`,
    ]);
    return [...before, `    ${name} {`, ...fields, "    },"];
  });
  return [`pub enum ${head} {`, ...lines, "}"];
}

/** Whether a variant has more than one line: its own, and those of its comments. */
function isTall(variant: Variant, body: readonly string[]): boolean {
  return variant.docs.length > 0 || variant.deprecated !== undefined || isLong(variant, body);
}

function isLong({ form }: Variant, body: readonly string[]): boolean {
  if (form.kind !== "struct") return false;
  const isCommented = form.fields.some(
    ({ docs, deprecated: reason }) => docs.length > 0 || reason !== undefined,
  );
  return isCommented || body.join(", ").length > maxVariantBody;
}

function variantBody({ form }: Variant, owner: EnumDeclaration, writer: TypeWriter): readonly string[] {
  switch (form.kind) {
    case "unit":
      return [];
    case "newtype":
      return [writer.text(form.type, owner)];
    case "tuple":
      return form.types.map((type) => writer.text(type, owner));
    case "struct":
      return form.fields.map((field) => `${wireName(field.name)}: ${writer.text(field.type, owner)}`);
  }
}

function facetDefault(field: Field, indent: string): readonly string[] {
  if (field.required) return [];
  const value = field.default === undefined ? undefined : defaultText(field.default, field.type);
  return [`${indent}#[facet(default${value === undefined ? "" : ` = ${value}`})]`];
}

/** A value that Rust reads as the default of a type; undefined where it is that of the type itself. */
function defaultText(value: DefaultValue, type: Type): string | undefined {
  switch (value.kind) {
    case "none":
    case "empty":
      return undefined;
    case "integer":
      return String(value.value);
    case "float": {
      const text = String(value.value);
      return /[.e]/.test(text) ? text : `${text}.0`;
    }
    case "bool":
      return String(value.value);
    case "string": {
      const seen = withoutAliases(type);
      const isCharacter = seen.kind === "primitive" && seen.name === "char";
      return isCharacter ? `'${escaped(value.value, "'")}'` : `String::from("${escaped(value.value, '"')}")`;
    }
    case "variant": {
      const seen = withoutAliases(type);
      return seen.kind === "named"
        ? `${wireName(seen.declaration.name)}::${wireName(value.variant)}`
        : undefined;
    }
  }
}

/** Text between quotes. Characters that steer a terminal, or the order of letters, are escaped as well. */
function escaped(text: string, quote: string): string {
  let found = "";
  for (const character of text) {
    if (character === "\\" || character === quote) found += `\\${character}`;
    else if (character === "\n") found += "\\n";
    else if (character === "\r") found += "\\r";
    else if (character === "\t") found += "\\t";
    else if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character))
      found += `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
    else found += character;
  }
  return found;
}

export function docLines(docs: readonly string[], indent: string): readonly string[] {
  return docs.map((line) => `${indent}///${line === "" ? "" : ` ${visible(line)}`}`);
}

/** Rust refuses comments in which characters turn the text around them. */
function visible(line: string): string {
  return line
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (found) =>
      /[\t\u200c\u200d]/.test(found) ? found : `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`,
    )
    .trimEnd();
}

export function deprecated(reason: string | undefined, indent: string): readonly string[] {
  return reason === undefined ? [] : [`${indent}#[deprecated(note = "${escaped(reason, '"')}")]`];
}
