/** A type of Rust inside an attribute, where the grammar sees tokens only. */
import { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import type { RustType } from "./ast.js";
import { readRustFile } from "./read-items.js";

/** @param span the place that findings about the type point at */
export function readTypeText(text: string, span: Span): RustType {
  const [item] = readRustFile(new SourceFile(span.file, `type Written = ${text};`)).items;
  const type = item?.kind === "alias" && item.fault === undefined ? item.type : undefined;
  return type === undefined ? { kind: "fault", span } : at(type, span);
}

function at(type: RustType, span: Span): RustType {
  switch (type.kind) {
    case "path":
      return { ...type, span, args: type.args.map((one) => at(one, span)) };
    case "tuple":
      return { ...type, span, elements: type.elements.map((one) => at(one, span)) };
    case "array":
    case "slice":
    case "reference":
      return { ...type, span, element: at(type.element, span) };
    default:
      return { ...type, span };
  }
}
