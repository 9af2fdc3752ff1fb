/** The attributes of the language: their places and their arguments. */
import { textFormats } from "@voxrpc/runtime/internal/schema";
import { isInherited } from "../model/names.js";
import type { LiteralNode } from "../syntax/ast.js";

export type AttributePlace =
  | "package"
  | "import"
  | "struct"
  | "tuple struct"
  | "enum"
  | "alias"
  | "service"
  | "field"
  | "variant"
  | "method"
  | "argument";

interface AttributeRule {
  readonly places: ReadonlySet<AttributePlace>;
  /** The places as a text for messages. */
  readonly placesText: string;
  readonly example: string;
  /** The fault of the arguments; undefined when they are valid. */
  readonly problem: (args: readonly LiteralNode[], place: AttributePlace) => string | undefined;
}

const typed: ReadonlySet<AttributePlace> = new Set(["field", "argument", "alias", "tuple struct"]);
const typedText = "a field, an argument, an alias or a tuple struct";

/** A member of a TypeScript type that needs no quotes and that no object inherits. */
const memberPattern = /^[A-Za-z_$][\w$]*$/;

function tsProblem(args: readonly LiteralNode[]): string | undefined {
  const [name] = args;
  if (args.length !== 1 || name?.kind !== "string") return "@ts takes a name as one string";
  if (!memberPattern.test(name.value)) return `\`${name.value}\` is no name in TypeScript`;
  return isInherited(name.value) ? `every object of JavaScript has a member \`${name.value}\`` : undefined;
}

/** `@js(number)`, `@js(bigint)`, `@js(array)`; on a package with patterns of names behind it. */
function jsProblem([first, ...more]: readonly LiteralNode[], place: AttributePlace): string | undefined {
  const word = first?.kind === "identifier" ? first.text : "";
  if (word !== "number" && word !== "bigint" && word !== "array")
    return "@js takes one of the words `number`, `bigint` and `array`";
  if (place !== "package" || word !== "number")
    return more.length === 0 ? undefined : "only the package has patterns of names, behind `number`";
  const isPattern = (argument: LiteralNode): boolean =>
    argument.kind === "string" && /^[A-Za-z0-9_*]+$/.test(argument.value);
  return more.every(isPattern)
    ? undefined
    : 'a pattern is a name in quotes with `*` for any characters: "*_ns"';
}

export const attributeTable: ReadonlyMap<string, AttributeRule> = new Map<string, AttributeRule>([
  ["idempotent", methodMark("idempotent")],
  ["persist", methodMark("persist")],
  [
    "deprecated",
    {
      places: new Set(["struct", "tuple struct", "enum", "alias", "service", "field", "variant", "method"]),
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
      places: new Set([...typed, "struct", "package"]),
      placesText: "a field, an argument, an alias, a struct or the package",
      example: "@js(number)",
      problem: jsProblem,
    },
  ],
  ["ts", { places: new Set(["field"]), placesText: "a field", example: '@ts("label")', problem: tsProblem }],
  [
    "transparent",
    {
      places: new Set(["tuple struct"]),
      placesText: "a tuple struct",
      example: "@transparent struct Id(u64)",
      problem: withoutArguments("transparent"),
    },
  ],
  [
    "format",
    {
      places: typed,
      placesText: typedText,
      example: "@format(uuid)",
      problem: ([first, ...more]) =>
        more.length === 0 &&
        first?.kind === "identifier" &&
        textFormats.some((format) => format === first.text)
          ? undefined
          : `@format takes one of the words ${textFormats.join(", ")}`,
    },
  ],
  [
    "payload",
    {
      places: new Set(["alias"]),
      placesText: "an alias",
      example: "@payload type Corr = string",
      problem: withoutArguments("payload"),
    },
  ],
  ["typed", { places: typed, placesText: typedText, example: "@typed", problem: withoutArguments("typed") }],
  [
    "required",
    {
      places: new Set(["field", "struct", "package"]),
      placesText: "a field, a struct or the package",
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

/** Words that people of other languages look for. */
const foreignAttributes: ReadonlyMap<string, string> = new Map([
  ["optional", "an optional field is written `name: T?`"],
  ["nullable", "an optional field is written `name: T?`"],
  ["default", "a default is written `name: T = value`"],
  ["doc", "documentation is a comment that starts with `///`"],
  ["description", "documentation is a comment that starts with `///`"],
  ["retry", "write `@idempotent` for a method that may run twice"],
  ["readonly", "remove it: values are copied"],
  ["id", "remove it: fields travel by name"],
  ["rename", 'names are part of the wire; a name for TypeScript alone is written `@ts("name")`'],
  ["error", "write `error enum Name`"],
]);

export function foreignAttributeAdvice(name: string): string | undefined {
  return foreignAttributes.get(name);
}
