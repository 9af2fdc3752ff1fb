/** Line differences in the unified form. */

export interface DiffOptions {
  /** Name after `---`. */
  readonly before: string;
  /** Name after `+++`. */
  readonly after: string;
  /** Unchanged lines around a change. Default 3. */
  readonly context?: number;
}

/** Most edits that are looked for; beyond, the changed part is shown as wholly replaced. Bounds time and memory. */
const maxEdits = 500;

type Step = { readonly sign: " " | "-" | "+"; readonly line: string };

/** What turns one text into another, without a newline at the end; empty when they are equal. */
export function unifiedDiff(before: string, after: string, options: DiffOptions): string {
  if (before === after) return "";
  const steps = compareLines(linesOf(before), linesOf(after));
  const hunks = hunksOf(steps, options.context ?? 3);
  return [`--- ${options.before}`, `+++ ${options.after}`, ...hunks].join("\n");
}

/** Lines with a mark on the last one when no newline ends it, so that this is a difference too. */
function linesOf(text: string): readonly string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const last = lines.pop() ?? "";
  return last === "" ? lines : [...lines, `${last}\n\\ No newline at end of file`];
}

function compareLines(before: readonly string[], after: readonly string[]): readonly Step[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, after.length) - start;
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  const removed = before.slice(start, before.length - end);
  const added = after.slice(start, after.length - end);
  return [
    ...before.slice(0, start).map((line) => ({ sign: " ", line }) as const),
    ...shortestEdit(removed, added),
    ...before.slice(before.length - end).map((line) => ({ sign: " ", line }) as const),
  ];
}

/**
 * The greedy search for a shortest edit: for each number of edits, the furthest point on each diagonal
 * (`deleted - inserted`). The furthest points of each round are kept, to walk the way back.
 */
function shortestEdit(before: readonly string[], after: readonly string[]): readonly Step[] {
  const rounds: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  const limit = Math.min(before.length + after.length, maxEdits);
  for (let edits = 0; edits <= limit; edits += 1) {
    rounds.push(new Map(furthest));
    const next = new Map(furthest);
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = isInsertion(furthest, diagonal, edits)
        ? at(furthest, diagonal + 1)
        : at(furthest, diagonal - 1) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      next.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(rounds, before, after);
    }
    furthest = next;
  }
  return [
    ...before.map((line) => ({ sign: "-", line }) as const),
    ...after.map((line) => ({ sign: "+", line }) as const),
  ];
}

function at(furthest: ReadonlyMap<number, number>, diagonal: number): number {
  return furthest.get(diagonal) ?? -1;
}

function isInsertion(furthest: ReadonlyMap<number, number>, diagonal: number, edits: number): boolean {
  if (diagonal === -edits) return true;
  return diagonal !== edits && at(furthest, diagonal - 1) < at(furthest, diagonal + 1);
}

function walkBack(
  rounds: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): readonly Step[] {
  const steps: Step[] = [];
  let x = before.length;
  let y = after.length;
  for (let edits = rounds.length - 1; edits >= 0; edits -= 1) {
    const furthest = rounds[edits] ?? new Map<number, number>();
    const diagonal = x - y;
    const previous = isInsertion(furthest, diagonal, edits) ? diagonal + 1 : diagonal - 1;
    const previousX = edits === 0 ? 0 : at(furthest, previous);
    const previousY = edits === 0 ? 0 : previousX - previous;
    while (x > previousX && y > previousY) {
      x -= 1;
      y -= 1;
      steps.push({ sign: " ", line: before[x] ?? "" });
    }
    if (edits === 0) break;
    if (x === previousX) {
      y -= 1;
      steps.push({ sign: "+", line: after[y] ?? "" });
    } else {
      x -= 1;
      steps.push({ sign: "-", line: before[x] ?? "" });
    }
  }
  return steps.reverse();
}

function hunksOf(steps: readonly Step[], context: number): readonly string[] {
  const isShown = new Uint8Array(steps.length);
  for (const [index, { sign }] of steps.entries())
    if (sign !== " ") isShown.fill(1, Math.max(0, index - context), index + context + 1);
  const lines: string[] = [];
  let beforeLine = 1;
  let afterLine = 1;
  for (let index = 0; index < steps.length; ) {
    if (isShown[index] === 0) {
      beforeLine += 1;
      afterLine += 1;
      index += 1;
      continue;
    }
    let end = index;
    while (end < steps.length && isShown[end] === 1) end += 1;
    const hunk = steps.slice(index, end);
    const removed = hunk.filter(({ sign }) => sign !== "+").length;
    const added = hunk.filter(({ sign }) => sign !== "-").length;
    lines.push(`@@ -${range(beforeLine, removed)} +${range(afterLine, added)} @@`);
    lines.push(...hunk.map(({ sign, line }) => `${sign}${line}`));
    beforeLine += removed;
    afterLine += added;
    index = end;
  }
  return lines;
}

/** An empty range names the line before it. */
function range(line: number, length: number): string {
  if (length === 1) return String(line);
  return `${length === 0 ? line - 1 : line},${length}`;
}
