import type { Linked } from "../program.js";

/**
 * Imported types that nothing in the file uses. A file with syntax errors may use them in the part that was not read.
 */
export function checkUnusedImports(linked: Linked): void {
  const broken = new Set(
    linked.reporter
      .sorted()
      .filter(({ code }) => code.startsWith("VOX1"))
      .map(({ span }) => span.file),
  );
  for (const file of linked.files) {
    if (broken.has(file.path)) continue;
    for (const { names } of file.ast.imports) {
      for (const name of names) {
        const { local } = name;
        const meaning = file.names.get(local.text);
        if (meaning?.kind !== "type" || meaning.file === file || file.used.has(local.text)) continue;
        linked.reporter.report("VOX4002", local.span, { name: local.text });
      }
    }
  }
}
