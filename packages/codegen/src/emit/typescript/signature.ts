/** Signatures of methods, as client, handler and constants share them. */
import type { Method, Type } from "../../model/model.js";
import { camelCase } from "../../model/names.js";
import { withoutAliases } from "../../model/parts.js";
import { group, type Layout } from "../layout.js";
import { formatText } from "./docs.js";
import type { FileScope } from "./file-scope.js";
import { variableName } from "./names.js";
import { type TypeScope, typeText } from "./types.js";
import type { ValueType } from "./value-type.js";

export interface Parameter {
  readonly name: string;
  readonly type: string;
}

/** The signature of a method in TypeScript. */
export interface Signature {
  readonly parameters: readonly Parameter[];
  /** `[id: ProductId]` */
  readonly argsType: Layout;
  /** Type of a returned value; `undefined` for unit. */
  readonly returns: string;
  readonly returnsUnit: boolean;
  /** Type of the declared error; `never` without one. */
  readonly throws: string;
}

/** @param isTaken whether the function already uses a name */
export function signatureOf(
  method: Method,
  file: TypeScope,
  isTaken: (name: string) => boolean = () => false,
): Signature {
  const taken = new Set<string>();
  const parameters = method.args.map((argument): Parameter => {
    const name = variableName(camelCase(argument.name), (word) => taken.has(word) || isTaken(word));
    taken.add(name);
    return { name, type: typeText(argument.type, file) };
  });
  return {
    parameters,
    argsType: group("[", parameters.map(parameterText), "]"),
    returns: typeText(method.returns, file),
    returnsUnit: isUnit(method.returns),
    throws: method.throws === undefined ? "never" : typeText(method.throws, file),
  };
}

/** A parameter as signatures list it. */
export function parameterText({ name, type }: Parameter): string {
  return `${name}: ${type}`;
}

/** The name of the parameter that follows the arguments. */
export function lastParameter(name: string, parameters: readonly Parameter[]): string {
  return variableName(name, (word) => parameters.some((parameter) => parameter.name === word));
}

/** Doc lines of the arguments that have docs. */
export function parameterDocs(method: Method, parameters: readonly Parameter[]): readonly string[] {
  return method.args.flatMap(({ docs, format }, at) => {
    const text = [...docs, ...(format === undefined ? [] : [formatText(format)])].join(" ").trim();
    return text === "" ? [] : [`@param ${parameters[at]?.name} ${text}`];
  });
}

/** Types of the arguments. */
export function argumentTypes(method: Method, file: FileScope): readonly ValueType[] {
  return method.args.map((argument: { readonly type: Type }) => file.types.of(argument.type));
}

function isUnit(type: Type): boolean {
  const seen = withoutAliases(type);
  return seen.kind === "primitive" && seen.name === "unit";
}
