/** Waits for everything that happens without any time passing. */
import { plansOnTheirWay } from "../driver/plans.js";

/**
 * Resolves when everything that is under way has happened: all promise callbacks, all frames on memory links, and the
 * loading of the code that reads other versions of types. It does not wait for clocks, sockets and timers. It never
 * rejects.
 */
export function settle(): Promise<void> {
  return after(macrotask);
}

/** Resolves when all promise callbacks have run, and all that these add. In Node it is quicker than {@link settle}. */
export function microtasks(): Promise<void> {
  return after(typeof setImmediate === "function" ? immediate : macrotask);
}

/** A turn of the event loop, and one more where code had to be loaded in it. */
async function after(turn: () => Promise<void>): Promise<void> {
  await turn();
  const loading = plansOnTheirWay();
  if (loading === undefined) return;
  await loading;
  await turn();
}

function macrotask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

function immediate(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
