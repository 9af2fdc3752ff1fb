import type { Reporter, Terminal } from "./event.js";

/** Values of `--format`. */
export const formats = ["pretty", "json", "github"] as const;

export type Format = (typeof formats)[number];

/** The reporter of a format; the others are not loaded. */
export async function createReporter(format: Format, terminal: Terminal): Promise<Reporter> {
  switch (format) {
    case "pretty":
      return (await import("./pretty.js")).prettyReporter(terminal);
    case "json":
      return (await import("./json.js")).jsonReporter(terminal);
    case "github":
      return (await import("./github.js")).githubReporter(terminal);
  }
}
