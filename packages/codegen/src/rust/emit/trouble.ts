/** Features of a schema that vox 0.8.2 lacks. The command reports them when it generates Rust. */
import type { Reporter } from "../../diagnostics/report.js";
import type {
  EnumDeclaration,
  Field,
  Method,
  Model,
  StructDeclaration,
  Type,
  TypeDeclaration,
} from "../../model/model.js";
import { innerTypes, withoutAliases } from "../../model/parts.js";
import { memberTypes } from "../../schema/index.js";
import type { Span } from "../../source/span.js";
import { canBeMethod, canBeRust } from "./names.js";

/** Arguments of a method: the tuple of them must implement Facet. */
const maxArguments = 4;

export function reportTrouble({ files }: Model, reporter: Reporter): void {
  for (const { types, services } of files) {
    for (const type of types) {
      checkName(type.name, type.span, reporter);
      if (type.kind === "alias") checkType(type.type, type.name, type.span, reporter);
      else checkDeclaration(type, reporter);
    }
    for (const service of services) {
      checkName(service.name, service.span, reporter);
      for (const method of service.methods) checkMethod(service.name, method, reporter);
    }
  }
}

function checkName(name: string, span: Span, reporter: Reporter): void {
  if (!canBeRust(name))
    reporter.report("VOX6101", span, {
      problem: `Rust has no name \`${name}\``,
      advice: "choose another name",
    });
}

function checkDeclaration(
  declaration: Exclude<TypeDeclaration, { kind: "alias" }>,
  reporter: Reporter,
): void {
  const { name, parameters, span } = declaration;
  for (const parameter of parameters)
    if (!memberTypes(declaration).some((type) => uses(type, parameter)))
      reporter.report("VOX6101", span, {
        problem: `\`${name}\` does not use its type parameter \`${parameter}\`, which Rust refuses`,
        advice: "remove the parameter",
      });
  for (const type of memberTypes(declaration)) {
    checkType(type, name, span, reporter);
    if (isMapOf(type, declaration))
      reporter.report("VOX6102", span, {
        problem: `\`${name}\`: encoding a map that contains its own type ends the process of vox 0.8.2`,
        advice: "use a list of pairs",
      });
  }
  for (const field of fieldsOf(declaration)) {
    checkName(field.name, field.span, reporter);
    checkDefault(field, reporter);
  }
}

function fieldsOf(declaration: Exclude<TypeDeclaration, { kind: "alias" }>): readonly Field[] {
  if (declaration.kind === "struct") return declaration.fields;
  if (declaration.kind !== "enum") return [];
  return declaration.variants.flatMap(({ form }) => (form.kind === "struct" ? form.fields : []));
}

/** The runtime of 0.8.2 fills in the zero of the type, whatever the default says. */
function checkDefault({ name, default: value, required, span }: Field, reporter: Reporter): void {
  if (required || value === undefined) return;
  const isZero =
    value.kind === "none" ||
    value.kind === "empty" ||
    (value.kind === "integer" && value.value === 0n) ||
    (value.kind === "float" && value.value === 0) ||
    (value.kind === "bool" && !value.value) ||
    (value.kind === "string" && value.value === "");
  if (!isZero)
    reporter.report("VOX6102", span, {
      problem: `\`${name}\`: where a peer leaves the field out, vox 0.8.2 reads the zero of the type, not the default`,
      advice: "use a default of zero, or an option",
    });
}

function checkType(type: Type, name: string, span: Span, reporter: Reporter): void {
  if (contains(type, (one) => one.kind === "primitive" && (one.name === "u128" || one.name === "i128")))
    reporter.report("VOX6102", span, {
      problem: `\`${name}\`: vox 0.8.2 cannot send integers of 128 bits`,
      advice: "send it to Rust only, or use a string or two 64-bit integers",
    });
}

function checkMethod(
  service: string,
  { name, args, returns, throws, span }: Method,
  reporter: Reporter,
): void {
  const path = `${service}.${name}`;
  if (!canBeMethod(name))
    reporter.report("VOX6101", span, {
      problem: `\`${path}\`: the macro of vox 0.8.2 takes no method of this name, which is a word of Rust`,
      advice: "choose another name",
    });
  if (args.length > maxArguments)
    reporter.report("VOX6101", span, {
      problem: `\`${path}\` has ${args.length} arguments, and Rust takes ${maxArguments}`,
      advice: "put them into a struct",
    });
  for (const type of [
    ...args.map((argument) => argument.type),
    returns,
    ...(throws === undefined ? [] : [throws]),
  ])
    checkType(type, path, span, reporter);
  const [only, ...more] = args;
  const seen = only === undefined ? undefined : withoutAliases(only.type);
  const isText = (one: Type): boolean => one.kind === "primitive" && one.name === "string";
  if (more.length === 0 && seen?.kind === "map" && contains(seen, isText))
    reporter.report("VOX6102", span, {
      problem: `\`${path}\`: vox 0.8.2 cannot read a map with strings as the only argument before it has read another string`,
      advice: "add a string argument, or put the map into a struct with a string",
    });
}

function contains(type: Type, is: (type: Type) => boolean): boolean {
  const seen = withoutAliases(type);
  return is(seen) || innerTypes(seen).some((inner) => contains(inner, is));
}

function uses(type: Type, parameter: string): boolean {
  return contains(type, (one) => one.kind === "parameter" && one.name === parameter);
}

function isMapOf(type: Type, declaration: StructDeclaration | EnumDeclaration | TypeDeclaration): boolean {
  return contains(
    type,
    (one) =>
      one.kind === "map" &&
      contains(one.value, (inner) => inner.kind === "named" && inner.declaration === declaration),
  );
}
