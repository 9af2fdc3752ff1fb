/** Runs the model: random steps from a seed, the same ones each time. */
import { FakeClock } from "@voxrpc/runtime/testing";
import { Random } from "../support/random.js";
import { Journal } from "./journal.js";
import { World } from "./world.js";

/** Steps of one session at most. */
const mostStepsOfSession = 400;
/** Steps that are still made behind its end. */
const stepsBehindTheEnd = 20;

/** Something that may happen: how often, and whether it can at this moment. */
interface Action {
  readonly weight: number;
  readonly act: (world: World) => void | Promise<void>;
  readonly can?: (world: World) => boolean;
}

type Can = "canSend" | "canRead" | "canGive";
const pickFlow = (world: World, can: Can) => world.random.pick(world.flows.filter((flow) => flow[can]));
const some = (world: World, can: Can): boolean => world.flows.some((flow) => flow[can]);

const actions: readonly Action[] = [
  { weight: 12, can: (w) => w.canCall, act: (w) => w.call() },
  {
    weight: 6,
    can: (w) => w.runningCalls.length > 0,
    act: (w) => w.answer(w.random.pick(w.runningCalls), false),
  },
  { weight: 2, can: (w) => w.liveCalls.length > 0, act: (w) => w.random.pick(w.liveCalls).cancel() },
  { weight: 25, can: (w) => some(w, "canSend"), act: (w) => pickFlow(w, "canSend").send() },
  { weight: 8, can: (w) => some(w, "canSend"), act: (w) => pickFlow(w, "canSend").trySend() },
  { weight: 4, can: (w) => some(w, "canSend"), act: (w) => pickFlow(w, "canSend").close() },
  { weight: 2, can: (w) => some(w, "canSend"), act: (w) => pickFlow(w, "canSend").abort() },
  { weight: 3, can: (w) => some(w, "canSend"), act: (w) => pickFlow(w, "canSend").sendAll() },
  { weight: 15, can: (w) => some(w, "canGive"), act: (w) => pickFlow(w, "canGive").give("item") },
  { weight: 1, can: (w) => some(w, "canGive"), act: (w) => pickFlow(w, "canGive").give("failure") },
  { weight: 1, can: (w) => some(w, "canGive"), act: (w) => pickFlow(w, "canGive").give("end") },
  { weight: 30, can: (w) => some(w, "canRead"), act: (w) => pickFlow(w, "canRead").read() },
  { weight: 2, can: (w) => some(w, "canRead"), act: (w) => pickFlow(w, "canRead").cancel() },
  { weight: 3, can: (w) => w.canOpen, act: (w) => w.open() },
  {
    weight: 0.5,
    can: (w) => w.pendingOpenings.length > 0,
    act: (w) => w.cancelOpen(w.random.pick(w.pendingOpenings)),
  },
  {
    weight: 1.5,
    can: (w) => w.closableLines.length > 0,
    act: (w) => w.closeLine(w.random.pick(w.closableLines)),
  },
  { weight: 1, can: (w) => w.canMakeClient, act: (w) => w.makeClient() },
  { weight: 0.2, can: (w) => w.releasable.length > 0, act: (w) => w.release(w.random.pick(w.releasable)) },
  { weight: 15, act: (w) => w.clock.elapse(w.random.integer(0, 30)) },
  { weight: 1, act: (w) => w.clock.elapse(w.random.integer(100, 3000)) },
  { weight: 2, act: (w) => w.changeWeather() },
  { weight: 0.3, act: (w) => w.silence() },
  { weight: 2, act: (w) => w.resume() },
  { weight: 0.2, can: (w) => !w.isDisturbed && !w.isResumable, act: (w) => w.cut() },
  { weight: 1, can: (w) => !w.isDisturbed && w.isResumable, act: (w) => w.cut() },
  { weight: 0.1, can: (w) => !w.isDisturbed, act: (w) => w.closeSession() },
];

function pickAction(world: World): Action {
  const possible = actions.filter(({ can }) => can?.(world) !== false);
  let rest = world.random.fraction() * possible.reduce((total, { weight }) => total + weight, 0);
  for (const action of possible) {
    rest -= action.weight;
    if (rest < 0) return action;
  }
  return possible.at(-1) as Action;
}

/** What a run has come across: how often each kind of outcome was seen. */
export type Seen = ReadonlyMap<string, number>;

/**
 * Runs so many steps from a seed. A longer run of the same seed begins with the same steps.
 * @throws Error when something was not as the model says: with the seed, the step and what led to it
 */
export async function runModel(seed: number, steps: number): Promise<Seen> {
  const random = new Random(seed);
  const journal = new Journal();
  try {
    while (journal.step < steps) await runSession(random, journal, steps);
  } catch (error) {
    const replay = `npm run model -- --seed ${seed} --steps ${journal.step + 1}`;
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`seed ${seed}, step ${journal.step}: ${text}\nto see it again: ${replay}`, {
      cause: error,
    });
  }
  return journal.seen;
}

async function runSession(random: Random, journal: Journal, steps: number): Promise<void> {
  const world = await World.make(random, new FakeClock(), journal);
  let last = Math.min(steps, journal.step + random.integer(10, mostStepsOfSession));
  while (journal.step < last) {
    journal.step += 1;
    const wasDisturbed = world.isDisturbed;
    await pickAction(world).act(world);
    if (world.isDisturbed && !wasDisturbed) last = Math.min(last, journal.step + stepsBehindTheEnd);
    // Without a break the next step meets what this one has begun.
    if (random.chance(0.6)) {
      await world.clock.elapse(0);
      world.check();
    }
  }
  await world.clock.elapse(0);
  world.check();
  await world.finish();
}
