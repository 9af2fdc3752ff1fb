/** Findings of a comparison, as each format shows them. */
import type { ChangeFinding, SourceFile } from "@voxrpc/codegen";
import type { Compiler } from "../compiler.js";
import type { Finding } from "./event.js";

/** Text of a file of either version, and how its path is shown. */
export type SourceLookup = (
  file: string,
) => { readonly source: SourceFile; readonly path: string } | undefined;

/** A finding that also says what it does to whom, for tools. */
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
      github: () => compiler.toGithubAnnotation(diagnostic, source, options),
    };
  });
}
