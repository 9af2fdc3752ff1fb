/** Matches the parameters of an existing method with those of the schema. */

/** A parameter, as far as it matters here. @typeParam T whatever the caller keeps beside it */
export interface Candidate<T> {
  readonly value: T;
  readonly name: string;
}

export interface Wanted {
  readonly name: string;
  /** The call's context: never taken for an argument, and no argument for it. */
  readonly isContext: boolean;
}

/**
 * Pairs by name, then by type, then by order: a body uses the names that its author chose, so that they are kept
 * wherever it may be one and the same argument.
 *
 * @returns for each wanted parameter the existing one, up to the last that has one: later ones may be left out
 */
export function matchParameters<T, W extends Wanted>(
  existing: readonly Candidate<T>[],
  wanted: readonly W[],
  isOfType: (existing: T, wanted: W) => boolean,
): readonly { readonly wanted: W; readonly existing: T | undefined }[] {
  const left = new Set(existing);
  const matches = new Map<W, Candidate<T>>();
  const pair = (isPair: (candidate: Candidate<T>, one: W) => boolean): void => {
    for (const one of wanted) {
      if (matches.has(one)) continue;
      for (const candidate of left) {
        if (!isPair(candidate, one)) continue;
        matches.set(one, candidate);
        left.delete(candidate);
        break;
      }
    }
  };
  pair((candidate, one) => candidate.name === one.name);
  pair((candidate, one) => isOfType(candidate.value, one));
  pair((_, one) => !one.isContext);
  const last = wanted.findLastIndex((one) => matches.has(one));
  return wanted.slice(0, last + 1).map((one) => ({ wanted: one, existing: matches.get(one)?.value }));
}
