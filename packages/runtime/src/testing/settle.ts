/** Waiting for what happens without the time passing. */

/**
 * Resolves when everything that is under way has happened: all promise callbacks, all frames on memory links. What waits
 * for a clock, a socket or a timer has not.
 */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Resolves when all promise callbacks have run, those that they lead to included. Quicker than {@link settle} in Node. */
export function microtasks(): Promise<void> {
  return typeof setImmediate === "function" ? new Promise((resolve) => setImmediate(resolve)) : settle();
}
