/** Services of Rust as services of the language. */
import type { DraftArgument, DraftMethod, DraftService, DraftType } from "../print/draft.js";
import type { Attribute, RustMethod, RustTrait, RustType } from "./ast.js";
import { conditionOf, entries } from "./attributes.js";
import { deprecation } from "./declarations.js";
import { harmlessAttributes, serviceCrates } from "./foreign.js";
import type { ImportInputs, Lowering, Scope } from "./import-inputs.js";
import type { Module } from "./modules.js";
import { Trail } from "./trail.js";

/** How a trait relates to vox. */
export type TraitRole =
  | { readonly kind: "service" }
  /** Under an attribute of another macro that seems to make a service. */
  | { readonly kind: "wrapped"; readonly attribute: Attribute }
  /** Under an attribute that is not known. */
  | { readonly kind: "unknown"; readonly attribute: Attribute }
  | { readonly kind: "other" };

export function roleOf(trait: RustTrait, module: Module, { resolver }: ImportInputs): TraitRole {
  const unknown: Attribute[] = [];
  for (const attribute of trait.attributes) {
    const { path } = attribute;
    const [first = ""] = path;
    if (path.at(-1) === "service" && path.length === 2 && serviceCrates.has(first))
      return { kind: "service" };
    const target = resolver.resolve({ segments: path, isGlobal: false }, module, "macro");
    if (
      target?.kind === "foreign" &&
      target.path.at(-1) === "service" &&
      serviceCrates.has(target.path[0] ?? "")
    )
      return { kind: "service" };
    const isBrought = resolver.foreignGlobs(module).some(([crate = ""]) => serviceCrates.has(crate));
    if (path.join("::") === "service" && isBrought && target?.kind !== "module") return { kind: "service" };
    if (!harmlessAttributes.has(first)) unknown.push(attribute);
  }
  const [attribute] = unknown;
  if (attribute === undefined) return { kind: "other" };
  const last = attribute.path.at(-1)?.toLowerCase() ?? "";
  const isWrapped = last.includes("service") || last.includes("rpc");
  return { kind: isWrapped ? "wrapped" : "unknown", attribute };
}

export function lowerService(
  trait: RustTrait,
  module: Module,
  types: Lowering,
  workshop: ImportInputs,
): DraftService | undefined {
  const { findings } = workshop;
  const name = trait.name.text;
  if (trait.fault !== undefined) {
    findings.report("VOX6001", trait.fault, { path: name });
    return undefined;
  }
  const problem = traitProblem(trait);
  if (problem !== undefined) {
    findings.report("VOX6013", trait.name.span, {
      name,
      problem,
      advice: "the macro of vox 0.8.2 refuses it",
    });
    return undefined;
  }
  const condition = conditionOf(trait.attributes);
  if (condition !== undefined) findings.report("VOX6017", trait.name.span, { name, condition });
  const methods = trait.methods.flatMap((method) => lowerMethod(method, name, module, types, workshop) ?? []);
  return { name, docs: trait.docs, attributes: deprecation(trait.attributes), methods };
}

function traitProblem(trait: RustTrait): string | undefined {
  if (trait.generics.types.length + trait.generics.consts.length > 0)
    return "a service has no type parameters";
  if (trait.hasSupertraits) return "a service has no supertraits";
  return trait.others.length > 0 ? `\`${trait.others[0]?.text ?? ""}\` is no method` : undefined;
}

function methodProblem(method: RustMethod): readonly [problem: string, advice: string] | undefined {
  if (!method.isAsync)
    return ["the method is not async", "write `async fn`; the macro of vox 0.8.2 refuses it"];
  if (method.receiver?.replaceAll(" ", "") !== "&self")
    return [`its receiver is \`${method.receiver ?? "missing"}\``, "write `&self`"];
  if (method.hasGenerics) return ["the method has type parameters", "write the types out"];
  return method.hasBody ? ["the method has a body", "the macro of vox 0.8.2 refuses it"] : undefined;
}

