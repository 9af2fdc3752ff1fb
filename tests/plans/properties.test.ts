/** Random pairs of schemas: the plan against an interpreter that is slow and plain. */
import { isDeepStrictEqual } from "node:util";
import { Reader, Writer } from "@voxrpc/runtime/gen/v1";
import {
  buildPlan,
  buildWritingPlan,
  explainPlan,
  type Plan,
  problemText,
} from "@voxrpc/runtime/internal/schema";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePlan } from "../../packages/runtime/src/plan/compile-plan.js";
import { compileWriting } from "../../packages/runtime/src/plan/compile-writing.js";
import { DecodeFault, UnreadableItemFault } from "../../packages/runtime/src/postcard/faults.js";
import { Chance, mutate, randomWorld, type World } from "../support/worlds.js";
import { type Described, schemasOf, shapeOf } from "./describe.js";
import { SlowReader, UnknownVariant } from "./slow-reader.js";
import { encode, randomValue } from "./values.js";

const seeds = fc.noShrink(fc.integer({ min: 0, max: 0xffff_ffff }));
const runs = Number(process.env["VOX_PLAN_RUNS"] ?? 3000);

interface Pair {
  readonly chance: Chance;
  readonly writer: World;
  readonly reader: World;
  readonly remote: Described;
  readonly local: Described;
}

/** Two versions of a program, each with a numbering of its own. */
function pairOf(seed: number): Pair {
  const chance = new Chance(seed);
  const writer = randomWorld(chance);
  const reader = mutate(writer, chance);
  const remote = schemasOf(writer, { offset: 0n, isGeneric: chance.once(2) });
  const local = schemasOf(reader, { offset: chance.once(2) ? 0n : 1000n, isGeneric: chance.once(2) });
  return { chance, writer, reader, remote, local };
}

function planOf({ remote, local }: Pair): Plan | undefined {
  return buildPlan(remote.root, remote.lookup, local.root, local.lookup).plan;
}

function hasNone({ fields }: Extract<Plan["root"], { kind: "struct" }>): boolean {
  return fields.steps.some(({ action }) => action === "none");
}

/** The value, or `unknown` for a variant that the reader does not have. */
function attempt(read: () => unknown): unknown {
  try {
    return { value: read() };
  } catch (error) {
    const isUnknown =
      error instanceof UnknownVariant ||
      error instanceof UnreadableItemFault ||
      (error instanceof DecodeFault && error.reason.startsWith("unknown remote enum variant index"));
    if (isUnknown) return "unknown";
    throw error;
  }
}

describe("plans of random pairs", () => {
  it("exist exactly where a plain reader can read, and read the same values to the last byte", () => {
    const counts = { possible: 0, impossible: 0, unknown: 0, values: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const pair = pairOf(seed);
        const slow = new SlowReader(pair.writer, pair.reader);
        const outcome = buildPlan(pair.remote.root, pair.remote.lookup, pair.local.root, pair.local.lookup);
        const isPossible = slow.canRead();
        const reasons = outcome.problems.map(problemText).join("; ");
        expect(outcome.plan !== undefined, reasons).toBe(isPossible);
        if (outcome.plan === undefined) {
          counts.impossible += 1;
          return;
        }
        counts.possible += 1;
        const read = compilePlan(outcome.plan, shapeOf(pair.reader, pair.chance.once(2)));
        for (let left = 4; left > 0; left--) {
          const value = randomValue(pair.writer, pair.writer.root, pair.chance);
          const bytes = encode(pair.writer, pair.writer.root, value);
          const r = new Reader();
          r.reset(bytes);
          const actual = attempt(() => read(r));
          const expected = attempt(() => slow.read(value));
          if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
          if (actual === "unknown") counts.unknown += 1;
          else expect(r.position).toBe(bytes.length);
          counts.values += 1;
        }
      }),
      { numRuns: runs },
    );
    // All three outcomes must have been seen, or the generator has become dull.
    expect(counts.possible).toBeGreaterThan(runs / 10);
    expect(counts.impossible).toBeGreaterThan(runs / 10);
    expect(counts.unknown).toBeGreaterThan(0);
  });

  it("for writing exist exactly where a plain writer can write, and the peer reads the same values", () => {
    const counts = { possible: 0, impossible: 0, unknown: 0, none: 0 };
    fc.assert(
      fc.property(seeds, (seed) => {
        const { chance, writer, reader, remote, local } = pairOf(seed);
        const slow = new SlowReader(writer, reader, true);
        const outcome = buildWritingPlan(local.root, local.lookup, remote.root, remote.lookup);
        expect(outcome.plan !== undefined, outcome.problems.map(problemText).join("; ")).toBe(slow.canRead());
        if (outcome.plan === undefined) {
          counts.impossible += 1;
          return;
        }
        counts.possible += 1;
        if (outcome.plan.nodes.some((node) => node.kind === "struct" && hasNone(node))) counts.none += 1;
        const write = compileWriting(outcome.plan.root, shapeOf(writer, false));
        const own = buildPlan(local.root, local.lookup, local.root, local.lookup).plan as Plan;
        const read = compilePlan(own, shapeOf(reader, false));
        for (let left = 4; left > 0; left--) {
          const value = randomValue(writer, writer.root, chance);
          const actual = attempt(() => {
            const w = new Writer(1 + chance.integer(64));
            const r = new Reader();
            const end = write(w, 0, value);
            expect(end).toBeLessThanOrEqual(w.limit);
            r.reset(w.buffer, 0, end);
            const taken = read(r);
            expect(r.position).toBe(end);
            return taken;
          });
          const expected = attempt(() => slow.read(value));
          if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected);
          if (actual === "unknown") counts.unknown += 1;
        }
      }),
      { numRuns: Math.ceil(runs / 3) },
    );
    expect(counts.possible).toBeGreaterThan(runs / 30);
    expect(counts.impossible).toBeGreaterThan(runs / 30);
    expect(Math.min(counts.unknown, counts.none)).toBeGreaterThan(0);
  });

  it("of a world with itself are identities", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const pair = pairOf(seed);
        const again = schemasOf(pair.writer, { offset: 77n, isGeneric: pair.chance.once(2) });
        const { plan } = buildPlan(pair.remote.root, pair.remote.lookup, again.root, again.lookup);
        expect(plan?.root.same).toBe(true);
        expect(plan?.nodes.every(({ same }) => same)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("never read damaged bytes with anything but a fault", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const pair = pairOf(seed);
        const plan = planOf(pair);
        if (plan === undefined) return;
        const read = compilePlan(plan, shapeOf(pair.reader, false));
        const value = randomValue(pair.writer, pair.writer.root, pair.chance);
        const bytes = encode(pair.writer, pair.writer.root, value);
        for (let left = 10; left > 0; left--) {
          const damaged = bytes.slice(0, pair.chance.integer(bytes.length + 1));
          if (damaged.length > 0) damaged[pair.chance.integer(damaged.length)] = pair.chance.integer(256);
          const r = new Reader();
          r.reset(damaged);
          try {
            read(r);
            expect(r.position).toBeLessThanOrEqual(damaged.length);
          } catch (error) {
            expect(error).toBeInstanceOf(DecodeFault);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("are explained without fail, with a line for each problem", () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { remote, local } = pairOf(seed);
        const explained = explainPlan(remote, local);
        const impossible = explained.lines.filter(({ action }) => action === "impossible");
        if (explained.isPossible) expect(explained.problems).toEqual([]);
        else expect(impossible).toHaveLength(explained.problems.length);
        expect(String(explained)).not.toBe("");
      }),
      { numRuns: 500 },
    );
  });
});
