/** Attempts one after the other, with growing pauses. */
import type { Clock } from "../clock.js";

/** How long the pauses between attempts are. */
export interface BackoffDelays {
  /** Bound of the first pause, ms. */
  readonly minDelayMs: number;
  /** The bound doubles with each pause up to this, ms. */
  readonly maxDelayMs: number;
  /** Part of its bound that a pause lasts, 0 to 1. Default: all of it. */
  readonly random?: (() => number) | undefined;
}

/** Pauses that double. */
export class Backoff {
  private readonly options: BackoffDelays;
  private readonly clock: Clock;
  private boundMs: number;

  constructor(options: BackoffDelays, clock: Clock) {
    this.options = options;
    this.clock = clock;
    this.boundMs = options.minDelayMs;
  }

  /**
   * Resolves after the next pause, or when the signal is aborted: look at it.
   * @param mostMs longest that it may last
   */
  pause(signal: AbortSignal | undefined, mostMs = Number.POSITIVE_INFINITY): Promise<void> {
    const { maxDelayMs, random = () => 1 } = this.options;
    const ms = Math.min(Math.round(this.boundMs * random()), mostMs);
    this.boundMs = Math.min(2 * this.boundMs, maxDelayMs);
    return wait(ms, this.clock, signal);
  }
}

function wait(ms: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
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
