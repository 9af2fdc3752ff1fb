/** Opaque handle of a running timer. */
export type TimerHandle = unknown;

/**
 * The only way to time in this library. Protocol cores take one, so that tests drive them with the fake clock
 * of `@voxrpc/runtime/testing`.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale of arbitrary origin: a wall clock that is set does not move it. */
  now(): number;
  /**
   * Calls `callback` once, at least `delayMs` from now. Any duration is taken: `Infinity` is a timer that never fires, and
   * one of 0 or below fires as soon as others may run.
   */
  setTimer(delayMs: number, callback: () => void): TimerHandle;
  /** Stops a timer; harmless when it has fired or was stopped before. */
  clearTimer(timer: TimerHandle): void;
}

/** The longest delay of `setTimeout`, ms: it takes a longer one for 1 ms. */
const longestTimeoutMs = 0x7fff_ffff;

/** A delay in as many steps as `setTimeout` needs for it. */
class LongTimer {
  private leftMs: number;
  private readonly callback: () => void;
  private timeout: ReturnType<typeof setTimeout> | undefined = undefined;

  constructor(delayMs: number, callback: () => void) {
    this.leftMs = delayMs;
    this.callback = callback;
    this.step();
  }

  stop(): void {
    clearTimeout(this.timeout);
  }

  private readonly step = (): void => {
    const { leftMs } = this;
    // An infinite delay keeps a timeout, too: a process lives as long as it waits.
    this.leftMs = leftMs - longestTimeoutMs;
    this.timeout =
      leftMs > longestTimeoutMs
        ? setTimeout(this.step, longestTimeoutMs)
        : setTimeout(this.callback, Math.max(0, leftMs));
  };
}

/** The platform's clock: `performance.now` and `setTimeout`, for durations of any length. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(delayMs, callback) {
    if (Number.isNaN(delayMs)) throw new RangeError("a timer takes a number of milliseconds, not NaN");
    if (delayMs > longestTimeoutMs) return new LongTimer(delayMs, callback);
    return setTimeout(callback, delayMs);
  },
  clearTimer(timer) {
    if (timer instanceof LongTimer) timer.stop();
    else clearTimeout(timer as ReturnType<typeof setTimeout>);
  },
};
