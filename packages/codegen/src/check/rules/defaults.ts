import { nearestName } from "../../diagnostics/suggest.js";
import type { EnumDeclaration, PrimitiveName, Type } from "../../model/model.js";
import { withoutAliases } from "../../model/parts.js";
import type { LiteralNode } from "../../syntax/ast.js";
import {
  defaultValue,
  integerRange,
  parseFloat64,
  parseInteger,
  valueRange,
  variantNamed,
} from "../defaults.js";
import { invalidType, type Linked } from "../program.js";
import { quotedType } from "../type-text.js";

/** Longest literal that a message repeats, in characters. */
const maxShown = 40;

/** Defaults are literals that fit the type of their field. */
export function checkDefaults(linked: Linked): void {
  for (const [node, field] of linked.fields) {
    const literal = node.default;
    if (literal === undefined || literal.kind === "invalid") continue;
    const written = linked.types.get(node.type);
    if (written === undefined || written === invalidType || withoutAliases(field.type) === invalidType)
      continue;
    if (defaultValue(literal, field.type) === undefined) reportDefault(linked, literal, field.type);
  }
}

function reportDefault(linked: Linked, literal: LiteralNode, type: Type): void {
  const plain = withoutAliases(type);
  if (plain.kind === "named" && plain.declaration.kind === "enum") {
    reportVariant(linked, literal, plain.declaration, type);
    return;
  }
  const advice = literalAdvice(plain);
  if (advice === undefined) {
    linked.reporter.report("VOX3034", literal.span, { type: quotedType(type) });
    return;
  }
  const range = plain.kind === "primitive" ? rangeAdvice(plain, literal) : undefined;
  if (range !== undefined) {
    const isNumber = plain.kind === "primitive" && plain.asNumber;
    const parameters = {
      literal: shown(linked, literal),
      type: `${quotedType(type)}${isNumber ? " as a number" : ""}`,
      advice: range,
    };
    linked.reporter.report("VOX3031", literal.span, parameters);
    return;
  }
  const replacement = nearLiteral(literal, plain);
  linked.reporter.report(
    "VOX3030",
    literal.span,
    { literal: shown(linked, literal), type: quotedType(type), advice },
    { replacement },
  );
}

function shown(linked: Linked, literal: LiteralNode): string {
  const source = linked.files.find((file) => file.path === literal.span.file)?.ast.source;
  const text = source?.textOf(literal.span) ?? "";
  return `\`${text.length > maxShown ? `${text.slice(0, maxShown - 1)}…` : text}\``;
}

