/** Literals → default values. */

import type { DefaultValue, EnumDeclaration, PrimitiveName, Type, Variant } from "../model/model.js";
import type { LiteralNode } from "../syntax/ast.js";

/** Range of an integer type, or undefined. */
export function integerRange(name: PrimitiveName): { min: bigint; max: bigint } | undefined {
  const match = /^([ui])(8|16|32|64|128)$/.exec(name);
  if (match === null) return undefined;
  const bits = BigInt(match[2] ?? "8");
  return match[1] === "u"
    ? { min: 0n, max: 2n ** bits - 1n }
    : { min: -(2n ** (bits - 1n)), max: 2n ** (bits - 1n) - 1n };
}

const safe = BigInt(Number.MAX_SAFE_INTEGER);

/** Range of the values that a type has in TypeScript: `@js(number)` holds safe integers only. */
export function valueRange({
  name,
  asNumber,
}: Extract<Type, { kind: "primitive" }>): { min: bigint; max: bigint } | undefined {
  const range = integerRange(name);
  if (range === undefined || !asNumber) return range;
  return { min: range.min < -safe ? -safe : range.min, max: range.max > safe ? safe : range.max };
}

const variantsByName = new WeakMap<EnumDeclaration, ReadonlyMap<string, Variant>>();

/** The variant of a name; of several, the first. A large enum is looked through once. */
export function variantNamed(declaration: EnumDeclaration, name: string): Variant | undefined {
  let variants = variantsByName.get(declaration);
  if (variants === undefined) {
    variants = new Map([...declaration.variants].reverse().map((variant) => [variant.name, variant]));
    variantsByName.set(declaration, variants);
  }
  return variants.get(name);
}

/** Longest number literal that is read: the longest of any type has 40 characters. */
const maxNumberLength = 400;

/** Value of an integer literal, decimal or hexadecimal with `_` between digits; undefined when it is none. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^(-?)(0[xX][0-9a-fA-F]+|[0-9]+)$/.exec(text.replaceAll("_", ""));
  if (match === null || text.length > maxNumberLength) return undefined;
  const value = BigInt(match[2] ?? "0");
  return match[1] === "-" ? -value : value;
}

/** Value of a number literal; undefined when it is beyond f64. */
export function parseFloat64(text: string): number | undefined {
  const plain = text.replaceAll("_", "");
  const match = /^(-?)(0[xX].*)$/.exec(plain);
  const value = match === null ? Number(plain) : Number(match[2]) * (match[1] === "-" ? -1 : 1);
  return Number.isFinite(value) ? value : undefined;
}

/**
 * The default that a literal gives a field; undefined when it does not fit. Aliases are seen through.
 * An option's only default is `none`.
 */
export function defaultValue(literal: LiteralNode, type: Type): DefaultValue | undefined {
  switch (type.kind) {
    case "alias":
      return defaultValue(literal, type.target);
    case "primitive":
      return primitiveDefault(literal, type);
    case "option":
      return literal.kind === "none" ? { kind: "none" } : undefined;
    case "list":
    case "map":
    case "set":
      return literal.kind === "empty" ? { kind: "empty" } : undefined;
    case "array":
      return literal.kind === "empty" && type.length === 0 ? { kind: "empty" } : undefined;
    case "named": {
      if (type.declaration.kind !== "enum" || literal.kind !== "identifier") return undefined;
      const variant = variantNamed(type.declaration, literal.text);
      return variant?.form.kind === "unit" ? { kind: "variant", variant: variant.name } : undefined;
    }
    default:
      return undefined;
  }
}

function primitiveDefault(
  literal: LiteralNode,
  type: Extract<Type, { kind: "primitive" }>,
): DefaultValue | undefined {
  const { name } = type;
  const range = valueRange(type);
  if (range !== undefined) {
    const value = literal.kind === "number" ? parseInteger(literal.text) : undefined;
    return value !== undefined && value >= range.min && value <= range.max
      ? { kind: "integer", value }
      : undefined;
  }
  if (name === "f32" || name === "f64") {
    const value = literal.kind === "number" ? parseFloat64(literal.text) : undefined;
    const fits = value !== undefined && (name === "f64" || Number.isFinite(Math.fround(value)));
    return fits ? { kind: "float", value } : undefined;
  }
  if (name === "bool") return literal.kind === "bool" ? { kind: "bool", value: literal.value } : undefined;
  if (name === "bytes") {
    const isEmpty = literal.kind === "empty" || (literal.kind === "string" && literal.value === "");
    return isEmpty ? { kind: "empty" } : undefined;
  }
  // Text that is no Unicode has no encoding.
  if (literal.kind !== "string" || /\p{Surrogate}/u.test(literal.value)) return undefined;
  const isFitting = name === "string" || (name === "char" && [...literal.value].length === 1);
  return isFitting ? { kind: "string", value: literal.value } : undefined;
}
