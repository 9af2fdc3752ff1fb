/** Types as the language writes them: one notation for printed schemas, locks and messages. */
import type { Composite } from "../schema/index.js";

/** A type that is written by its parts, not by a name. */
export type Written<T> =
  | Extract<
      Composite<T>,
      { readonly elements: unknown } | { readonly key: unknown } | { readonly ok: unknown }
    >
  | Extract<Composite<T>, { readonly direction: unknown }>
  | { readonly kind: "option" | "list" | "slice" | "set" | "hashSet" | "box"; readonly element: T }
  /** `length` as it is written. */
  | { readonly kind: "array"; readonly element: T; readonly length: number | bigint | string };

/** @param inner writes a part */
export function compositeText<T>(type: Written<T>, inner: (part: T) => string): string {
  switch (type.kind) {
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
      return tupleText(type.elements.map(inner));
    case "map":
      return appliedText("map", [inner(type.key), inner(type.value)]);
    case "set":
    case "hashSet":
      return appliedText("set", [inner(type.element)]);
    case "result":
      return appliedText("result", [inner(type.ok), inner(type.error)]);
    case "channel":
      return appliedText(type.direction === "tx" ? "Tx" : "Rx", [inner(type.element)]);
  }
}

/** A name with its type arguments; without any, the name alone. */
export function appliedText(name: string, args: readonly string[]): string {
  return args.length === 0 ? name : `${name}<${args.join(", ")}>`;
}

function tupleText(elements: readonly string[]): string {
  return `(${elements.join(", ")}${elements.length === 1 ? "," : ""})`;
}

/** Longest text of a type in a message, in characters. */
const maxLength = 60;

/** Deepest type that a message shows in full. */
export const maxTextDepth = 6;

/** A text for a message, cut where it is long. */
export function cutText(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
