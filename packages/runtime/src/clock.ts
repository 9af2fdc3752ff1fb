/** Opaque handle of a running timer. */
export type TimerHandle = unknown;

/**
 * The only way to time in this library. Protocol cores take one, so that tests drive them with the fake clock
 * of `@voxrpc/runtime/testing`.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale of arbitrary origin. */
  now(): number;
  /** Calls `callback` once, at least `delayMs` from now. */
  setTimer(delayMs: number, callback: () => void): TimerHandle;
  /** Stops a timer; harmless when it has fired or was stopped before. */
  clearTimer(timer: TimerHandle): void;
}

/** The platform's clock: `performance.now` and `setTimeout`. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, callback) => setTimeout(callback, delayMs),
  clearTimer: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
};
