/** What goes wrong in a test without anybody being told. */
import { settle } from "@voxrpc/runtime/testing";
import { afterEach, beforeEach, expect } from "vitest";

/** The errors of the test that runs that were not caught. */
export interface Unheard {
  readonly errors: unknown[];
}

/**
 * Hooks of a test file: after each of its tests nothing may have gone wrong unheard. Call it once at the top.
 * @param endTest ends what the test has opened, and gives late errors the time to come
 */
export function expectNothingUnheard(endTest: () => Promise<unknown> = settle): Unheard {
  const errors: unknown[] = [];
  const note = (error: unknown): void => {
    errors.push(error);
  };
  beforeEach(() => {
    errors.length = 0;
    process.on("unhandledRejection", note);
    process.on("uncaughtException", note);
  });
  afterEach(async () => {
    try {
      await endTest();
    } finally {
      process.off("unhandledRejection", note);
      process.off("uncaughtException", note);
    }
    expect(errors).toEqual([]);
  });
  return { errors };
}
