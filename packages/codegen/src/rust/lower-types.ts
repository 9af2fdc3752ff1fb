/** Types of Rust as types of the language, with everything that they reach. */
import type { DraftDeclaration, DraftType } from "../print/draft.js";
import type { RustType, RustTypeItem, Token } from "./ast.js";
import { Declarations } from "./declarations.js";
import { type ForeignType, foreignType } from "./foreign.js";
import { type ImportInputs, reported, type Scope } from "./import-inputs.js";
import { integerValue } from "./literals.js";
import { type Module, modulesOf } from "./modules.js";

/** Aliases inside of each other that are seen through. */
const maxInlined = 32;

/** Names of Rust that an alias hides: `type Result<T> = std::result::Result<T, Error>`. */
const hiding: ReadonlySet<string> = new Set(["Result", "Option", "Vec", "String", "Box", "Tx", "Rx"]);

export class TypeLowering {
  readonly #inputs: ImportInputs;
  readonly #declarations: Declarations;

  constructor(workshop: ImportInputs) {
    this.#inputs = workshop;
    this.#declarations = new Declarations(workshop, this);
  }

  get declarations(): Declarations {
    return this.#declarations;
  }

  lower(type: RustType, scope: Scope, depth = 0): DraftType {
    const { findings } = this.#inputs;
    const path = String(scope.trail);
    switch (type.kind) {
      case "fault":
        findings.report("VOX6001", type.span, { path });
        return reported;
      case "other":
      case "number":
        findings.report("VOX6009", type.span, { what: type.kind === "other" ? type.what : "a number", path });
        return reported;
      case "never":
        return { kind: "word", text: "never" };
      case "tuple":
        if (type.elements.length === 0) return { kind: "word", text: "unit" };
        return { kind: "tuple", elements: type.elements.map((one) => this.lower(one, scope, depth)) };
      case "reference":
        return this.lower(type.element, scope, depth);
      case "slice":
        return listOf(this.lower(type.element, scope, depth));
      case "array":
        return {
          kind: "array",
          element: this.lower(type.element, scope, depth),
          length: this.#length(type.length, type, scope),
        };
      case "path":
        return this.#path(type, scope, depth);
    }
  }

