/** Effects of attributes on types and declarations. A rule checks the places of attributes (`rules/attributes.ts`). */

import { type TextFormat, textFormats } from "@voxrpc/runtime/internal/schema";
import type { PrimitiveName, Type } from "../model/model.js";
import type { AttributeNode } from "../syntax/ast.js";

export function findAttribute(attributes: readonly AttributeNode[], name: string): AttributeNode | undefined {
  return attributes.find((attribute) => attribute.name.text === name);
}

/** Reason of `@deprecated("…")`. */
export function deprecation(attributes: readonly AttributeNode[]): string | undefined {
  const attribute = findAttribute(attributes, "deprecated");
  const [reason] = attribute?.args ?? [];
  if (attribute === undefined) return undefined;
  return reason?.kind === "string" ? reason.value : "";
}

const wideIntegers: ReadonlySet<PrimitiveName> = new Set(["u64", "i64", "u128", "i128"]);
/** Whether a type is a 64- or 128-bit integer. */
export function isWideInteger(name: PrimitiveName): boolean {
  return wideIntegers.has(name);
}

const typedElements: ReadonlySet<PrimitiveName> = new Set([
  "u8",
  "u16",
  "u32",
  "u64",
  "i8",
  "i16",
  "i32",
  "i64",
  "f32",
  "f64",
]);

/**
 * A type with `@js(number)` applied to the 64- or 128-bit integer at its core, seen through aliases, options, lists and
 * arrays; undefined when there is none. An alias that would change is replaced by its target.
 */
export function asNumber(type: Type): Type | undefined {
  switch (type.kind) {
    case "primitive":
      return wideIntegers.has(type.name) ? { ...type, asNumber: true } : undefined;
    case "alias":
      return asNumber(type.target);
    case "option":
    case "list":
    case "array": {
      const element = asNumber(type.element);
      return element === undefined ? undefined : { ...type, element };
    }
    default:
      return undefined;
  }
}

/**
 * A type with its 64- and 128-bit integers as bigints again, whatever the file says, seen through as `@js(number)` is.
 */
function asBigint(type: Type): Type | undefined {
  switch (type.kind) {
    case "primitive":
      return wideIntegers.has(type.name) ? { ...type, asNumber: false } : undefined;
    case "alias":
      return asBigint(type.target);
    case "option":
    case "list":
    case "array": {
      const element = asBigint(type.element);
      return element === undefined ? undefined : { ...type, element };
    }
    default:
      return undefined;
  }
}

/**
 * A type with `@typed` applied to its list or array of numbers, seen through aliases and options; undefined when there
 * is none.
 *
 * @param keepsNumbers whether a separate mark makes the elements numbers: a typed array cannot hold them then
 */
export function asTyped(type: Type, keepsNumbers = false): Type | undefined {
  switch (type.kind) {
    case "alias":
      return asTyped(type.target, keepsNumbers);
    case "option": {
      const element = asTyped(type.element, keepsNumbers);
      return element === undefined ? undefined : { kind: "option", element };
    }
    case "list":
    case "array": {
      let element = type.element;
      while (element.kind === "alias") element = element.target;
      if (element.kind !== "primitive" || !typedElements.has(element.name)) return undefined;
      if (element.asNumber && keepsNumbers) return undefined;
      return { ...type, element: { ...element, asNumber: false }, typed: true };
    }
    default:
      return undefined;
  }
}

/** A type with the attributes of its field, argument or alias applied; unchanged where they do not fit. */
export function applyAttributes(type: Type, attributes: readonly AttributeNode[]): Type {
  let result = type;
  const js = numberChoice(attributes);
  if (js !== undefined) result = (js === "number" ? asNumber(result) : asBigint(result)) ?? result;
  if (hasArrayChoice(attributes)) result = asArray(result) ?? result;
  if (findAttribute(attributes, "typed") !== undefined) result = asTyped(result, js === "number") ?? result;
  return result;
}

/** A type whose typed arrays are arrays of numbers, seen through as `@js(number)` is; undefined when there is none. */
export function asArray(type: Type): Type | undefined {
  switch (type.kind) {
    case "alias":
      return asArray(type.target);
    case "option":
    case "list":
    case "array": {
      if (type.kind !== "option" && type.typed) return { ...type, typed: false };
      const element = asArray(type.element);
      return element === undefined ? undefined : { ...type, element };
    }
    default:
      return undefined;
  }
}

/** Whether `@js(array)` is one of the attributes. */
export function hasArrayChoice(attributes: readonly AttributeNode[]): boolean {
  const [first] = findAttribute(attributes, "js")?.args ?? [];
  return first?.kind === "identifier" && first.text === "array";
}

/** The choice of `@js` for 64- and 128-bit integers; undefined where it makes none. */
export function numberChoice(attributes: readonly AttributeNode[]): "number" | "bigint" | undefined {
  const [first] = findAttribute(attributes, "js")?.args ?? [];
  if (first?.kind !== "identifier") return undefined;
  return first.text === "number" || first.text === "bigint" ? first.text : undefined;
}

/** How a text is written, as `@format(…)` says. */
export function textFormat(attributes: readonly AttributeNode[]): TextFormat | undefined {
  const [first] = findAttribute(attributes, "format")?.args ?? [];
  return first?.kind === "identifier" ? textFormats.find((format) => format === first.text) : undefined;
}

/** The name that `@ts("…")` gives a member of a TypeScript type. */
export function typeScriptName(attributes: readonly AttributeNode[]): string | undefined {
  const [first] = findAttribute(attributes, "ts")?.args ?? [];
  return first?.kind === "string" ? first.value : undefined;
}
