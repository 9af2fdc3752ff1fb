/** What real calls prove about verdicts. */
import type { Verdict } from "@voxrpc/codegen";
import { expect } from "vitest";
import type { Outcome } from "../support/ends.js";

/** Cases in which no value is read wrong but the two sides mean different things, or only who sends knows. */
const misread: ReadonlySet<string> = new Set([
  "arguments-swapped",
  "arrays-of-two-lengths",
  "arrays-of-two-lengths-one-removed",
  "generic-second-instance",
]);

/**
 * Holds what outcomes prove against a verdict. A call that goes through with other values breaks where the verdict says
 * so.
 */
export function prove(verdict: Verdict, outcomes: readonly Outcome[], mayMisread: boolean): void {
  const failed = outcomes.filter((outcome) => outcome === "failed").length;
  switch (verdict) {
    case "compatible":
      expect(outcomes).not.toContain("failed");
      return;
    case "conditional":
      expect(failed).toBeGreaterThan(0);
      expect(failed).toBeLessThan(outcomes.length);
      return;
    case "breaking":
      if (mayMisread) expect(outcomes).not.toEqual(outcomes.map(() => "ok"));
      else expect(outcomes).toEqual(outcomes.map(() => "failed"));
  }
}

/** Whether what a case breaks is misread in some values, not refused in all. */
export function isMisread(fixture: string): boolean {
  return misread.has(fixture);
}

/** The method as a client of the old version has it. */
export function clientTitle(fixture: string, title: string): string {
  return fixture === "method-respelled" ? "Shop.count_all" : title;
}
