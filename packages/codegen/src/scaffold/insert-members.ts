/** Puts methods at the end of a class or object. */
import { Node } from "ts-morph";
import type { TargetNode } from "./find-targets.js";
import type { TextEdits } from "./text-edits.js";
import { indentationOf, type UserFile } from "./user-file.js";

/** @param write the methods, each indented from its first line on, lines joined with `\n` */
export function insertMembers(
  node: TargetNode,
  write: (indentation: string) => readonly string[],
  { text, style }: UserFile,
  edits: TextEdits,
): void {
  const isObject = Node.isObjectLiteralExpression(node);
  const members = isObject ? node.getProperties() : node.getMembers();
  const close = node.getEnd() - 1;
  const outer = indentationOf(node);
  const [first] = members;
  const inner =
    first !== undefined && startsLine(first.getStart(), text) ? indentationOf(first) : outer + style.indent;
  const separator = isObject ? "," : "";
  const last = members.at(-1);
  if (isObject && last !== undefined && !/^\s*,/.test(withoutComments(text.slice(last.getEnd(), close)))) {
    edits.insert(last.getEnd(), ",");
  }
  const gap = members.length > 0 ? "\n" : "";
  const methods = write(inner).map((method) => `${method}${separator}`);
  const block = `\n${gap}${methods.join("\n\n")}\n${outer}`;
  // The text before the closing brace stays; the white space between the two is replaced.
  const end = text.slice(0, close).trimEnd().length;
  edits.replace(end, close, block.replaceAll("\n", style.newline));
}

function startsLine(at: number, text: string): boolean {
  return text.slice(text.lastIndexOf("\n", at - 1) + 1, at).trim() === "";
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
}
