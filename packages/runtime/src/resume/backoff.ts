/** Growing pauses between attempts. */
import { whenAborted } from "../call/abort-watch.js";
import { callOut, ignore } from "../call/call-out.js";
import type { Clock } from "../clock.js";
import { shown } from "../options/checks.js";

/** How long the pauses between attempts are. */
export interface BackoffDelays {
  /** Bound of the first pause, ms. */
  readonly minDelayMs: number;
  /** Largest bound, ms. The bound doubles with each pause up to this. */
  readonly maxDelayMs: number;
  /** Returns the part of its bound that a pause lasts, 0 to 1. Default: the whole bound. */
  readonly jitter?: (() => number) | undefined;
}

/** Pauses that double. */
export class Backoff {
  readonly #options: BackoffDelays;
  readonly #clock: Clock;
  #boundMs: number;

  constructor(options: BackoffDelays, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
    this.#boundMs = options.minDelayMs;
  }

  /** The next pause is the first again. */
  reset(): void {
    this.#boundMs = this.#options.minDelayMs;
  }

  /**
   * Resolves after the next pause, or when the signal is aborted: check the signal then.
   * @param mostMs the longest time that the pause may last
   */
  pause(signal: AbortSignal | undefined, mostMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { maxDelayMs, jitter = () => 1 } = this.#options;
    const ms = Math.min(partOf(this.#boundMs, jitter()), mostMs);
    this.#boundMs = Math.min(2 * this.#boundMs, maxDelayMs);
    return wait(ms, this.#clock, signal);
  }
}

/** @throws RangeError when `jitter` has not returned a number of 0 to 1 */
function partOf(boundMs: number, part: number): number {
  if (!(part >= 0 && part <= 1)) {
    // An async function has returned a promise, which may reject.
    callOut(() => part, ignore);
    throw new RangeError(`reconnect.jitter must give a number of 0 to 1, got ${shown(part)}`);
  }
  return part === 0 ? 0 : Math.round(boundMs * part);
}

function wait(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const onOver = (): void => {
      clock.clearTimer(timer);
      unwatch();
      resolve();
    };
    const timer = clock.setTimer(ms, onOver);
    const unwatch = whenAborted(signal, onOver);
  });
}
