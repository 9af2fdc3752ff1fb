/** The compiler's diagnostics as findings that can be shown in each format. */
import type { Compilation, SourceFile } from "@voxrpc/codegen";
import type { Compiler } from "../compiler.js";
import { shownPath } from "../files/paths.js";
import type { Finding } from "./event.js";

/** Findings with the texts that they are about. */
export interface Found {
  readonly diagnostics: Compilation["diagnostics"];
  readonly files: readonly { readonly source: SourceFile }[];
}

/** @param cwd absolute folder that shown paths are relative to */
export function findingsOf(compiler: Compiler, compilation: Found, cwd: string): readonly Finding[] {
  const sources = new Map<string, SourceFile>();
  for (const { source } of compilation.files) sources.set(source.path, source);
  const other = (file: string): { readonly source: SourceFile; readonly path: string } | undefined => {
    const source = sources.get(file);
    return source === undefined ? undefined : { source, path: shownPath(cwd, file) };
  };
  return compilation.diagnostics.map((diagnostic) => {
    const source = sources.get(diagnostic.span.file);
    const path = shownPath(cwd, diagnostic.span.file);
    return {
      severity: diagnostic.severity,
      pretty: (color) => compiler.renderDiagnostic(diagnostic, source, { color, path, other }),
      json: () => compiler.toJsonDiagnostic(diagnostic, source, { path, other }),
      github: (root) => {
        const place = { path: shownPath(root, diagnostic.span.file), other };
        return compiler.toGithubAnnotation(diagnostic, source, place);
      },
    };
  });
}
