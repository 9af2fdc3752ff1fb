/** The attributes of the language: where each may stand and what it takes. */
import type { LiteralNode } from "../syntax/ast.js";

export type AttributePlace =
  | "package"
  | "import"
  | "struct"
  | "enum"
  | "alias"
  | "service"
  | "field"
  | "variant"
  | "method"
  | "argument";

interface AttributeRule {
  readonly places: ReadonlySet<AttributePlace>;
  /** The places in words. */
  readonly placesText: string;
  readonly example: string;
  /** What is wrong with the arguments; undefined when nothing is. */
  readonly problem: (args: readonly LiteralNode[]) => string | undefined;
}

const typed: ReadonlySet<AttributePlace> = new Set(["field", "argument", "alias"]);
const typedText = "a field, an argument or an alias";

export const attributeTable: ReadonlyMap<string, AttributeRule> = new Map<string, AttributeRule>([
  ["idempotent", methodMark("idempotent")],
  ["persist", methodMark("persist")],
  [
    "deprecated",
    {
      places: new Set(["struct", "enum", "alias", "service", "field", "variant", "method"]),
      placesText: "a declaration, a field, a variant or a method",
      example: '@deprecated("use get_all")',
      problem: (args) =>
        args.length === 1 && args[0]?.kind === "string"
          ? undefined
          : "@deprecated takes its reason as one string",
    },
  ],
  [
    "js",
    {
      places: typed,
      placesText: typedText,
      example: "@js(number)",
      problem: ([first, ...more]) =>
        more.length === 0 && first?.kind === "identifier" && first.text === "number"
          ? undefined
          : "@js takes the word `number`",
    },
  ],
  ["typed", { places: typed, placesText: typedText, example: "@typed", problem: withoutArguments("typed") }],
  [
    "required",
    {
      places: new Set(["field"]),
      placesText: "a field",
      example: "@required",
      problem: withoutArguments("required"),
    },
  ],
]);

function methodMark(name: string): AttributeRule {
  return {
    places: new Set(["method"]),
    placesText: "a method",
    example: `@${name}`,
    problem: withoutArguments(name),
  };
}

function withoutArguments(name: string): (args: readonly LiteralNode[]) => string | undefined {
  return (args) => (args.length === 0 ? undefined : `@${name} takes nothing`);
}

/** What people of other languages look for. */
const foreignAttributes: ReadonlyMap<string, string> = new Map([
  ["optional", "an optional field is written `name: T?`"],
  ["nullable", "an optional field is written `name: T?`"],
  ["default", "a default is written `name: T = value`"],
  ["doc", "documentation is a comment that starts with `///`"],
  ["description", "documentation is a comment that starts with `///`"],
  ["retry", "write `@idempotent` for a method that may run twice"],
  ["readonly", "remove it: values are copied"],
  ["id", "remove it: fields travel by name"],
  ["rename", "remove it: names are part of the wire"],
  ["error", "write `error enum Name`"],
]);

export function foreignAttributeAdvice(name: string): string | undefined {
  return foreignAttributes.get(name);
}