function lowerMethod(
  method: RustMethod,
  service: string,
  module: Module,
  types: Lowering,
  { findings }: ImportInputs,
): DraftMethod | undefined {
  const name = `${service}.${method.name.text}`;
  const [problem, advice = ""] = methodProblem(method) ?? [];
  if (problem !== undefined) {
    findings.report("VOX6013", method.name.span, { name, problem, advice });
    return undefined;
  }
  const condition = conditionOf(method.attributes);
  if (condition !== undefined) findings.report("VOX6017", method.name.span, { name, condition });
  const scope: Scope = { module, parameters: new Map(), trail: new Trail([name]) };
  for (const type of [...method.args.map((argument) => argument.type), method.returns]) {
    const array = type === undefined ? undefined : arrayIn(type);
    if (array === undefined) continue;
    findings.report("VOX6018", array.span, {
      problem: "the macro of vox 0.8.2 takes no array or slice in a method",
      advice: "give it a name: `type Digest = [u8; 32];`",
      path: name,
    });
  }
  const args = method.args.map((argument, at): DraftArgument => {
    const lowered = types.lower(argument.type, scope);
    const isBytes =
      lowered.kind === "array" && lowered.element.kind === "word" && lowered.element.text === "u8";
    return {
      name: argumentName(argument.name?.text, at),
      docs: [],
      attributes: isBytes ? ["@typed"] : [],
      type: lowered,
    };
  });
  const [ok, error] = resultOf(method.returns);
  const returns = ok === undefined ? undefined : types.lower(ok, scope);
  const throws = error === undefined ? undefined : types.lower(error, scope);
  return {
    name: wireName(method),
    docs: method.docs,
    attributes: [...retry(method.attributes), ...deprecation(method.attributes)],
    args,
    returns: isWord(returns, "unit") ? undefined : returns,
    // On the wire, a method without a declared error has the error `never`.
    throws: isWord(throws, "never") ? undefined : throws,
  };
}

/** The array or slice in the text of a type. */
function arrayIn(type: RustType): RustType | undefined {
  switch (type.kind) {
    case "array":
    case "slice":
      return type;
    case "reference":
      return arrayIn(type.element);
    case "tuple":
      return type.elements.map(arrayIn).find((found) => found !== undefined);
    case "path":
      return type.args.map(arrayIn).find((found) => found !== undefined);
    default:
      return undefined;
  }
}

function isWord(type: DraftType | undefined, text: string): boolean {
  return type?.kind === "word" && type.text === text;
}

/** The id of a method `r#type` is made of `r` and `type`, as that of `r_type` is. */
function wireName({ name }: RustMethod): string {
  return name.isRaw ? `r_${name.text}` : name.text;
}

/** Names of arguments are not on the wire: `_id` says in Rust only that it is not used yet. */
function argumentName(name: string | undefined, at: number): string {
  const bare = name?.replace(/^_+/, "") ?? "";
  return bare === "" ? `argument${at + 1}` : bare;
}

/**
 * The types that a method returns and throws. The macro reads the text only: `Result` with two arguments declares an
 * error, an alias of it does not.
 */
function resultOf(type: RustType | undefined): readonly [RustType | undefined, RustType | undefined] {
  if (type?.kind !== "path" || type.path.segments.at(-1) !== "Result" || type.args.length !== 2)
    return [type, undefined];
  return [type.args[0], type.args[1]];
}

function retry(attributes: readonly Attribute[]): readonly string[] {
  const words = [...entries(attributes, "vox"), ...entries(attributes, "roam")].map(({ path }) =>
    path.join("::"),
  );
  return [
    ...(words.includes("idem") || words.includes("idempotent") ? ["@idempotent"] : []),
    ...(words.includes("persist") ? ["@persist"] : []),
  ];
}
