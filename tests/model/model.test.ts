/**
 * Two sessions over a simulated network against a model of what applications may see: nothing lost, duplicated,
 * reordered, hung or left over, whatever is called, sent, cancelled, closed and cut in whatever order.
 *
 * `npm run model -- --steps 1000000 [--seed N]` runs one seed for longer.
 */
import { describe, expect, it } from "vitest";
import { expectNothingUnheard } from "../support/unheard.js";
import { runModel, type Seen } from "./run.js";

const { MODEL_SEED, MODEL_STEPS } = process.env;
const stepsOfSeed = 20_000;
const fixedSeeds = [1, 2, 3, 4, 5];
/** Every kind of outcome that a run must come across, so that the model cannot go blind. */
const expected = [
  ...["Ok", "User", "Cancelled", "Indeterminate", "ConnectionClosed", "SessionShutdown", "Indeterminate"].map(
    (code) => `call ${code}`,
  ),
  ...["ChannelReset", "ChannelClosed", "ConnectionClosed"].map((code) => `send ${code}`),
  ...["sent", "full", "closed"].map((came) => `trySend ${came}`),
  ...["end", "ChannelReset", "ChannelClosed", "ConnectionClosed"].map((how) => `stream ${how}`),
  ...["resolved", "Error: the source has failed", "ChannelClosed", "ConnectionClosed"].map(
    (how) => `sendAll ${how}`,
  ),
  ...["Ok", "Rejected", "Cancelled", "ConnectTimeout"].map((code) => `open ${code}`),
  ...[
    "item",
    "closed line",
    "one more client",
    "released root",
    "root without clients",
    "closed session",
    "cut",
    "silence",
    "lost link",
    "link again",
  ],
];

const seen = new Map<string, number>();
function keep(counts: Seen): void {
  for (const [what, count] of counts) seen.set(what, (seen.get(what) ?? 0) + count);
}

expectNothingUnheard();

function defineShortRuns(): void {
  it.each(fixedSeeds)(
    `${stepsOfSeed} steps from seed %i`,
    async (seed) => {
      keep(await runModel(seed, stepsOfSeed));
    },
    120_000,
  );

  it("these come across everything that can happen", () => {
    expect([...seen.keys()].sort()).toEqual(expect.arrayContaining(expected.sort()));
  });

  it(`${stepsOfSeed} steps from a fresh seed`, async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    console.log(`model: fresh seed ${seed}`);
    await runModel(seed, stepsOfSeed);
  }, 120_000);
}

function defineLongRun(seed: number, steps: number): void {
  it(`${steps} steps from seed ${seed}`, { timeout: 0 }, async () => {
    console.log(`model: seed ${seed}, ${steps} steps`);
    keep(await runModel(seed, steps));
    const counts = [...seen].map(([what, count]) => `${what}: ${count}`).sort();
    console.log(`model: ${counts.join(", ")}`);
  });
}

describe("sessions behave as the model says", () => {
  if (MODEL_STEPS === undefined) defineShortRuns();
  else defineLongRun(Number(MODEL_SEED), Number(MODEL_STEPS));
});
