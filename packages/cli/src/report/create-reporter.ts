import { absolutePath, isInside, shownPath, slashes } from "../files/paths.js";
import { realPath, repositoryOf } from "../files/text-file.js";
import type { Reporter, Terminal } from "./event.js";

/** Values of `--format`. */
export const formats = ["pretty", "json", "github"] as const;

export type Format = (typeof formats)[number];

/**
 * The reporter of a format; the others are not loaded.
 *
 * @param cwd absolute folder that paths in events are relative to
 */
export async function createReporter(
  format: Format,
  terminal: Terminal,
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Reporter> {
  switch (format) {
    case "pretty":
      return (await import("./pretty.js")).prettyReporter(terminal);
    case "json":
      return (await import("./json.js")).jsonReporter(terminal);
    case "github":
      return (await import("./github.js")).githubReporter(terminal, {
        cwd,
        root: annotationRoot(cwd, environment),
      });
  }
}

/** The folder that GitHub takes paths to be relative to: that of the checkout. */
function annotationRoot(cwd: string, environment: Readonly<Record<string, string | undefined>>): string {
  const workspace = environment["GITHUB_WORKSPACE"] ?? "";
  if (workspace !== "" && isInside(realPath(slashes(workspace)), realPath(cwd))) {
    // Relative to the working directory by its own name, links not followed, so that paths below it do not change.
    return absolutePath(cwd, shownPath(realPath(cwd), realPath(slashes(workspace))));
  }
  return repositoryOf(cwd) ?? cwd;
}
