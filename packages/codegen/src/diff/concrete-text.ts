/** Types and defaults of a comparison as text of the language. */
import type { DefaultValue } from "../model/model.js";
import { stringText } from "../print/literals.js";
import { appliedText, compositeText, cutText, maxTextDepth } from "../print/type-text.js";
import type { ConcreteType } from "../schema/concrete-type.js";

/** A type as the language writes it, aliases followed, cut where it is long. */
export function concreteText(type: ConcreteType): string {
  return cutText(write(type, maxTextDepth));
}

function write(type: ConcreteType, depth: number): string {
  if (depth === 0) return "…";
  const inner = (part: ConcreteType): string => write(part, depth - 1);
  switch (type.kind) {
    case "primitive":
      return type.name;
    case "payload":
      return `${type.name} (${inner(type.content)})`;
    case "named":
      return appliedText(type.declaration.name, type.args.map(inner));
    default:
      return compositeText<ConcreteType>(type, inner);
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
