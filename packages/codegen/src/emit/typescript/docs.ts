/** Doc comments of generated code. */
import type { TextFormat } from "@voxrpc/runtime/internal/schema";
import type { ModelFile } from "../../model/model.js";
import { commentLines } from "./foreign-text.js";

interface Documented {
  readonly docs: readonly string[];
  readonly deprecated?: string | undefined;
  readonly format?: TextFormat | undefined;
}

/** The line of docs for `@format`. */
export function formatText(format: TextFormat): string {
  return `Format: ${format.replace("_", "-")}.`;
}

/**
 * The doc comment of a declaration, one line each; none for one without docs.
 *
 * @param extra lines of our own, after those of the schema
 */
export function docLines(
  { docs, deprecated, format }: Documented,
  extra: readonly string[] = [],
): readonly string[] {
  const tags = deprecated === undefined ? [] : [`@deprecated ${deprecated}`];
  const formats = format === undefined ? [] : [formatText(format)];
  const lines = [...trimBlank(docs), ...formats, ...extra, ...tags].flatMap(commentLines);
  if (lines.length === 0) return [];
  const [only = ""] = lines;
  if (lines.length === 1) return [`/** ${only} */`];
  return ["/**", ...lines.map((line) => (line === "" ? " *" : ` * ${line}`)), " */"];
}

/** The docs of the schema itself, above all declarations. */
export function moduleDocs({
  docs,
  packageName,
}: Pick<ModelFile, "docs" | "packageName">): readonly string[] {
  if (docs.every((line) => line.trim() === "")) return [];
  return docLines({ docs }, packageName === undefined ? ["", "@module"] : ["", `@module ${packageName}`]);
}

/** Without blank lines at either end. */
function trimBlank(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== "";
  const first = lines.findIndex(isText);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(isText) + 1);
}