function reportVariant(linked: Linked, literal: LiteralNode, declaration: EnumDeclaration, type: Type): void {
  const units = unitsOf(declaration);
  const name = literal.kind === "identifier" ? literal.text : nameIn(literal);
  if (name === undefined) {
    const [example] = units;
    const advice =
      example === undefined
        ? "none of its variants can be a default; make the field an option"
        : `write the name of a unit variant, such as \`${example}\``;
    const parameters = { literal: shown(linked, literal), type: quotedType(type), advice };
    linked.reporter.report("VOX3030", literal.span, parameters);
    return;
  }
  const variant = variantNamed(declaration, name);
  const related = [{ span: variant?.span ?? declaration.span, message: "declared here" }];
  if (variant !== undefined && variant.form.kind !== "unit") {
    linked.reporter.report("VOX3033", literal.span, { name }, { related });
    return;
  }
  const near = variant?.name ?? linked.reporter.nearest(name, () => units);
  const advice =
    variant !== undefined
      ? `write \`${name}\` without quotes`
      : near !== undefined
        ? `did you mean \`${near}\`?`
        : units.length === 0
          ? "none of its variants can be a default"
          : `it has ${units
              .slice(0, 5)
              .map((unit) => `\`${unit}\``)
              .join(", ")}${units.length > 5 ? " …" : ""}`;
  if (variant !== undefined) {
    const parameters = { literal: shown(linked, literal), type: quotedType(type), advice };
    linked.reporter.report("VOX3030", literal.span, parameters, { replacement: near });
    return;
  }
  const parameters = { enum: declaration.name, name, advice };
  linked.reporter.report("VOX3032", literal.span, parameters, { related, replacement: near });
}

const unitsByEnum = new WeakMap<EnumDeclaration, readonly string[]>();

function unitsOf(declaration: EnumDeclaration): readonly string[] {
  const known = unitsByEnum.get(declaration);
  if (known !== undefined) return known;
  const units = declaration.variants.filter(({ form }) => form.kind === "unit").map(({ name }) => name);
  unitsByEnum.set(declaration, units);
  return units;
}

/** The variant that a string or a word such as `none` may mean. */
function nameIn(literal: LiteralNode): string | undefined {
  if (literal.kind === "string" && /^[A-Za-z_]\w*$/.test(literal.value)) return literal.value;
  return undefined;
}

/** The form of a default of a type; undefined for types that have none. */
function literalAdvice(type: Exclude<Type, { kind: "alias" }>): string | undefined {
  switch (type.kind) {
    case "primitive":
      return primitiveAdvice(type.name);
    case "option":
      return "an option's only default is `none`; for another one, leave the `?` out";
    case "list":
    case "map":
    case "set":
      return "its only default is the empty one: write `[]`";
    case "array":
      return type.length === 0 ? "write `[]`" : undefined;
    default:
      return undefined;
  }
}

function primitiveAdvice(name: PrimitiveName): string | undefined {
  if (integerRange(name) !== undefined) return "write an integer, such as `0`";
  switch (name) {
    case "bool":
      return "write `true` or `false`";
    case "f32":
    case "f64":
      return "write a number, such as `0.5`";
    case "string":
      return 'write a string, such as `""`';
    case "char":
      return 'write one character in quotes, such as `"x"`';
    case "bytes":
      return "its only default is the empty one: write `[]`";
    default:
      return undefined;
  }
}

/** For a number of the right kind that is too large or too small. */
function rangeAdvice(type: Extract<Type, { kind: "primitive" }>, literal: LiteralNode): string | undefined {
  if (literal.kind !== "number") return undefined;
  const { name } = type;
  const range = valueRange(type);
  if (range !== undefined) {
    const isInteger = /^-?(?:0[xX][0-9a-fA-F_]+|[0-9][0-9_]*)$/.test(literal.text);
    if (!isInteger) return undefined;
    const value = parseInteger(literal.text);
    const isNegative = value !== undefined && value < 0n && range.min === 0n;
    const isWide = value !== undefined && fits(value, integerRange(name));
    if (type.asNumber && isWide)
      return `a number of JavaScript is exact from ${range.min} to ${range.max}: leave @js(number) out, or choose another default`;
    return isNegative
      ? `it is unsigned: 0 to ${range.max}; a signed type is \`i${name.slice(1)}\``
      : `it holds ${range.min} to ${range.max}`;
  }
  if (name !== "f32" && name !== "f64") return undefined;
  const value = parseFloat64(literal.text);
  return value === undefined || name === "f64"
    ? "no f64 is that large"
    : "no f32 is that large; f64 may hold it";
}

function fits(value: bigint, range: { min: bigint; max: bigint } | undefined): boolean {
  return range !== undefined && value >= range.min && value <= range.max;
}

/** `null`, `True` and the like. */
function nearLiteral(literal: LiteralNode, type: Type): string | undefined {
  if (type.kind === "option") return isNothing(literal) ? "none" : undefined;
  if (type.kind === "primitive" && type.name === "bool" && literal.kind === "identifier")
    return nearestName(literal.text, ["true", "false"]);
  const isCollection = type.kind === "list" || type.kind === "map" || type.kind === "set";
  return isCollection && (isNothing(literal) || literal.kind === "string") ? "[]" : undefined;
}

function isNothing(literal: LiteralNode): boolean {
  return literal.kind === "identifier" && /^(?:null|nil|undefined|None)$/.test(literal.text);
}
