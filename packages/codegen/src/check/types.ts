/** Type nodes → types: names looked up, arguments counted, aliases seen through. */
import type { Reporter } from "../diagnostics/report.js";
import type { AliasDeclaration, Type, TypeDeclaration } from "../model/model.js";
import { innerTypes, mapElements } from "../model/parts.js";
import type { TypeDeclarationNode, TypeNode } from "../syntax/ast.js";
import { maxTypeDepth } from "../syntax/lex.js";
import { foreignTypeAdvice } from "../syntax/slips.js";
import { isWideInteger } from "./attributes.js";
import { containerArity, isDescriptorName, isPrimitive } from "./builtin.js";
import { hasNumbers } from "./policies.js";
import { invalidType, type LoadedFile, typeText } from "./program.js";
import { nearestType } from "./resolve.js";

/** Most parts of a type with its aliases written out: emitters walk all of them. */
const maxTypeSize = 10_000;
/** Longest fixed array. */
const maxArrayLength = 65_536;

interface Measure {
  readonly size: number;
  readonly depth: number;
}

/** The surroundings of a type node. */
export interface TypeScope {
  readonly file: LoadedFile;
  /** Names of the type parameters around it. */
  readonly parameters: ReadonlySet<string>;
}

export class TypeResolver {
  readonly types: Map<TypeNode, Type> = new Map();
  readonly #reporter: Reporter;
  readonly #declarations: ReadonlyMap<TypeDeclarationNode, TypeDeclaration>;
  readonly #measures = new WeakMap<Type, Measure>();
  readonly #invalidAliases = new Set<TypeDeclaration>();

  constructor(declarations: ReadonlyMap<TypeDeclarationNode, TypeDeclaration>, reporter: Reporter) {
    this.#declarations = declarations;
    this.#reporter = reporter;
  }

  /** The type of a node; `invalidType` when it or a part of it was reported. */
  resolve(node: TypeNode, scope: TypeScope): Type {
    const type = this.#resolveNode(node, scope);
    const checked = type === invalidType || this.#fits(type, node) ? type : invalidType;
    this.types.set(node, checked);
    return checked;
  }

  /** Aliases of themselves are no types: a use of one gives no message. */
  markInvalid(alias: TypeDeclaration): void {
    this.#invalidAliases.add(alias);
  }

