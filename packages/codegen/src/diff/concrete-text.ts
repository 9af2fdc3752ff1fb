/** Types and defaults of a comparison as text of the language. */
import type { DefaultValue } from "../model/model.js";
import type { ConcreteType } from "../schema/concrete-type.js";

/** Longest text of a type in a message, in characters. */
const maxLength = 60;
const maxDepth = 6;

/** A type as the language writes it, aliases followed, cut where it is long. */
export function concreteText(type: ConcreteType): string {
  const text = write(type, maxDepth);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

function write(type: ConcreteType, depth: number): string {
  if (depth === 0) return "…";
  const inner = (part: ConcreteType): string => write(part, depth - 1);
  const args = (parts: readonly ConcreteType[]): string =>
    parts.length === 0 ? "" : `<${parts.map(inner).join(", ")}>`;
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "payload":
      return `${type.name} (${inner(type.content)})`;
    case "box":
      return inner(type.element);
    case "option":
      return `${inner(type.element)}?`;
    case "list":
    case "slice":
      return `${inner(type.element)}[]`;
    case "array":
      return `${inner(type.element)}[${type.length}]`;
    case "tuple":
      return `(${type.elements.map(inner).join(", ")}${type.elements.length === 1 ? "," : ""})`;
    case "map":
      return `map${args([type.key, type.value])}`;
    case "set":
    case "hashSet":
      return `set${args([type.element])}`;
    case "result":
      return `result${args([type.ok, type.error])}`;
    case "channel":
      return `${type.direction === "tx" ? "Tx" : "Rx"}${args([type.element])}`;
    case "named":
      return `${type.declaration.name}${args(type.args)}`;
  }
}

/** A default as the language writes it. */
export function defaultText(value: DefaultValue): string {
  switch (value.kind) {
    case "integer":
    case "bool":
      return String(value.value);
    case "float":
      return floatText(value.value);
    case "string":
      return stringText(value.value);
    case "none":
      return "none";
    case "empty":
      return "[]";
    case "variant":
      return value.variant;
  }
}

function floatText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\0": "\\0",
};

/** A string as a literal of the language: one line for every string. */
function stringText(value: string): string {
  const inner = value.replace(
    /["\\]|[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    (character) => escapes[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return `"${inner}"`;
}

/** Whether a default is what zeroed memory holds. @param first name of the enum's first variant, for an enum */
export function isZeroDefault(value: DefaultValue, first: string | undefined): boolean {
  switch (value.kind) {
    case "integer":
      return value.value === 0n;
    case "float":
      return Object.is(value.value, 0);
    case "string":
      return value.value === "";
    case "bool":
      return !value.value;
    case "none":
    case "empty":
      return true;
    case "variant":
      return value.variant === first;
  }
}
