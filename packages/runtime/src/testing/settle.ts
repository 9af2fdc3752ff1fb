/** Waiting for what happens without the time passing. */
import { plansOnTheirWay } from "../driver/plans.js";

/**
 * Resolves when everything that is under way has happened: all promise callbacks, all frames on memory links, the loading
 * of the code that reads other versions of types. What waits for a clock, a socket or a timer has not.
 */
export function settle(): Promise<void> {
  return after(macrotask);
}

/** Resolves when all promise callbacks have run, those that they lead to included. Quicker than {@link settle} in Node. */
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
