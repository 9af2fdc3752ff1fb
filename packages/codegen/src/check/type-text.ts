/** Types as text of the language, for messages. */
import type { Type } from "../model/model.js";

/** Longest text of a type in a message, in characters. */
const maxLength = 60;

/** A type as the language writes it, cut where it is long. */
export function typeName(type: Type): string {
  const text = write(type, 6);
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}

/** A type in backticks; an alias is followed by its target. */
export function quotedType(type: Type): string {
  const shown = `\`${typeName(type)}\``;
  return type.kind === "alias" ? `${shown} (\`${typeName(type.target)}\`)` : shown;
}

function write(type: Type, depth: number): string {
  if (depth === 0) return "…";
  const inner = (part: Type): string => write(part, depth - 1);
  const args = (parts: readonly Type[]): string =>
    parts.length === 0 ? "" : `<${parts.map(inner).join(", ")}>`;
  switch (type.kind) {
    case "primitive":
    case "parameter":
      return type.name;
    case "option":
      return `${inner(type.element)}?`;
    case "list":
      return `${inner(type.element)}[]`;
    case "array":
      return `${inner(type.element)}[${type.length}]`;
    case "tuple":
      return type.elements.length === 1
        ? `(${type.elements.map(inner).join("")},)`
        : `(${type.elements.map(inner).join(", ")})`;
    case "map":
      return `map${args([type.key, type.value])}`;
    case "set":
      return `set${args([type.element])}`;
    case "result":
      return `result${args([type.ok, type.error])}`;
    case "channel":
      return `${type.direction === "tx" ? "Tx" : "Rx"}${args([type.element])}`;
    case "payload":
      return inner(type.content);
    case "named":
    case "alias":
      return `${type.declaration.name}${args(type.args)}`;
  }
}
