/** How a value is read: expressions that move the reader `r` behind it. */

import { upperFirst } from "../../model/names.js";
import { conditional, flat, group, joined, type Layout, object } from "../layout.js";
import type { FileScope } from "./file-scope.js";
import { presentBytes } from "./heap-text.js";
import { isWrapped, type ValueType } from "./value-type.js";
import { floatList } from "./write.js";

/** The expression that reads a value. */
export function readText(type: ValueType, file: FileScope): Layout {
  if (type.kind === "payload") return readText(type.content, file);
  if (type.kind === "option") {
    if (type.element.kind === "parameter") return `${file.optionOf(type.element.name)}.read(r)`;
    const element = readText(type.element, file);
    const some = isWrapped(type.element) ? object([joined("some: ", element)]) : element;
    const bytes = presentBytes(type, file);
    const tag = bytes === undefined ? "$.readOptionTag(r)" : `$.readLargeOptionTag(r, ${bytes})`;
    return conditional(tag, some, "undefined");
  }
  if (type.kind === "tuple") {
    return group(
      "[",
      type.elements.map((element) => readText(element, file)),
      "]",
    );
  }
  if (type.kind === "channel") return `$.read${upperFirst(type.direction)}(r, ${file.item(type.element)})`;
  if (type.kind === "array" && type.typed) return `${typedReader(type.element)}Array(r, ${type.length})`;
  return `${directReader(type, file)}(r)`;
}

/** A function that reads a value: for codecs and methods. */
export function readFunction(type: ValueType, file: FileScope): Layout {
  const text = readText(type, file);
  const plain = flat(text);
  const name = plain === undefined ? undefined : /^([\w$.]+)\(r\)$/.exec(plain)?.[1];
  if (name !== undefined) return name;
  if (plain?.includes("(r") === false) return joined("() => ", text);
  return joined("(r) => ", text);
}

/** Whether the expression needs a type beside it: literals of tuples are taken for arrays otherwise. */
export function needsAnnotation(type: ValueType): boolean {
  if (type.kind === "payload") return needsAnnotation(type.content);
  return type.kind === "tuple" || (type.kind === "option" && needsAnnotation(type.element));
}

function directReader(type: ValueType, file: FileScope): string {
  if (type.kind === "primitive") return `$.read${upperFirst(type.name)}${type.asNumber ? "Number" : ""}`;
  if (type.kind === "parameter") return `${file.parameter(type.name)}.read`;
  if (type.kind === "list" && type.typed) return typedReader(type.element);
  return floatList(type, "read") ?? file.reader(type);
}

function typedReader(element: ValueType): string {
  return `$.readTyped${element.kind === "primitive" ? element.name.toUpperCase() : ""}`;
}
