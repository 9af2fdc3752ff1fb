/**
 * Links that are cut at any byte: every call settles once, and runs as often as it may. Source: `protocol/calls.md`
 * §6.3.
 */
import { channel, type Result } from "@voxrpc/runtime";
import { type SimulatedPairOptions, settle } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";
import { Resumable, type ResumableOptionsOfTest } from "../support/resumable.js";

type Kind = "volatile" | "persist" | "idempotent" | "stream";

/** One call, made when so many ms have passed; its handler takes a while. */
interface Step {
  readonly kind: Kind;
  readonly afterMs: number;
  readonly takesMs: number;
}

interface Plan {
  readonly steps: readonly Step[];
  /** Bytes that pass on each link before it is cut, there and back; the last link stays. */
  readonly cuts: readonly (readonly [toServer: number, toClient: number])[];
  readonly latencyMs: number;
  /** Before which links the acceptor forgets everybody. */
  readonly forgets: readonly number[];
}

interface Outcome {
  readonly kind: Kind;
  /** Value or code of the error. */
  result: unknown;
  settled: number;
  runs: number;
  /** What its stream has brought. */
  readonly items: number[];
}

/** More than a fresh channel may send. */
const streamedItems = 20;

/** A handshake takes some 7500 bytes to the server and as many back. */
const bytes = fc.oneof(fc.integer({ min: 1, max: 8000 }), fc.integer({ min: 7400, max: 9000 }));
const plans: fc.Arbitrary<Plan> = fc.record({
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom<Kind>("volatile", "persist", "idempotent", "stream"),
      afterMs: fc.integer({ min: 0, max: 40 }),
      takesMs: fc.integer({ min: 0, max: 60 }),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  // The first link has to come up.
  cuts: fc
    .tuple(
      fc.tuple(fc.integer({ min: 7600, max: 9000 }), fc.integer({ min: 7600, max: 9000 })),
      fc.array(fc.tuple(bytes, bytes), { maxLength: 5 }),
    )
    .map(([first, others]) => [first, ...others]),
  latencyMs: fc.integer({ min: 0, max: 15 }),
  forgets: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 1 }),
});

function networkOf({ cuts, latencyMs }: Plan, index: number): SimulatedPairOptions {
  const [toServer, toClient] = cuts[index] ?? [undefined, undefined];
  return {
    both: { latencyMs },
    toServer: { latencyMs, cutAfterBytes: toServer },
    toClient: { latencyMs, cutAfterBytes: toClient },
  };
}

async function run(plan: Plan): Promise<readonly Outcome[]> {
  const outcomes = plan.steps.map(
    ({ kind }): Outcome => ({ kind, result: undefined, settled: 0, runs: 0, items: [] }),
  );
  const work = (index: number): Promise<void> => {
    (outcomes[index] as Outcome).runs += 1;
    return new Promise((resolve) => void pair.clock.setTimer(plan.steps[index]?.takesMs ?? 0, resolve));
  };
  const dispatcher = serveGolden({
    wait: (index) => work(index).then(() => index),
    commit: (index) => work(index).then(() => BigInt(index)),
    lookup: (key) => work(Number(key)).then(() => key),
    count: async (index, many, out) => {
      for (let item = 0; item < many; item++) await out.send(item);
      await work(index);
    },
  });
  const options: ResumableOptionsOfTest = {
    network: (index) => {
      if (plan.forgets.includes(index)) pair.registry = pair.newRegistry();
      return networkOf(plan, index);
    },
  };
  const pair = new Resumable(dispatcher, options);
  const pass = async (ms: number): Promise<void> => {
    for (let each = 0; each < ms; each += 5) {
      pair.clock.advance(Math.min(5, ms - each));
      await settle();
    }
  };
  let isConnected = false;
  const connecting = pair.connect(options).then(() => {
    isConnected = true;
  });
  while (!isConnected) await pass(5);
  await connecting;
  const client = pair.client.client(Golden);
  const make = async (kind: Kind, index: number): Promise<void> => {
    const outcome = outcomes[index] as Outcome;
    const result = await callOf(client, kind, index, outcome.items);
    outcome.settled += 1;
    outcome.result = result.ok ? "ok" : (result.error as { readonly code: string }).code;
  };
  const calls: Promise<void>[] = [];
  for (const [index, { kind, afterMs }] of plan.steps.entries()) {
    await pass(afterMs);
    calls.push(make(kind, index));
  }
  for (let round = 0; round < 100 && outcomes.some(({ settled }) => settled === 0); round++) await pass(100);
  // Handlers without a waiting caller have returned, too.
  await pass(200);
  await Promise.all(calls);
  expect(pair.client.snapshot().connections).toMatchObject([{ requests: [], channels: [] }]);
  await pair.close();
  expect(pair.clock.armed).toBe(0);
  return outcomes;
}

function callOf(
  client: GoldenClient,
  kind: Kind,
  index: number,
  items: number[],
): Promise<Result<unknown, unknown>> {
  switch (kind) {
    case "volatile":
      return client.$try.wait(index);
    case "persist":
      return client.$try.commit(index);
    case "idempotent":
      return client.$try.lookup(String(index));
    case "stream": {
      const { tx, rx } = channel<number>();
      const taking = (async () => {
        for await (const item of rx) items.push(item);
      })();
      return client.$try.count(index, streamedItems, tx).finally(() => taking.catch(() => {}));
    }
  }
}

describe("links that are cut at random", () => {
  it("every call settles once; what may not run twice does not", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(plans, async (plan) => {
        for (const { kind, result, settled, runs, items } of await run(plan)) {
          expect(settled).toBe(1);
          expect(kind === "idempotent" ? ["ok"] : ["ok", "Indeterminate"]).toContain(result);
          if (kind !== "idempotent") expect(runs).toBeLessThanOrEqual(1);
          if (result === "ok") expect(runs).toBeGreaterThanOrEqual(1);
          // A prefix, in order, and all of it when the call went well.
          expect(items).toEqual(Array.from({ length: items.length }, (_, item) => item));
          if (kind === "stream" && result === "ok") expect(items).toHaveLength(streamedItems);
        }
      }),
      { numRuns: 25 },
    );
  });
});
