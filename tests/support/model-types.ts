/** Helpers over model types that the golden tests share: arguments put in, names as TypeScript has them. */
import type { EnumDeclaration, Field, Type } from "../../packages/codegen/src/model/model.js";

/** Type arguments by parameter name. */
export type Arguments = ReadonlyMap<string, Type>;

export const noArguments: Arguments = new Map();

/** Arguments of a named type for the declaration behind it. */
export function argumentsOf(type: Type & { kind: "named" }): Arguments {
  return new Map(type.declaration.parameters.map((name, i) => [name, type.args[i] as Type]));
}

/** The type with parameters replaced and aliases followed. Named types keep their (replaced) arguments. */
export function resolve(type: Type, args: Arguments): Type {
  const inner = (t: Type): Type => resolve(t, args);
  switch (type.kind) {
    case "primitive":
      return type;
    case "parameter":
      return args.get(type.name) ?? type;
    case "alias":
      return inner(type.target);
    case "payload":
      return { ...type, content: inner(type.content) };
    case "named":
      return { kind: "named", declaration: type.declaration, args: type.args.map(inner) };
    case "option":
    case "list":
    case "array":
    case "set":
    case "channel":
      return { ...type, element: inner(type.element) };
    case "tuple":
      return { kind: "tuple", elements: type.elements.map(inner) };
    case "map":
      return { kind: "map", key: inner(type.key), value: inner(type.value) };
    case "result":
      return { kind: "result", ok: inner(type.ok), error: inner(type.error) };
  }
}

/** One text for each distinct resolved type. */
export function typeKey(type: Type): string {
  switch (type.kind) {
    case "primitive":
      return type.name + (type.asNumber ? "#" : "");
    case "parameter":
      return type.name;
    case "alias":
      return typeKey(type.target);
    case "payload":
      return `payload<${typeKey(type.content)}>`;
    case "named":
      return `${type.declaration.name}<${type.args.map(typeKey).join()}>`;
    case "tuple":
      return `(${type.elements.map(typeKey).join()})`;
    case "map":
      return `map<${typeKey(type.key)},${typeKey(type.value)}>`;
    case "result":
      return `result<${typeKey(type.ok)},${typeKey(type.error)}>`;
    case "array":
      return `${typeKey(type.element)}[${type.length}]${type.typed ? "#" : ""}`;
    case "list":
      return `${typeKey(type.element)}[]${type.typed ? "#" : ""}`;
    default:
      return `${type.kind}<${typeKey(type.element)}>`;
  }
}

/** Whether a present value of an option of this (resolved) type is wrapped: the type itself has `undefined`. */
export function isWrapped(element: Type): boolean {
  return element.kind === "option" || (element.kind === "primitive" && element.name === "unit");
}

/** Whether the values of an enum are string literals: those of an `error enum` are objects. */
export function isLiteral({ isError, variants }: EnumDeclaration): boolean {
  return !isError && variants.every(({ form }) => form.kind === "unit");
}

/** Name of a struct's member. @param beside `kind` where the member is in a variant */
export function memberName(field: Field, beside?: "kind"): string {
  const name = field.name.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
  return name === beside ? `${name}_` : name;
}
