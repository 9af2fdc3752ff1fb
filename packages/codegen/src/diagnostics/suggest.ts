/** Longest name that is compared; longer ones are nobody's typing error. */
const maxLength = 64;

/**
 * The candidate nearest to a misspelt name, or undefined when none is near: at most a third of the letters may differ
 * (one in names of up to four). Equal names but for capitals and `_` are always near.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  if (name === "" || name.length > maxLength) return undefined;
  const limit = Math.max(1, Math.floor(name.length / 3));
  const plain = plainForm(name);
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of candidates) {
    if (candidate === name || candidate.length > maxLength) continue;
    const distance = plainForm(candidate) === plain ? 0 : editDistance(name, candidate, bestDistance);
    if (distance < bestDistance || (distance === bestDistance && best !== undefined && candidate < best)) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return bestDistance <= limit ? best : undefined;
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
