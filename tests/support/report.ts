/** Counts the cases of one list of a golden file, for the test run and for `npm run golden`. */
import { readFileSync } from "node:fs";
import type { TestContext } from "vitest";
import { expect } from "vitest";

export interface GoldenCount {
  /** Golden file and list, like `postcard.json vectors`. */
  readonly list: string;
  readonly total: number;
  readonly equal: number;
  /** Cases that the language or the platform cannot express, and those where `protocol/` chooses otherwise. */
  readonly excepted: readonly { readonly name: string; readonly reason: string }[];
}

declare module "vitest" {
  interface TaskMeta {
    golden?: GoldenCount;
  }
}

export function readGolden<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../../fixtures/golden/${file}`, import.meta.url), "utf8")) as T;
}

/** Outcome of one case: equal, or the reason why it is excepted, or what differs. */
export type GoldenOutcome = "equal" | { readonly excepted: string } | { readonly differs: string };

/**
 * Runs `check` on every case of a list; fails with all differences at once. An exception thrown by `check` is a
 * difference.
 */
export function checkGolden<T>(
  context: TestContext,
  list: string,
  cases: readonly T[],
  name: (entry: T) => string,
  check: (entry: T) => GoldenOutcome,
): void {
  const excepted: { name: string; reason: string }[] = [];
  const different: string[] = [];
  let equal = 0;
  for (const entry of cases) {
    let outcome: GoldenOutcome;
    try {
      outcome = check(entry);
    } catch (error) {
      outcome = { differs: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    if (outcome === "equal") equal += 1;
    else if ("excepted" in outcome) excepted.push({ name: name(entry), reason: outcome.excepted });
    else different.push(`${name(entry)}: ${outcome.differs}`);
  }
  context.task.meta.golden = { list, total: cases.length, equal, excepted };
  expect(different).toEqual([]);
  expect(cases.length).toBeGreaterThan(0);
}
