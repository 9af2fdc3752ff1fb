/** Attributes and documentation of Rust items. */
import type { Attribute, Token } from "./ast.js";
import { stringValue } from "./literals.js";
import { comments, type Node } from "./tree.js";

/** Attributes and docs before an item. */
export interface Preface {
  readonly attributes: readonly Attribute[];
  readonly docs: readonly string[];
}

/** Reads the attributes and doc comments of a list of nodes, in their order. */
export function readPreface(nodes: readonly Node[]): Preface {
  const attributes: Attribute[] = [];
  const docs: string[] = [];
  for (const node of nodes) {
    if (comments.has(node.kind)) docs.push(...docLines(node.text));
    else if (node.kind === "Attribute")
      for (const attribute of readAttribute(node)) {
        if (attribute.path.join("::") === "doc" && attribute.value?.length === 1)
          docs.push(...(stringValue(attribute.value[0]?.text ?? "") ?? "").split("\n").map(withoutSpace));
        else attributes.push(attribute);
      }
  }
  return { attributes, docs: trimmed(docs) };
}

/** Lines of `/// text` and of a doc block; none for other comments. */
function docLines(text: string): readonly string[] {
  if (text.startsWith("///") && !text.startsWith("////")) return [withoutSpace(text.slice(3)).trimEnd()];
  if (!text.startsWith("/**") || text.startsWith("/***") || text.length < 5) return [];
  const lines = text.slice(3, -2).split("\n");
  const isStarred = lines.slice(1).every((line) => line.trim() === "" || line.trim().startsWith("*"));
  return lines.map((line, at) => {
    const bare = line.trim();
    return withoutSpace(at > 0 && isStarred && bare.startsWith("*") ? bare.slice(1) : bare).trimEnd();
  });
}

function withoutSpace(line: string): string {
  return line.startsWith(" ") ? line.slice(1) : line;
}

function trimmed(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== "";
  return lines.slice(Math.max(0, lines.findIndex(isText)), lines.findLastIndex(isText) + 1);
}

/** One attribute; for a `cfg_attr` with a condition that may hold, the attributes in it. */
function readAttribute(node: Node): readonly Attribute[] {
  const tokens = node.child("MetaItem")?.tokens() ?? [];
  return expand(metaOf(tokens), 0);
}

function expand(attribute: Attribute | undefined, depth: number): readonly Attribute[] {
  if (attribute === undefined) return [];
  if (attribute.path.join("::") !== "cfg_attr" || depth > 8) return [attribute];
  const [condition = [], ...rest] = splitCommas(attribute.args ?? []);
  return mayHold(condition) ? rest.flatMap((tokens) => expand(metaOf(tokens), depth + 1)) : [];
}

/** `path`, `path = value` or `path(args)`. */
function metaOf(tokens: readonly Token[]): Attribute | undefined {
  const [first] = tokens;
  const last = tokens.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const path: string[] = [];
  let at = 0;
  for (; at < tokens.length; at += 1) {
    const text = tokens[at]?.text ?? "";
    if (text === "(" || text === "[" || text === "{" || text === "=") break;
    if (text !== "::") path.push(text);
  }
  const span = { ...first.span, end: last.span.end };
  const sign = tokens[at]?.text;
  if (sign === "=") return { path, args: undefined, value: tokens.slice(at + 1), span };
  if (sign === undefined) return { path, args: undefined, value: undefined, span };
  return { path, args: tokens.slice(at + 1, -1), value: undefined, span };
}

/** Tokens between the commas outside of brackets; no empty parts. */
function splitCommas(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.text === "(" || token.text === "[" || token.text === "{") depth += 1;
    else if (token.text === ")" || token.text === "]" || token.text === "}") depth -= 1;
    if (token.text === "," && depth === 0) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** Attributes of one path. */
export function named(attributes: readonly Attribute[], ...names: readonly string[]): readonly Attribute[] {
  return attributes.filter(({ path }) => names.includes(path.at(-1) ?? "") && path.length <= 2);
}

/** The arguments of all attributes of a name: `facet(default, transparent)` has two. */
export function entries(attributes: readonly Attribute[], name: string): readonly Attribute[] {
  return named(attributes, name).flatMap(({ args = [] }) =>
    splitCommas(args).flatMap((tokens) => metaOf(tokens) ?? []),
  );
}

/** Whether the conditions of an item may hold: `cfg(test)` may not, `cfg(feature = "x")` and its opposite may. */
export function isCompiled(attributes: readonly Attribute[]): boolean {
  return named(attributes, "cfg").every(({ args = [] }) => mayHold(args));
}

/** Conditions of a `cfg`, as written; undefined without one. */
export function conditionOf(attributes: readonly Attribute[]): string | undefined {
  const conditions = named(attributes, "cfg").map(({ args = [] }) => textOf(args));
  return conditions.length === 0 ? undefined : conditions.join(", ");
}

function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ text }, at) => (text === "=" ? " = " : text === "," && at > 0 ? ", " : text)).join("");
}

function mayHold(tokens: readonly Token[]): boolean {
  return truth(tokens, 0) !== false;
}

/** True, false, or undefined where the text does not say. */
function truth(tokens: readonly Token[], depth: number): boolean | undefined {
  const meta = metaOf(tokens);
  const name = meta?.path.join("::");
  if (meta === undefined || depth > 16) return undefined;
  if (name === "test" || name === "doc" || name === "doctest" || name === "false") return false;
  if (name === "true") return true;
  if (meta.args === undefined) return undefined;
  const parts = splitCommas(meta.args).map((part) => truth(part, depth + 1));
  if (name === "not") return parts[0] === undefined ? undefined : !parts[0];
  if (name === "all") return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
  if (name === "any") return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
  return undefined;
}
