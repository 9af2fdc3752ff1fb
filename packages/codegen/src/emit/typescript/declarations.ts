/** Declared types: interfaces, unions, constants of literal enums. */
import type {
  AliasDeclaration,
  EnumDeclaration,
  Field,
  StructDeclaration,
  TupleStructDeclaration,
  Type,
  TypeDeclaration,
  Variant,
  VariantForm,
} from "../../model/model.js";
import { fieldName } from "../../model/names.js";
import { isBrand } from "../../model/tuple-structs.js";
import { formTypes } from "../../schema/index.js";
import { block, type Layout } from "../layout.js";
import { docLines } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { stringLiteral } from "./foreign-text.js";
import { declarationHead } from "./names.js";
import { isOptional, tupleStructText, typeText, usesParameter } from "./types.js";
import { isLiteralEnum } from "./value-type.js";

/** Variants of a union that are longer are broken. */
const maxVariantWidth = 110;

/** The TypeScript form of a declaration, with its doc comment. */
export function declarationText(declaration: TypeDeclaration, file: FileScope): readonly Layout[] {
  switch (declaration.kind) {
    case "alias":
      return [...docLines(declaration), aliasText(declaration, file)];
    case "struct":
      return [...docLines(declaration), structText(declaration, file)];
    case "tupleStruct":
      return [...docLines(declaration), ...tupleStructLines(declaration, file)];
    case "enum":
      return isLiteralEnum(declaration) ? literalText(declaration) : unionText(declaration, file);
  }
}

function aliasText(declaration: AliasDeclaration, file: FileScope): Layout {
  const head = declarationHead(declaration, (parameter) => usesParameter(declaration.type, parameter));
  return `export type ${head} = ${typeText(declaration.type, file)};`;
}

/** The type of a tuple struct; a brand has a function beside it that gives it to a value. */
function tupleStructLines(declaration: TupleStructDeclaration, file: FileScope): readonly Layout[] {
  const { name, elements, parameters } = declaration;
  const head = declarationHead(declaration, usesOf(elements));
  const type = `export type ${head} = ${tupleStructText(declaration, file)};`;
  const [only] = elements;
  if (!isBrand(declaration) || only === undefined) return [type];
  const generic = parameters.length === 0 ? "" : `<${parameters.join(", ")}>`;
  const value = typeText(only, file);
  return [
    type,
    `/** A value as {@link ${name}}. */`,
    block(`export function ${name}${generic}(value: ${value}): ${name}${generic} {`, [
      `return value as ${name}${generic};`,
    ]),
  ];
}

function structText(declaration: StructDeclaration, file: FileScope): Layout {
  const { fields } = declaration;
  const head = declarationHead(declaration, usesOf(fields.map((field) => field.type)));
  if (fields.length === 0) return `export type ${head} = ${file.platform("Record")}<string, never>;`;
  return block(
    `export interface ${head} {`,
    fields.flatMap((field) => [...docLines(field), `${memberText(field, file)};`]),
  );
}

/** Options may be left out; a field with a default may not: one type serves reading and writing. */
function memberText(field: Field, file: FileScope): string {
  const mark = isOptional(field.type) ? "?" : "";
  return `${fieldName(field)}${mark}: ${typeText(field.type, file)}`;
}

/** A union of literals, and a constant object so that variants can be named. */
function literalText(declaration: EnumDeclaration): readonly Layout[] {
  const { name, variants } = declaration;
  const head = declarationHead(declaration, () => false);
  const union = `export type ${head} = ${variants.map((variant) => stringLiteral(variant.name)).join(" | ")};`;
  const lines =
    union.length <= maxVariantWidth
      ? [union]
      : [
          `export type ${head} =`,
          ...variants.map(
            (variant, at) => `  | ${stringLiteral(variant.name)}${at === variants.length - 1 ? ";" : ""}`,
          ),
        ];
  const members = variants.flatMap((variant) => [
    ...docLines(variant),
    `${variant.name}: ${stringLiteral(variant.name)},`,
  ]);
  return [
    ...docLines(declaration),
    ...lines,
    `/** The variants of {@link ${name}} by name. */`,
    block(`export const ${name} = {`, members, "} as const;"),
  ];
}

/** A union discriminated by `kind`. */
function unionText(declaration: EnumDeclaration, file: FileScope): readonly Layout[] {
  const { variants } = declaration;
  const head = declarationHead(declaration, usesOf(variants.flatMap(({ form }) => formTypes(form))));
  const lines = variants.flatMap((variant, at) => {
    const end = at === variants.length - 1 ? ";" : "";
    return [...docLines(variant), ...variantLines(variant, end, file)].map((line) => `  ${line}`);
  });
  return [...docLines(declaration), `export type ${head} =`, ...lines];
}

function variantLines(variant: Variant, end: string, file: FileScope): readonly string[] {
  const members = [
    { docs: [] as readonly string[], text: `kind: ${stringLiteral(variant.name)}` },
    ...payloadMembers(variant.form, file),
  ];
  const line = `| { ${members.map((member) => member.text).join("; ")} }${end}`;
  if (line.length <= maxVariantWidth && members.every((member) => member.docs.length === 0)) return [line];
  const inner = members.flatMap((member) => [...member.docs, `${member.text};`]);
  return ["| {", ...inner.map((text) => `    ${text}`), `  }${end}`];
}

function payloadMembers(
  form: VariantForm,
  file: FileScope,
): readonly { readonly docs: readonly string[]; readonly text: string }[] {
  switch (form.kind) {
    case "unit":
      return [];
    case "newtype":
      return [{ docs: [], text: `value: ${typeText(form.type, file)}` }];
    case "tuple":
      return [{ docs: [], text: `value: [${form.types.map((type) => typeText(type, file)).join(", ")}]` }];
    case "struct":
      return form.fields.map((field) => ({ docs: docLines(field), text: memberText(field, file) }));
  }
}

function usesOf(types: readonly Type[]): (parameter: string) => boolean {
  return (parameter) => types.some((type) => usesParameter(type, parameter));
}
