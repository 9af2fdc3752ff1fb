/** Longest name that is compared; a longer name is no typing error. */
const maxLength = 64;

/**
 * The candidate nearest to a misspelt name, or undefined when none is near: at most a third of the letters may differ
 * (one in names of up to five). Capitals and `_` do not count. Of equally near ones, the one with the same letters in
 * another order wins, then one of the same length, then the first by code unit.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const plain = plainForm(name);
  if (plain === "" || name.length > maxLength) return undefined;
  const limit = Math.max(1, Math.floor(plain.length / 3));
  let best: string | undefined;
  let bestRank = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = plainForm(candidate);
    if (candidate === name || candidate.length > maxLength || other === "") continue;
    const distance = editDistance(plain, other, limit + 1);
    if (distance > limit) continue;
    const rank = 3 * distance + likeness(plain, other);
    if (rank > bestRank || (rank === bestRank && best !== undefined && candidate >= best)) continue;
    bestRank = rank;
    best = candidate;
  }
  return best;
}

/** 0 for the same letters, 1 for the same length, else 2. */
function likeness(a: string, b: string): number {
  if (a.length !== b.length) return 2;
  return [...a].sort().join("") === [...b].sort().join("") ? 0 : 1;
}

function plainForm(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Insertions, deletions, replacements and swaps of neighbours; `limit` or more is `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return Math.min(previous[b.length] ?? limit, limit);
}
