/** The meaning of each name of a file: its declarations and its imports. */
import type { Reporter } from "../diagnostics/report.js";
import type { NameNode } from "../syntax/ast.js";
import { keywords } from "../syntax/tokens.js";
import { builtinNames, isBuiltin } from "./builtin.js";
import type { ImportEdge, LoadedFile, Meaning } from "./program.js";

/** Fills `names` of every file. */
export function resolveNames(files: readonly LoadedFile[], reporter: Reporter): void {
  for (const file of files) {
    const first = new Map<string, NameNode>();
    for (const node of file.ast.declarations) {
      const kind = node.kind === "service" ? "a service" : "a type";
      if (node.name.text === "" || !checkReserved(node.name, kind, reporter)) continue;
      if (isDuplicate(first, node.name, node.kind === "service" ? "service" : "type", reporter)) continue;
      file.names.set(
        node.name.text,
        node.kind === "service" ? { kind: "service", node, file } : { kind: "type", node, file },
      );
    }
  }
  for (const file of files) {
    const first = new Map(file.ast.declarations.map((node) => [node.name.text, node.name]));
    for (const edge of file.imports) resolveImport(file, edge, first, reporter);
  }
}

function resolveImport(
  file: LoadedFile,
  { node, target }: ImportEdge,
  first: Map<string, NameNode>,
  reporter: Reporter,
): void {
  if (node.names.length === 0 && node.from !== undefined && target !== undefined) {
    reporter.report("VOX2013", node.span, {});
  }
  for (const name of node.names) {
    if (target === undefined) {
      // The import itself is reported; that its names are declared elsewhere too is no second fault.
      if (!first.has(name.local.text)) file.names.set(name.local.text, { kind: "missing" });
      continue;
    }
    if (isDuplicate(first, name.local, "imported name", reporter)) continue;
    const meaning = declared(target, name.text);
    reportImport(target, node.from?.path ?? "", name, meaning, reporter);
    if (name.local !== name) checkReserved(name.local, "a type", reporter);
    file.names.set(name.local.text, meaning?.kind === "type" ? meaning : { kind: "missing" });
  }
}

/** The file's own declaration of a name: a file does not pass its imports on. */
function declared(file: LoadedFile, name: string): Meaning | undefined {
  const meaning = file.names.get(name);
  return meaning !== undefined && meaning.kind !== "missing" && meaning.file === file ? meaning : undefined;
}

function reportImport(
  target: LoadedFile,
  path: string,
  name: NameNode,
  meaning: Meaning | undefined,
  reporter: Reporter,
): void {
  if (meaning?.kind === "service") {
    reporter.report("VOX2011", name.span, { name: name.text });
  } else if (meaning === undefined) {
    const near = reporter.nearest(name.text, () =>
      target.ast.declarations.filter((node) => node.kind !== "service").map((node) => node.name.text),
    );
    const passedOn = target.names.has(name.text)
      ? target.ast.imports.find((other) => other.names.some((inner) => inner.local.text === name.text))
      : undefined;
    const advice =
      passedOn?.from !== undefined
        ? `it is itself imported there from "${passedOn.from.path}": import it from where it is declared`
        : near === undefined
          ? "declare it there, or correct the name"
          : `did you mean \`${near}\`?`;
    reporter.report(
      "VOX2004",
      name.span,
      { file: `"${path}"`, name: name.text, advice },
      { replacement: near },
    );
  }
}

/** Reports the second of two equal names; remembers the first. Names that the source lacks are no duplicates. */
export function isDuplicate(
  first: Map<string, NameNode>,
  name: NameNode,
  kind: string,
  reporter: Reporter,
): boolean {
  if (name.text === "") return false;
  const before = first.get(name.text);
  if (before === undefined) {
    first.set(name.text, name);
    return false;
  }
  const related = [{ span: before.span, message: "the other one" }];
  reporter.report("VOX2005", name.span, { kind, name: name.text }, { related });
  return true;
}

const reservedWords: ReadonlySet<string> = new Set(keywords);

/** A word with a meaning of its own in the language. */
export function isKeyword(text: string): boolean {
  return reservedWords.has(text);
}

/** Types, services and type parameters may not be named like a word of the language; reports and returns false. */
export function checkReserved(name: NameNode, kind: string, reporter: Reporter): boolean {
  const isWord = isKeyword(name.text);
  if (!isWord && !isBuiltin(name.text)) return true;
  const advice = isWord ? "it is a word of the language" : "it is a type of the language";
  reporter.report("VOX2007", name.span, { name: name.text, kind, advice });
  return false;
}

/** The type name nearest to an unknown one, among what a file can name. */
export function nearestType(
  file: LoadedFile,
  name: string,
  parameters: Iterable<string>,
  reporter: Reporter,
): string | undefined {
  return reporter.nearest(name, () => {
    const known = [...file.names].filter(([, meaning]) => meaning.kind === "type").map(([text]) => text);
    return [...parameters, ...known, ...builtinNames];
  });
}
