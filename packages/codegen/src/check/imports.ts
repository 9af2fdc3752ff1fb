/** Loads the entries and everything that they import; refuses missing files and cycles. */
import type { Reporter } from "../diagnostics/report.js";
import type { Host } from "../host/host.js";
import { baseName, normalizePath, parentPath, resolvePath } from "../host/path.js";
import { SourceFile } from "../source/source-file.js";
import type { ImportNode } from "../syntax/ast.js";
import { parse } from "../syntax/parse.js";
import type { LoadedFile } from "./program.js";

/** Every file of the run, dependencies first, then by path. */
export function loadFiles(host: Host, entries: readonly string[], reporter: Reporter): readonly LoadedFile[] {
  const loaded = new Map<string, LoadedFile>();
  const pending: LoadedFile[] = [];
  const load = (path: string, text: string): LoadedFile => {
    const ast = parse(new SourceFile(path, text), reporter);
    const file: LoadedFile = { path, ast, imports: [], names: new Map(), used: new Set() };
    loaded.set(path, file);
    pending.push(file);
    return file;
  };
  for (const entry of new Set(entries.map(normalizePath))) {
    const text = host.read(entry);
    if (text !== undefined) {
      if (!loaded.has(entry)) load(entry, text);
    } else {
      const advice = suggestFile(host, reporter, entry) ?? "check the path";
      reporter.report("VOX2001", { file: entry, start: 0, end: 0 }, { path: entry, advice });
    }
  }
  for (let file = pending.shift(); file !== undefined; file = pending.shift()) {
    for (const node of file.ast.imports) {
      const target = resolveImport(host, file, node, loaded, load, reporter);
      file.imports.push({ node, target });
    }
  }
  return orderFiles([...loaded.values()], reporter);
}

function resolveImport(
  host: Host,
  file: LoadedFile,
  { from }: ImportNode,
  loaded: ReadonlyMap<string, LoadedFile>,
  load: (path: string, text: string) => LoadedFile,
  reporter: Reporter,
): LoadedFile | undefined {
  if (from === undefined) return undefined;
  if (!/^\.\.?\/.*[^/]$/.test(from.path)) {
    reporter.report("VOX2002", from.span, { path: from.path });
    return undefined;
  }
  const path = resolvePath(file.path, from.path);
  if (path === file.path) {
    reporter.report("VOX2012", from.span, {});
    return undefined;
  }
  const known = loaded.get(path);
  if (known !== undefined) return known;
  // Only schemas are read: a diagnostic would show lines of any other file.
  const text = path.endsWith(".vox") ? host.read(path) : undefined;
  if (text !== undefined) return load(path, text);
  const refusal = host.refusal?.(path);
  if (refusal !== undefined) {
    reporter.report("VOX2015", from.span, { path: from.path, refusal });
    return undefined;
  }
  const advice =
    suggestFile(host, reporter, path, from.path) ??
    (path.endsWith(".vox") ? `it would be ${path}` : "the name of a schema ends in .vox");
  reporter.report("VOX2001", from.span, { path: `"${from.path}"`, advice });
  return undefined;
}

/** `did you mean …`, as the path was written. */
function suggestFile(
  host: Host,
  reporter: Reporter,
  path: string,
  written: string = path,
): string | undefined {
  const withEnding = `${path}.vox`;
  const folder = written.slice(0, written.lastIndexOf("/") + 1);
  if (!path.endsWith(".vox") && host.read(withEnding) !== undefined) return `did you mean "${written}.vox"?`;
  const near = reporter.nearest(baseName(path), () =>
    (host.list?.(parentPath(path)) ?? []).filter((name) => name.endsWith(".vox")),
  );
  return near === undefined ? undefined : `did you mean "${folder}${near}"?`;
}

/** Depth first, imports before the file; an import that leads back is reported and cut. */
function orderFiles(files: readonly LoadedFile[], reporter: Reporter): readonly LoadedFile[] {
  const ordered: LoadedFile[] = [];
  const done = new Set<LoadedFile>();
  const path: { file: LoadedFile; next: number }[] = [];
  const byPath = [...files].sort((a, b) => (a.path < b.path ? -1 : 1));
  for (const root of byPath) {
    if (!done.has(root)) path.push({ file: root, next: 0 });
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = top.file.imports[top.next];
      top.next += 1;
      if (edge === undefined) {
        path.pop();
        if (!done.has(top.file)) ordered.push(top.file);
        done.add(top.file);
        continue;
      }
      const { target, node } = edge;
      if (target === undefined || done.has(target)) continue;
      const from = path.findIndex((step) => step.file === target);
      if (from < 0) path.push({ file: target, next: 0 });
      else
        reportCycle(
          path.slice(from).map((step) => step.file),
          node,
          reporter,
        );
    }
  }
  return ordered;
}

function reportCycle(files: readonly LoadedFile[], node: ImportNode, reporter: Reporter): void {
  const names = [...files, files[0]].map((file) => baseName(file?.path ?? ""));
  reporter.report("VOX2006", node.from?.span ?? node.span, { cycle: names.join(" → ") });
}
