/**
 * The bad inputs of `fixtures/bad`: `NAME.vox`, or a folder `NAME` whose entry is `main.vox`, beside `NAME.expected`
 * with one line a diagnostic: `CODE line:column message`, in other files than the entry `CODE file:line:column …`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type Compilation,
  compile,
  type Diagnostic,
  type Host,
  renderDiagnostic,
  type SourceFile,
} from "@voxrpc/codegen";

export const badFolder: string = fileURLToPath(new URL("../../fixtures/bad/", import.meta.url));

export interface BadFixture {
  readonly name: string;
  /** Path under `fixtures/bad`. */
  readonly entry: string;
}

export const badFixtures: readonly BadFixture[] = readdirSync(badFolder, { withFileTypes: true }).flatMap(
  (entry) => {
    if (entry.isDirectory()) return [{ name: entry.name, entry: `${entry.name}/main.vox` }];
    return entry.name.endsWith(".vox") ? [{ name: basename(entry.name, ".vox"), entry: entry.name }] : [];
  },
);

/** The folder as the compiler sees it: its root is `/`. */
export const badHost: Host = {
  read: (path) => {
    try {
      return readFileSync(`${badFolder}${path}`, "utf8");
    } catch {
      return undefined;
    }
  },
  refusal: (path) => (path.startsWith("/outside/") ? "is outside of the project /" : undefined),
  list: (folder) => {
    try {
      return readdirSync(`${badFolder}${folder}`);
    } catch {
      return [];
    }
  },
};

export function compileBad({ entry }: BadFixture): Compilation {
  return compile(badHost, [`/${entry}`]);
}

/** The lines of an `.expected` file. */
export function describeDiagnostics({ diagnostics, files }: Compilation, entry: string): string {
  const lines = diagnostics.map(({ code, span, message }) => {
    const position = sourceOf(files, span.file)?.position(span.start) ?? { line: 1, column: 1 };
    const file = span.file === `/${entry}` ? "" : `${relative(`/${entry}/..`, span.file)}:`;
    return `${code} ${file}${position.line}:${position.column} ${message}`;
  });
  return lines.map((line) => `${line}\n`).join("");
}

/** Every frame of a run, as a terminal without colours shows it. */
export function renderAll({ diagnostics, files }: Compilation): string {
  const frames = diagnostics.map((diagnostic: Diagnostic) =>
    renderDiagnostic(diagnostic, sourceOf(files, diagnostic.span.file), {
      color: false,
      path: diagnostic.span.file.slice(1),
      other: (file) => {
        const source = sourceOf(files, file);
        return source === undefined ? undefined : { source, path: file.slice(1) };
      },
    }),
  );
  return frames.map((frame) => `${frame}\n`).join("\n");
}

function sourceOf(files: Compilation["files"], path: string): SourceFile | undefined {
  return files.find((file) => file.source.path === path)?.source;
}
