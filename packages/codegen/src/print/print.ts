/** Texts of `.vox` files: one layout, whatever the source of a schema looks like. */
import {
  type DraftArgument,
  type DraftDeclaration,
  type DraftField,
  type DraftFile,
  type DraftMethod,
  type DraftService,
  type DraftType,
  type DraftVariant,
  draftTypes,
  innerDrafts,
} from "./draft.js";
import { appliedText, compositeText } from "./type-text.js";

/** Longest line; in a longer one, each argument of a method goes to its own line. */
const width = 100;

/** @param fileOf the file that declares a type */
export function printFile(file: DraftFile, fileOf: (declaration: DraftDeclaration) => DraftFile): string {
  const isWhole = isRequired(file.declarations.flatMap(fieldsOf));
  const blocks = [
    [...docLines(file.docs, ""), ...(isWhole ? ["@required"] : []), `package ${file.packageName}`],
    importLines(file, fileOf),
    ...file.declarations.map((declaration) => declarationLines(declaration, isWhole)),
    ...file.services.map(serviceLines),
  ];
  const texts = blocks.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
  return `${texts.join("\n\n")}\n`;
}

/** Every declaration that types of a file name. */
function* referred(file: DraftFile): Generator<DraftDeclaration> {
  const types = [
    ...file.declarations.flatMap(draftTypes),
    ...file.services.flatMap(({ methods }) =>
      methods.flatMap(({ args, returns, throws }) => [
        ...args.map(({ type }) => type),
        ...(returns === undefined ? [] : [returns]),
        ...(throws === undefined ? [] : [throws]),
      ]),
    ),
  ];
  while (types.length > 0) {
    const type = types.pop();
    if (type === undefined) return;
    if (type.kind === "named") yield type.declaration;
    types.push(...innerDrafts(type));
  }
}

function importLines(file: DraftFile, fileOf: (declaration: DraftDeclaration) => DraftFile): string[] {
  const names = new Map<string, Set<string>>();
  for (const declaration of referred(file)) {
    const target = fileOf(declaration);
    if (target === file) continue;
    const found = names.get(target.name) ?? new Set();
    names.set(target.name, found.add(declaration.name));
  }
  return [...names]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, found]) => `import { ${[...found].sort().join(", ")} } from "./${name}"`);
}

function fieldsOf(declaration: DraftDeclaration): readonly DraftField[] {
  return declaration.kind === "struct" ? declaration.fields : [];
}

/** Whether all options among some fields are required, so that what is around them can say it once. */
function isRequired(fields: readonly DraftField[]): boolean {
  const options = fields.filter(({ type }) => isOption(type));
  return options.length > 1 && options.every(({ attributes }) => attributes.includes("@required"));
}

function isOption(type: DraftType): boolean {
  if (type.kind === "option") return true;
  return type.kind === "named" && type.declaration.kind === "alias" && isOption(type.declaration.type);
}

/** @param isWhole whether the file says `@required` for all */
function declarationLines(declaration: DraftDeclaration, isWhole: boolean): string[] {
  const { name, parameters } = declaration;
  const isMarked = !isWhole && isRequired(fieldsOf(declaration));
  const attributes = isMarked ? ["@required", ...declaration.attributes] : declaration.attributes;
  const head = `${name}${parameters.length > 0 ? `<${parameters.join(", ")}>` : ""}`;
  const before = [...docLines(declaration.docs, ""), ...attributes];
  switch (declaration.kind) {
    case "alias":
      return [...before, `type ${head} = ${typeText(declaration.type)}`];
    case "tupleStruct":
      return [...before, `struct ${head}(${declaration.types.map(typeText).join(", ")})`];
    case "struct": {
      const omitted = isWhole || isMarked ? "@required" : undefined;
      const lines = declaration.fields.flatMap((field) => {
        const shown = field.attributes.filter((attribute) => attribute !== omitted);
        return fieldLines({ ...field, attributes: shown }, "  ");
      });
      return [...before, ...body(`struct ${head}`, lines)];
    }
    case "enum": {
      const word = declaration.isError ? "error enum" : "enum";
      return [...before, ...body(`${word} ${head}`, declaration.variants.flatMap(variantLines))];
    }
  }
}

function body(head: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [`${head} {}`] : [`${head} {`, ...lines, "}"];
}

function fieldLines({ docs, attributes, name, type, default: value }: DraftField, indent: string): string[] {
  const text = `${name}: ${typeText(type)}${value === undefined ? "" : ` = ${value}`}`;
  return [...docLines(docs, indent), `${indent}${[...attributes, text].join(" ")}`];
}

function variantLines({ docs, attributes, name, form }: DraftVariant): string[] {
  const head = `  ${[...attributes, name].join(" ")}`;
  const before = docLines(docs, "  ");
  if (form.kind === "unit") return [...before, head];
  if (form.kind === "tuple") return [...before, `${head}(${form.types.map(typeText).join(", ")})`];
  const isPlain = form.fields.every((field) => field.docs.length === 0);
  const line = `${head} { ${form.fields.map((field) => fieldLines(field, "").join(" ")).join(", ")} }`;
  if (form.fields.length === 0) return [...before, `${head} {}`];
  if (isPlain && line.length <= width) return [...before, line];
  return [...before, `${head} {`, ...form.fields.flatMap((field) => fieldLines(field, "    ")), "  }"];
}

function serviceLines({ docs, attributes, name, methods }: DraftService): string[] {
  const lines: string[] = [];
  for (const method of methods) {
    if (lines.length > 0 && method.docs.length > 0) lines.push("");
    lines.push(...methodLines(method));
  }
  return [...docLines(docs, ""), ...attributes, ...body(`service ${name}`, lines)];
}

function methodLines({ docs, attributes, name, args, returns, throws }: DraftMethod): string[] {
  const result = returns === undefined ? "" : ` -> ${typeText(returns)}`;
  const tail = `)${result}${throws === undefined ? "" : ` throws ${typeText(throws)}`}`;
  const before = [...docLines(docs, "  "), ...attributes.map((attribute) => `  ${attribute}`)];
  const line = `  ${name}(${args.map(argumentText).join(", ")}${tail}`;
  const isPlain = args.every((argument) => argument.docs.length === 0);
  if (isPlain && (line.length <= width || args.length === 0)) return [...before, line];
  const inner = args.flatMap((argument) => [
    ...docLines(argument.docs, "    "),
    `    ${argumentText(argument)},`,
  ]);
  return [...before, `  ${name}(`, ...inner, `  ${tail}`];
}

function argumentText({ attributes, name, type }: DraftArgument): string {
  return [...attributes, `${name}: ${typeText(type)}`].join(" ");
}

export function typeText(type: DraftType): string {
  switch (type.kind) {
    case "word":
      return type.text;
    case "generic":
      return appliedText(type.name, type.args.map(typeText));
    case "named":
      return appliedText(type.declaration.name, type.args.map(typeText));
    default:
      return compositeText<DraftType>(type, typeText);
  }
}

function docLines(docs: readonly string[], indent: string): string[] {
  return docs.map((line) => `${indent}///${line === "" ? "" : ` ${line}`}`);
}
