/** Opaque handle of a running timer. */
export type TimerHandle = unknown;

/**
 * The source of all times and timers in this library. Protocol cores take a clock, so that tests drive them with the
 * fake clock of `@voxrpc/runtime/testing`.
 */
export interface Clock {
  /** Milliseconds on a monotonic scale of arbitrary origin: setting the wall clock does not move it. */
  now(): number;
  /**
   * Calls `callback` once, at least `delayMs` from now. It takes any duration: a timer of `Infinity` never fires, and a
   * timer of 0 or less fires as soon as other code has had its turn.
   * @throws RangeError when `delayMs` is `NaN`
   */
  setTimer(delayMs: number, callback: () => void): TimerHandle;
  /** Stops a timer; harmless when it has fired or was stopped before. */
  clearTimer(timer: TimerHandle): void;
}

/** The longest delay of `setTimeout`, ms: it treats a longer one as 1 ms. */
const longestTimeoutMs = 0x7fff_ffff;

/**
 * A timer of the platform, in as many steps as `setTimeout` needs for the delay. When the time is over, the callback
 * waits until the event loop has read arrived data. So a process that was busy or suspended reads an answer before the
 * timer of its call fires.
 */
class PlatformTimer {
  #leftMs: number;
  readonly #callback: () => void;
  #timeout: ReturnType<typeof setTimeout> | undefined = undefined;
  #immediate: ReturnType<typeof setImmediate> | undefined = undefined;

  constructor(delayMs: number, callback: () => void) {
    this.#leftMs = delayMs;
    this.#callback = callback;
    this.#step();
  }

  stop(): void {
    clearTimeout(this.#timeout);
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
  }

  readonly #step = (): void => {
    const leftMs = this.#leftMs;
    // An infinite delay keeps a timeout, too: a process lives as long as it waits.
    this.#leftMs = leftMs - longestTimeoutMs;
    this.#timeout =
      leftMs > longestTimeoutMs
        ? setTimeout(this.#step, longestTimeoutMs)
        : setTimeout(this.#onOver, Math.max(0, leftMs));
  };

  readonly #onOver = (): void => {
    // Browsers have no `setImmediate`.
    if (typeof setImmediate === "function") this.#immediate = setImmediate(this.#callback);
    else this.#callback();
  };
}

/** The platform's clock: `performance.now` and `setTimeout`, for durations of any length. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(delayMs, callback) {
    if (Number.isNaN(delayMs)) throw new RangeError("a timer takes a number of milliseconds, not NaN");
    return new PlatformTimer(delayMs, callback);
  },
  clearTimer(timer) {
    if (timer instanceof PlatformTimer) timer.stop();
  },
};
