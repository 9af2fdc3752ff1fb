/** Types as text of the language, for messages. */
import type { Type } from "../model/model.js";
import { appliedText, compositeText, cutText, maxTextDepth } from "../print/type-text.js";

/** A type as the language writes it, cut where it is long. */
export function typeName(type: Type): string {
  return cutText(write(type, maxTextDepth));
}

/** A type in backticks; an alias is followed by its target. */
export function quotedType(type: Type): string {
  const shown = `\`${typeName(type)}\``;
  return type.kind === "alias" ? `${shown} (\`${typeName(type.target)}\`)` : shown;
}

function write(type: Type, depth: number): string {
  if (depth === 0) return "…";
  const inner = (part: Type): string => write(part, depth - 1);
  switch (type.kind) {
    case "primitive":
    case "parameter":
      return type.name;
    case "payload":
      return inner(type.content);
    case "named":
    case "alias":
      return appliedText(type.declaration.name, type.args.map(inner));
    default:
      return compositeText<Type>(type, inner);
  }
}
