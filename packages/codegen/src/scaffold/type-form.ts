/** The meaning of a written type, without its spelling: two texts of one form are the same type. */
import { Node, type TypeNode } from "ts-morph";
import type { Origin } from "./user-scope.js";

export interface Form {
  /** Members of the union, each as a text that is equal for equal types. */
  readonly members: ReadonlySet<string>;
  /** Whether the type has a type of the application in it, of which nothing is known. */
  readonly isForeign: boolean;
}

/** Look-ups that the search for a form needs. */
export interface FormContext {
  /** The meaning of a name. */
  readonly originOf: (local: string) => Origin | undefined;
  /** The form of a generated alias without parameters; undefined for any other declaration. */
  readonly aliasForm: (origin: Origin & { readonly kind: "generated" }) => Form | undefined;
}

/** Types of the platform with the name that counts. */
const platform: Readonly<Record<string, string | undefined>> = {
  ReadonlyMap: "readonly Map",
  ReadonlySet: "readonly Set",
  ...Object.fromEntries(
    "Promise PromiseLike Map Set Uint8Array Int8Array Uint16Array Int16Array Uint32Array Int32Array BigUint64Array BigInt64Array Float32Array Float64Array"
      .split(" ")
      .map((name) => [name, name]),
  ),
};

/** Longest chain of the application's own aliases that is followed. */
const maxAliases = 32;

export function formOf(type: TypeNode, context: FormContext): Form {
  return new FormResolver(context).form(type, 0);
}

/** Whether a parameter of type `existing` takes every value of `expected`. */
export function accepts(existing: Form, expected: Form): boolean {
  if (existing.isForeign) return true;
  const open = new Set([...existing.members].map((member) => member.replaceAll("readonly ", "")));
  if (open.has("any") || open.has("unknown")) return true;
  return [...expected.members].every((member) => open.has(member));
}

/** Whether every value of `existing` may be returned where `expected` is wanted. */
export function isReturnable(existing: Form, expected: Form): boolean {
  if (existing.isForeign) return true;
  return [...existing.members].every(
    (member) =>
      expected.members.has(member) ||
      member === "any" ||
      member === "never" ||
      (member === "undefined" && expected.members.has("void")),
  );
}

/** One form of all. */
export function union(forms: readonly Form[]): Form {
  return {
    members: new Set(forms.flatMap((form) => [...form.members])),
    isForeign: forms.some((form) => form.isForeign),
  };
}

class FormResolver {
  readonly #context: FormContext;
  #isForeign = false;

  constructor(context: FormContext) {
    this.#context = context;
  }

  form(type: TypeNode, depth: number): Form {
    const members = new Set(this.#members(type, depth));
    return { members, isForeign: this.#isForeign };
  }

  #members(type: TypeNode, depth: number): readonly string[] {
    if (Node.isParenthesizedTypeNode(type)) return this.#members(type.getTypeNode(), depth);
    if (Node.isUnionTypeNode(type))
      return type.getTypeNodes().flatMap((member) => this.#members(member, depth));
    if (Node.isTypeReference(type)) return this.#reference(type, depth);
    if (type.getKindName() === "BooleanKeyword") return ["false", "true"];
    return [this.#single(type, depth)];
  }

  /** One text for a type, its union sorted. */
  #text(type: TypeNode, depth: number): string {
    const members = [...new Set(this.#members(type, depth))].sort();
    const [only = ""] = members;
    return members.length === 1 ? only : `(${members.join(" | ")})`;
  }

  #single(type: TypeNode, depth: number): string {
    if (Node.isArrayTypeNode(type)) return `${this.#text(type.getElementTypeNode(), depth)}[]`;
    if (Node.isTupleTypeNode(type)) {
      return `[${type
        .getElements()
        .map((element) => this.#element(element, depth))
        .join(", ")}]`;
    }
    if (Node.isTypeOperatorTypeNode(type) && type.getText().startsWith("readonly")) {
      return `readonly ${this.#text(type.getTypeNode(), depth)}`;
    }
    if (Node.isLiteralTypeNode(type)) {
      const literal = type.getLiteral();
      return Node.isStringLiteral(literal) ? JSON.stringify(literal.getLiteralValue()) : literal.getText();
    }
    if (!type.getKindName().endsWith("Keyword")) this.#isForeign = true;
    return type.getText();
  }

  #element(element: TypeNode, depth: number): string {
    if (Node.isNamedTupleMember(element)) {
      const mark = element.hasQuestionToken() ? "?" : "";
      return `${this.#text(element.getTypeNode(), depth)}${mark}`;
    }
    return this.#text(element, depth);
  }

  #reference(type: TypeNode, depth: number): readonly string[] {
    if (!Node.isTypeReference(type)) return [];
    const name = type
      .getTypeName()
      .getText()
      .replace(/^globalThis\./, "");
    const args = type.getTypeArguments();
    const withArgs = (head: string): string =>
      args.length === 0 ? head : `${head}<${args.map((arg) => this.#text(arg, depth)).join(", ")}>`;
    const origin = this.#context.originOf(name);
    switch (origin?.kind) {
      case "runtime":
        return [withArgs(`runtime ${origin.name}`)];
      case "gone":
        return [withArgs(`gone ${name}`)];
      case "generated": {
        const alias = this.#context.aliasForm(origin);
        if (alias !== undefined) return [...alias.members];
        const { declaration } = origin;
        return [withArgs(`${declaration.file.path} ${declaration.name}`)];
      }
    }
    const own = localAlias(type, name);
    if (own !== undefined && depth < maxAliases) return this.#members(own, depth + 1);
    const [element] = args;
    if (element !== undefined && args.length === 1) {
      if (name === "Array") return [`${this.#text(element, depth)}[]`];
      if (name === "ReadonlyArray") return [`readonly ${this.#text(element, depth)}[]`];
      if (name === "Readonly") return [`readonly ${this.#text(element, depth)}`];
    }
    const known = platform[name];
    if (known === undefined || isDeclared(type, name)) this.#isForeign = true;
    return [withArgs(known ?? name)];
  }
}

/** The target of an alias of the application's own file; undefined for a generic alias. */
function localAlias(type: Node, name: string): TypeNode | undefined {
  const alias = type.getSourceFile().getTypeAlias(name);
  return alias === undefined || alias.getTypeParameters().length > 0 ? undefined : alias.getTypeNode();
}

function isDeclared(type: Node, name: string): boolean {
  const file = type.getSourceFile();
  return file.getClass(name) !== undefined || file.getInterface(name) !== undefined;
}