  #path(type: RustType & { kind: "path" }, scope: Scope, depth: number): DraftType {
    const { resolver, findings, types } = this.#inputs;
    const { path, span, args } = type;
    const { segments } = path;
    const [only = ""] = segments;
    const parameter = segments.length === 1 ? scope.parameters.get(only) : undefined;
    if (parameter !== undefined) return parameter;
    const target = resolver.resolve(path, scope.module);
    const full =
      target?.kind === "type"
        ? [target.module.crate.name, ...target.module.path, target.item.name.text]
        : target?.kind === "foreign"
          ? target.path
          : segments;
    const mapped = types.find(full, segments, segments.slice(-1));
    if (mapped !== undefined) return { kind: "word", text: mapped };
    if (target?.kind === "type") return this.#item(target.item, target.module, type, scope, depth);
    const foreign =
      target?.kind === "foreign" ? foreignType(target.path) : this.#throughGlobs(segments, scope.module);
    const lowered = args.map((one) => this.lower(one, scope, depth));
    if (foreign !== undefined) return this.#foreign(foreign, type, lowered, scope);
    const name = segments.join("::");
    const where = { path: String(scope.trail) };
    const macro = this.#macroFor(segments.at(-1) ?? "");
    if (macro !== undefined) findings.report("VOX6006", span, { name, macro, ...where });
    else if (target?.kind === "foreign")
      findings.report("VOX6005", span, { name, crate: target.path[0] ?? "", ...where });
    else
      findings.report("VOX6004", span, {
        name,
        ...where,
        advice: `is it made by a build script or a macro? Say what it is on the wire: \`--map "${name}=string"\`, or use \`vox-gen import rust --crate\``,
      });
    return reported;
  }

  /** A name that only `use other_crate::*` can bring. */
  #throughGlobs(segments: readonly string[], module: Module): ForeignType | undefined {
    if (segments.length !== 1) return undefined;
    for (const glob of this.#inputs.resolver.foreignGlobs(module)) {
      const found = foreignType([...glob, ...segments]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** The macro whose call names a type that no text declares. */
  #macroFor(name: string): string | undefined {
    for (const { name: crate } of this.#inputs.sources.crates()) {
      const root = this.#inputs.sources.crate(crate);
      for (const module of root === undefined ? [] : modulesOf(root))
        for (const macro of module.macros) if (macro.words.has(name)) return macro.name;
    }
    return undefined;
  }

  #item(
    item: RustTypeItem,
    module: Module,
    type: RustType & { kind: "path" },
    scope: Scope,
    depth: number,
  ): DraftType {
    const args = type.args.map((one) => this.lower(one, scope, depth));
    if (item.kind === "alias" && (hiding.has(item.name.text) || depth > 0 || this.#isPlain(item, module))) {
      if (item.type === undefined || depth > maxInlined) {
        this.#inputs.findings.report("VOX6009", item.span, {
          what: `\`${item.name.text}\``,
          path: String(scope.trail),
        });
        return reported;
      }
      const parameters = new Map(item.generics.types.map((name, at) => [name, args[at] ?? reported]));
      return this.lower(item.type, { module, parameters, trail: scope.trail }, depth + 1);
    }
    if (item.generics.consts.length > 0) {
      const what = `\`${item.name.text}\`, which has a const parameter,`;
      this.#inputs.findings.report("VOX6009", type.span, { what, path: String(scope.trail) });
      return reported;
    }
    const declaration = this.#declarations.of(item, module, scope.trail);
    return declaration === undefined ? reported : { kind: "named", declaration, args };
  }

  /** An alias with the name of its target, such as `pub type Id = other::Id`, adds no meaning. */
  #isPlain(item: RustTypeItem, module: Module): boolean {
    if (item.kind !== "alias" || item.type?.kind !== "path") return false;
    const target = this.#inputs.resolver.resolve(item.type.path, module);
    return target?.kind === "type" && target.item !== item && target.item.name.text === item.name.text;
  }

  #foreign(
    foreign: ForeignType,
    type: RustType & { kind: "path" },
    args: readonly DraftType[],
    { trail }: Scope,
  ): DraftType {
    const { findings } = this.#inputs;
    const name = type.path.segments.join("::");
    const path = String(trail);
    const [first = reported, second = reported] = args;
    switch (foreign.kind) {
      case "refused":
        findings.report("VOX6008", type.span, {
          type: name,
          reason: foreign.why,
          advice: foreign.advice,
          path,
        });
        return reported;
      case "word":
        this.#warn(foreign.text, name, type, path);
        return { kind: "word", text: foreign.text };
      case "wrapper":
        return this.#unwrapped(type, first, path);
      case "list":
        return listOf(first);
      case "option":
        return { kind: "option", element: first };
      case "generic":
        return { kind: "generic", name: foreign.name, args: [first, second].slice(0, foreign.arity) };
    }
  }

  #warn(text: string, name: string, { span }: RustType, path: string): void {
    const { findings } = this.#inputs;
    if (text === "u128" || text === "i128")
      findings.report("VOX6018", span, {
        problem: `vox 0.8.2 cannot send \`${name}\`: the call fails with SendFailed`,
        advice: "send it to Rust only, or use a string or two 64-bit integers",
        path,
      });
    if (text === "bytes" && name.endsWith("Bytes"))
      findings.report("VOX6018", span, {
        problem: `vox 0.8.2 cannot receive \`${name}\``,
        advice: "use Vec<u8> where Rust receives it",
        path,
      });
  }

  /** `Box<str>` and `Box<[T]>` are wrong on 0.8.2. */
  #unwrapped(type: RustType & { kind: "path" }, inner: DraftType, path: string): DraftType {
    const { findings } = this.#inputs;
    const [argument] = type.args;
    const name = type.path.segments.at(-1) ?? "";
    if (name === "Cow") return inner;
    if (argument?.kind === "slice") {
      const reason = "encoding it ends the process of vox 0.8.2 with a stack overflow";
      findings.report("VOX6008", type.span, { type: `${name}<[T]>`, reason, advice: "use Vec<T>", path });
    }
    if (argument?.kind === "path" && argument.path.segments.at(-1) === "str")
      findings.report("VOX6018", type.span, {
        problem: `vox 0.8.2 cannot send \`${name}<str>\`: the call fails with SendFailed`,
        advice: "use String",
        path,
      });
    return inner;
  }

  /** A number, a constant that is one, or a product or sum of these. */
  #length(tokens: readonly Token[], { span }: RustType, scope: Scope): string {
    const value = this.#number(tokens, scope.module, 0);
    if (value !== undefined) return String(value);
    const text = tokens.map((token) => token.text).join("");
    this.#inputs.findings.report("VOX6019", span, { text, path: String(scope.trail) });
    return "1";
  }

  #number(tokens: readonly Token[], module: Module, depth: number): bigint | undefined {
    if (depth > maxInlined) return undefined;
    for (const [sign, combine] of operations) {
      const at = tokens.findIndex(({ text }) => text === sign);
      if (at < 0) continue;
      const left = this.#number(tokens.slice(0, at), module, depth + 1);
      const right = this.#number(tokens.slice(at + 1), module, depth + 1);
      return left === undefined || right === undefined ? undefined : combine(left, right);
    }
    const bare = tokens.filter(({ text }) => text !== "{" && text !== "}" && text !== "(" && text !== ")");
    const [first] = bare;
    if (first === undefined) return undefined;
    if (bare.length === 1) {
      const literal = integerValue(first.text);
      if (literal !== undefined) return literal;
    }
    const segments = bare.map(({ text }) => text).filter((text) => text !== "::");
    const target = this.#inputs.resolver.resolve({ segments, isGlobal: false }, module, "const");
    return target?.kind === "const" ? this.#number(target.item.value, target.module, depth + 1) : undefined;
  }
}

const operations: readonly (readonly [string, (left: bigint, right: bigint) => bigint])[] = [
  ["+", (left, right) => left + right],
  ["*", (left, right) => left * right],
];

function listOf(element: DraftType): DraftType {
  return element.kind === "word" && element.text === "u8"
    ? { kind: "word", text: "bytes" }
    : { kind: "list", element };
}

/** Follows aliases to the enum that a method throws. */
export function thrownEnum(type: DraftType): (DraftDeclaration & { kind: "enum" }) | undefined {
  let seen = type;
  for (let step = 0; step < 64 && seen.kind === "named"; step += 1) {
    const { declaration } = seen;
    if (declaration.kind === "enum") return declaration;
    if (declaration.kind !== "alias") return undefined;
    seen = declaration.type;
  }
  return undefined;
}
