/** A public function whose docstring does not say what it throws, or names no error that an application has. */
export interface ThrowsProblem {
  readonly path: string;
  /** From 1 on. */
  readonly line: number;
  /** `connect`, `Session.open`. */
  readonly name: string;
  readonly problem: string;
}

/** @param entries absolute paths of the sources of public entries */
export function throwsProblems(entries: readonly string[]): ThrowsProblem[];
