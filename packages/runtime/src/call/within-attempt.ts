/** The time of an attempt, and the signal that ends it earlier. */

import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import { cancelledBefore, notLoaded, SessionError } from "../errors.js";
import { whenAborted } from "./abort-watch.js";

/** The bounds of an attempt. */
export interface Attempt {
  readonly timeoutMs: number;
  readonly clock: Clock | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Does work that may never end, such as loading code.
 * @param goal what the attempt is for, like `the session was established`
 * @param late what has not happened when the time is over
 * @param work its signal is aborted when the attempt is over
 * @throws SessionError `ConnectTimeout` when the time is over
 * @throws VoxError `Cancelled` when the signal of the attempt is aborted
 */
export function withinAttempt<T>(
  { timeoutMs, clock = systemClock, signal }: Attempt,
  goal: string,
  late: string,
  work: (over: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  let timer: TimerHandle;
  let unwatch: (() => void) | undefined;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(cancelledBefore(goal, signal?.reason));
    timer = clock.setTimer(timeoutMs, () =>
      reject(new SessionError("ConnectTimeout", `connect timeout: ${late} within ${timeoutMs} ms`)),
    );
    if (signal?.aborted === true) return onAbort();
    unwatch = whenAborted(signal, onAbort);
    work(over.signal).then(resolve, reject);
  }).finally(() => {
    clock.clearTimer(timer);
    unwatch?.();
    over.abort();
  });
}

/**
 * Waits for code that is loaded on demand.
 * @param what the code does
 * @throws SessionError `Io` when it cannot be loaded
 */
export function loaded<T>(code: Promise<T>, what: string): Promise<T> {
  return code.catch((cause: unknown) => {
    throw notLoaded(what, cause);
  });
}
