/** Attributes that a file, or the declaration around a member, has for all members: `@required` and `@js(number)`. */
import type { Type } from "../model/model.js";
import type { ArgumentNode, AttributeNode, FieldNode } from "../syntax/ast.js";
import { applyAttributes, asNumber, findAttribute, numberChoice } from "./attributes.js";
import type { LoadedFile } from "./program.js";

/** Attributes of the package: they count for the file. */
function fileAttributes({ ast }: LoadedFile): readonly AttributeNode[] {
  return ast.package?.attributes ?? [];
}

/** Whether every 64- and 128-bit integer that a file writes is a `number`. */
export function hasNumbers(file: LoadedFile): boolean {
  const attributes = fileAttributes(file);
  return numberChoice(attributes) === "number" && patterns(attributes).length === 0;
}

/** Names of the members that are numbers, with `*` for any characters: `@js(number, "*_ns")`. */
function patterns(attributes: readonly AttributeNode[]): readonly string[] {
  const [, ...rest] = findAttribute(attributes, "js")?.args ?? [];
  return rest.flatMap((argument) => (argument.kind === "string" ? [argument.value] : []));
}

function isMatch(name: string, pattern: string): boolean {
  // Only `*` has a meaning: the rule of the attribute refuses all other signs.
  const [first = "", ...parts] = pattern.split("*");
  if (parts.length === 0) return name === pattern;
  const last = parts.pop() ?? "";
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.slice(0, name.length - last.length).indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

/**
 * The type of a field or argument: its own attributes come first, then those of the declaration around it, then the
 * file's.
 *
 * @param outer attributes of the struct around a field
 */
export function memberType(
  type: Type,
  { name, attributes }: Pick<FieldNode | ArgumentNode, "name" | "attributes">,
  outer: readonly AttributeNode[],
  file: LoadedFile,
): Type {
  const own = numberChoice(attributes);
  const isNumber =
    own === undefined &&
    (numberChoice(outer) === "number" ||
      patterns(fileAttributes(file)).some((pattern) => isMatch(name.text, pattern)));
  return applyAttributes((isNumber ? asNumber(type) : undefined) ?? type, attributes);
}

/** Whether an option has no implicit default: its own mark, or one of the struct or file around it. */
export function isRequired(
  { attributes }: Pick<FieldNode, "attributes">,
  outer: readonly AttributeNode[],
  file: LoadedFile,
): boolean {
  return [attributes, outer, fileAttributes(file)].some(
    (list) => findAttribute(list, "required") !== undefined,
  );
}
