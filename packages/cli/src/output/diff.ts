/** Line differences in the unified form. */
import { type StructuredPatchHunk, structuredPatch } from "diff";

export interface DiffOptions {
  /** Name after `---`. */
  readonly before: string;
  /** Name after `+++`. */
  readonly after: string;
  /** Unchanged lines around a change. Default 3. */
  readonly context?: number;
}

/** Most edits that are looked for; beyond, the text is shown as wholly replaced. Bounds time and memory. */
const maxEdits = 500;

/** The difference of two texts, without a newline at the end; empty when they are equal. */
export function unifiedDiff(before: string, after: string, options: DiffOptions): string {
  if (before === after) return "";
  const { context = 3 } = options;
  const patch = structuredPatch(options.before, options.after, before, after, undefined, undefined, {
    context,
    maxEditLength: maxEdits,
  });
  const hunks = patch?.hunks ?? [replacement(before, after)];
  const lines = hunks.flatMap((hunk) => [
    `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return [`--- ${options.before}`, `+++ ${options.after}`, ...lines].join("\n");
}

/** One hunk that takes all lines away and puts all others in. */
function replacement(before: string, after: string): StructuredPatchHunk {
  const removed = signed("-", before);
  const added = signed("+", after);
  const count = (lines: readonly string[]): number => lines.filter((line) => !line.startsWith("\\")).length;
  return {
    oldStart: 1,
    oldLines: count(removed),
    newStart: 1,
    newLines: count(added),
    lines: [...removed, ...added],
  };
}

function signed(sign: string, text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const isEnded = lines.at(-1) === "";
  if (isEnded) lines.pop();
  return [...lines.map((line) => `${sign}${line}`), ...(isEnded ? [] : ["\\ No newline at end of file"])];
}

/** An empty range names the line before it. */
function range(line: number, length: number): string {
  if (length === 1) return String(line);
  return `${length === 0 ? line - 1 : line},${length}`;
}
