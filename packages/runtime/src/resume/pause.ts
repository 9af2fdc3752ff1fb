/** Waiting on a clock. */
import type { Clock } from "../clock.js";

/** Resolves after `ms`, or when the signal is aborted: look at it. */
export function pause(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const onOver = (): void => {
      clock.clearTimer(timer);
      signal?.removeEventListener("abort", onOver);
      resolve();
    };
    const timer = clock.setTimer(ms, onOver);
    signal?.addEventListener("abort", onOver);
  });
}