  #fits(type: Type, node: TypeNode): boolean {
    const { size, depth } = this.measure(type);
    if (size > maxTypeSize) this.#reporter.report("VOX3005", node.span, { limit: maxTypeSize });
    else if (depth > maxTypeDepth) this.#reporter.report("VOX1018", node.span, { limit: maxTypeDepth });
    else return true;
    return false;
  }

  /** Size and depth, aliases counted like all other parts. Parts were measured before, so this does not go deep. */
  measure(type: Type): Measure {
    const known = this.#measures.get(type);
    if (known !== undefined) return known;
    let size = 1;
    let depth = 0;
    for (const inner of innerTypes(type)) {
      const part = this.measure(inner);
      size += part.size;
      depth = Math.max(depth, part.depth);
    }
    const measure = { size, depth: depth + 1 };
    this.#measures.set(type, measure);
    return measure;
  }

  #resolveNode(node: TypeNode, scope: TypeScope): Type {
    switch (node.kind) {
      case "invalid":
        return invalidType;
      case "option":
        return this.#wrap(node.element, scope, (element) => ({ kind: "option", element }));
      case "list":
        return this.#wrap(node.element, scope, (element) => ({
          kind: "list",
          element,
          typed: isByte(element),
        }));
      case "array": {
        const length = this.#length(node);
        return this.#wrap(node.element, scope, (element) =>
          length === undefined ? invalidType : { kind: "array", element, length, typed: isByte(element) },
        );
      }
      case "tuple": {
        const elements = node.elements.map((element) => this.resolve(element, scope));
        return elements.includes(invalidType) ? invalidType : { kind: "tuple", elements };
      }
      case "named":
        return this.#resolveName(node, scope);
    }
  }

  #wrap(node: TypeNode, scope: TypeScope, make: (element: Type) => Type): Type {
    const element = this.resolve(node, scope);
    return element === invalidType ? invalidType : make(element);
  }

  #length({ length }: TypeNode & { kind: "array" }): number | undefined {
    const isNumber = /^[0-9][0-9_]*$/.test(length.text) || /^0[xX][0-9a-fA-F_]+$/.test(length.text);
    const value = isNumber ? Number(length.text.replaceAll("_", "")) : Number.NaN;
    if (value <= maxArrayLength) return value;
    const problem = Number.isNaN(value)
      ? `\`${length.text}\` is not a length`
      : `a fixed array of ${length.text} elements is too long`;
    this.#reporter.report("VOX3007", length.span, { problem });
    return undefined;
  }

  #resolveName(node: TypeNode & { kind: "named" }, scope: TypeScope): Type {
    const name = node.name.text;
    const args = node.args.map((argument) => this.resolve(argument, scope));
    const isValid = !args.includes(invalidType);
    if (scope.parameters.has(name)) {
      return this.#hasArity(node, 0) ? { kind: "parameter", name } : invalidType;
    }
    if (isPrimitive(name)) {
      if (!this.#hasArity(node, 0)) return invalidType;
      const asNumber = isWideInteger(name) && hasNumbers(scope.file);
      return { kind: "primitive", name, asNumber };
    }
    const arity = containerArity(name);
    if (arity !== undefined)
      return this.#hasArity(node, arity) && isValid ? container(name, args) : invalidType;
    const meaning = scope.file.names.get(name);
    if (meaning === undefined) return this.#reportUnknown(node, scope);
    scope.file.used.add(name);
    if (meaning.kind === "service") {
      this.#reporter.report("VOX2008", node.name.span, { name });
      return invalidType;
    }
    if (meaning.kind === "missing") return invalidType;
    const declaration = this.#declarations.get(meaning.node);
    if (declaration === undefined || this.#invalidAliases.has(declaration)) return invalidType;
    if (!this.#hasArity(node, declaration.parameters.length) || !isValid) return invalidType;
    return declaration.kind === "alias"
      ? this.#aliased(declaration, args)
      : { kind: "named", declaration, args };
  }

  #aliased(declaration: AliasDeclaration, args: readonly Type[]): Type {
    if (declaration.type === invalidType) return invalidType;
    const values = new Map(declaration.parameters.map((name, at) => [name, args[at] ?? invalidType]));
    const target = args.length === 0 ? declaration.type : substitute(declaration.type, values);
    return { kind: "alias", declaration, args, target };
  }

  #hasArity(node: TypeNode & { kind: "named" }, expected: number): boolean {
    const found = node.args.length;
    if (found === expected) return true;
    const first = node.args[0]?.span ?? node.span;
    const span = found === 0 ? node.name.span : { ...first, end: node.args.at(-1)?.span.end ?? first.end };
    const example =
      node.name.text === "map"
        ? "map<K, V>"
        : node.name.text === "result"
          ? "result<T, E>"
          : `${node.name.text}<…>`;
    this.#reporter.report("VOX3001", span, {
      name: node.name.text,
      expected:
        expected === 0
          ? "no type arguments"
          : expected === 1
            ? "1 type argument"
            : `${expected} type arguments`,
      found: found === 0 ? "there are none" : found === 1 ? "there is 1" : `there are ${found}`,
      advice: expected === 0 ? `write \`${node.name.text}\`` : `write \`${example}\``,
    });
    return false;
  }

  #reportUnknown(node: TypeNode & { kind: "named" }, scope: TypeScope): Type {
    const name = node.name.text;
    if (isDescriptorName(name)) {
      this.#reporter.report("VOX3009", node.name.span, { name });
      return invalidType;
    }
    const texts = node.args.map((argument) => typeText(scope.file, argument.span));
    const foreign = foreignTypeAdvice(name, texts);
    const near = nearestType(scope.file, name, scope.parameters, this.#reporter);
    const span = foreign === undefined ? node.name.span : node.span;
    const advice =
      foreign?.advice ??
      (near === undefined ? "declare it in this file, or import it" : `did you mean \`${near}\`?`);
    this.#reporter.report(
      "VOX2003",
      span,
      { name, advice },
      { replacement: foreign === undefined ? near : foreign.replacement },
    );
    return invalidType;
  }
}

/** Bytes are a Uint8Array, however they are written. */
function isByte(element: Type): boolean {
  if (element.kind === "alias") return isByte(element.target);
  return element.kind === "primitive" && element.name === "u8";
}

function container(name: string, args: readonly Type[]): Type {
  const [first = invalidType, second = invalidType] = args;
  if (name === "map") return { kind: "map", key: first, value: second };
  if (name === "set") return { kind: "set", element: first };
  if (name === "result") return { kind: "result", ok: first, error: second };
  return { kind: "channel", direction: name === "Tx" ? "tx" : "rx", element: first };
}

/** A type with its parameters replaced; parts without parameters are shared. */
function substitute(type: Type, values: ReadonlyMap<string, Type>, done: Map<Type, Type> = new Map()): Type {
  const known = done.get(type);
  if (known !== undefined) return known;
  const result = substituteParts(type, (inner) => substitute(inner, values, done), values);
  done.set(type, result);
  return result;
}

function substituteParts(type: Type, inner: (type: Type) => Type, values: ReadonlyMap<string, Type>): Type {
  switch (type.kind) {
    case "parameter":
      return values.get(type.name) ?? type;
    case "named":
      return type.args.length === 0 ? type : { ...type, args: type.args.map(inner) };
    case "alias":
      return type.args.length === 0
        ? type
        : { ...type, args: type.args.map(inner), target: inner(type.target) };
    default:
      return mapElements(type, inner);
  }
}
