/** Random changes of random types: the words agree with the plan, and real calls with both. */
import { sameTypeRef } from "@voxrpc/runtime/internal/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { methodSchemas } from "../../packages/codegen/src/schema/index.js";
import { find, Version } from "../support/ends.js";
import { meet } from "./meet.js";
import { type Pair, pairOf } from "./random-pairs.js";

/** `VOX_CHANGE_RUNS` makes it search longer. */
const runs = Number(process.env["VOX_CHANGE_RUNS"] ?? 1000);

const seeds = fc.noShrink(fc.integer({ min: 0, max: 0xffff_ffff }));

/** Whether a map or result somewhere has equal halves: all others of the root may be described like it. */
function hasEqualHalves(pair: Pair): boolean {
  return [pair.old, pair.new].some((model) =>
    /(?:result|map)<((?:[^<>,()]|<[^<>]*>|\([^()]*\))+), \1>/.test(model.files[0]?.text ?? ""),
  );
}

function returnsUnit(pair: Pair): boolean {
  return [pair.old, pair.new].some((model) => / -> unit }/.test(model.files[0]?.text ?? ""));
}

/** Whether peers announce the same for the arguments, or for the result. */
function hasSameId(pair: Pair): boolean {
  const [before, after] = [pair.old, pair.new].map((model) => {
    const service = model.files[0]?.services[0];
    const method = service?.methods[0];
    if (service === undefined || method === undefined) throw new Error("no method");
    return methodSchemas(service, method).args.root;
  });
  return before !== undefined && after !== undefined && sameTypeRef(before, after);
}

describe("random changes", () => {
  test("are explained: where there is no plan, a difference says why, and nowhere else", () => {
    const verdicts = { compatible: 0, conditional: 0, breaking: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const pair = pairOf(seed);
        if (pair === undefined) return;
        const { findings, methods } = pair.comparison;
        const codes = findings.map(({ diagnostic }) => diagnostic.code);
        // Refused, and no difference found: only where one description stands for several maps or results.
        if (codes.includes("VOX5012")) expect(hasEqualHalves(pair)).toBe(true);
        // A difference that no plan sees: only where the ids are the same, one is described wrongly, or a result of
        // unit says nothing about the values.
        if (codes.includes("VOX5011"))
          expect(hasSameId(pair) || hasEqualHalves(pair) || returnsUnit(pair)).toBe(true);
        for (const { oldClient, newClient } of methods) {
          verdicts[oldClient] += 1;
          verdicts[newClient] += 1;
          const isTold = findings.some(
            (one) => one.oldClient !== "compatible" || one.newClient !== "compatible",
          );
          expect(isTold).toBe(oldClient !== "compatible" || newClient !== "compatible");
        }
      }),
      { numRuns: runs },
    );
    for (const [verdict, count] of Object.entries(verdicts)) expect(count, verdict).toBeGreaterThan(50);
  }, 600_000);

  test("do in real calls what the verdict says", async () => {
    const proved = { compatible: 0, breaking: 0 };
    await fc.assert(
      fc.asyncProperty(seeds, async (seed) => {
        const pair = pairOf(seed);
        const [method] = pair?.comparison.methods ?? [];
        if (pair === undefined || method === undefined) return;
        // Misread types are misread in some values only.
        if (pair.comparison.findings.some(({ diagnostic }) => diagnostic.code === "VOX5011")) return;
        const versions = { old: new Version(pair.old), new: new Version(pair.new) };
        const meetings = [
          [method.oldClient, versions.old, versions.new],
          [method.newClient, versions.new, versions.old],
        ] as const;
        for (const [verdict, client, server] of meetings) {
          const met = find(client, "Shop.swap");
          if (met === undefined || verdict === "conditional") continue;
          const outcomes = await meet(met, server, 4);
          if (verdict === "compatible") expect(outcomes).not.toContain("failed");
          else expect(outcomes).toEqual(outcomes.map(() => "failed"));
          proved[verdict] += 1;
        }
      }),
      { numRuns: Math.ceil(runs / 12) },
    );
    expect(Math.min(proved.compatible, proved.breaking)).toBeGreaterThan(5);
  }, 600_000);
});
