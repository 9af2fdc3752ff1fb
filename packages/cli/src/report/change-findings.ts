/** Findings of a comparison, as each format shows them. */
import type { ChangeFinding, SourceFile } from "@voxrpc/codegen";
import type { Compiler } from "../compiler.js";
import { shownPath } from "../files/paths.js";
import type { Finding } from "./event.js";

/** A file of either version. */
export interface FoundSource {
  readonly source: SourceFile;
  /** As it is shown. */
  readonly path: string;
  /** Absolute path, where it is a file of the working tree. */
  readonly disk?: string | undefined;
}

export type SourceLookup = (file: string) => FoundSource | undefined;

/** A finding that also names the effect on each side, for tools. */
export function changeFindings(
  compiler: Compiler,
  findings: readonly ChangeFinding[],
  lookup: SourceLookup,
): readonly Finding[] {
  return findings.map(({ diagnostic, oldClient, newClient, subjects }) => {
    const found = lookup(diagnostic.span.file);
    const source = found?.source;
    const options = { path: found?.path ?? diagnostic.span.file, other: lookup };
    return {
      severity: diagnostic.severity,
      pretty: (color) => compiler.renderDiagnostic(diagnostic, source, { ...options, color }),
      json: () => {
        const json = compiler.toJsonDiagnostic(diagnostic, source, options);
        return { ...json, oldClient, newClient, subjects };
      },
      github: (root) => {
        const path = found?.disk === undefined ? options.path : shownPath(root, found.disk);
        return compiler.toGithubAnnotation(diagnostic, source, { ...options, path });
      },
    };
  });
}
