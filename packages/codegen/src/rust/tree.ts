/** The syntax tree of a Rust text, and how to walk it. The grammar is that of `@lezer/rust`, which knows no failure. */
import type { SyntaxNode } from "@lezer/common";
import { parser } from "@lezer/rust";
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import type { RustName, Token } from "./ast.js";

/** Levels of modules, types and groups that are read; deeper ones are not understood. */
export const maxDepth = 64;

/** One node with the text that it is of. */
export class Node {
  readonly #node: SyntaxNode;
  readonly source: SourceFile;

  constructor(node: SyntaxNode, source: SourceFile) {
    this.#node = node;
    this.source = source;
  }

  get kind(): string {
    return this.#node.name;
  }

  get text(): string {
    return this.source.text.slice(this.#node.from, this.#node.to);
  }

  get span(): Span {
    return { file: this.source.path, start: this.#node.from, end: this.#node.to };
  }

  children(): readonly Node[] {
    const found: Node[] = [];
    for (let child = this.#node.firstChild; child !== null; child = child.nextSibling)
      found.push(new Node(child, this.source));
    return found;
  }

  child(...kinds: readonly string[]): Node | undefined {
    return this.children().find(({ kind }) => kinds.includes(kind));
  }

  has(kind: string): boolean {
    return this.child(kind) !== undefined;
  }

  /** The first place at or below this node that is not understood. @param outside kinds that are not looked into */
  fault(outside: ReadonlySet<string> = none): Span | undefined {
    let found: Span | undefined;
    this.#node.cursor().iterate((node) => {
      if (found !== undefined || (outside.has(node.name) && node.from !== this.#node.from)) return false;
      if (node.type.isError)
        found = { file: this.source.path, start: node.from, end: Math.max(node.to, node.from) };
      return undefined;
    });
    return found;
  }

  /** All tokens, in order: names, literals and signs, comments left out. */
  tokens(): readonly Token[] {
    const found: Token[] = [];
    this.#node.cursor().iterate((node) => {
      if (comments.has(node.name)) return false;
      const isWhole = literals.has(node.name);
      if (!isWhole && node.node.firstChild !== null) return undefined;
      const text = this.source.text.slice(node.from, node.to);
      if (text !== "") found.push({ text, span: { file: this.source.path, start: node.from, end: node.to } });
      return false;
    });
    return found;
  }
}

const none: ReadonlySet<string> = new Set();
export const comments: ReadonlySet<string> = new Set(["LineComment", "BlockComment"]);
const literals: ReadonlySet<string> = new Set(["String", "RawString", "Char", "Integer", "Float"]);

export function parseTree(source: SourceFile): Node {
  return new Node(parser.parse(source.text).topNode, source);
}

export function nameOf({ text, span }: Pick<Node, "text" | "span">): RustName {
  const isRaw = text.startsWith("r#");
  return { text: isRaw ? text.slice(2) : text, isRaw, span };
}
