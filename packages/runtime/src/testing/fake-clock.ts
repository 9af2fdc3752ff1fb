/** A clock that tests wind by hand. */
import type { Clock, TimerHandle } from "../clock.js";

interface Timer {
  readonly at: number;
  /** Timers of one moment fire in the order in which they were set. */
  readonly order: number;
  readonly callback: () => void;
}

/**
 * Time that passes only when {@link advance} is called. Give it to `initiate`, `accept` or `connectPair` as `clock`, and
 * timeouts can be tested without waiting.
 */
export class FakeClock implements Clock {
  private time = 0;
  private order = 0;
  private readonly timers = new Set<Timer>();

  /** Timers that are armed: 0 when nothing waits for the time to pass. */
  get armed(): number {
    return this.timers.size;
  }

  now(): number {
    return this.time;
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    const timer: Timer = { at: this.time + Math.max(0, delayMs), order: this.order, callback };
    this.order += 1;
    this.timers.add(timer);
    return timer;
  }

  clearTimer(timer: TimerHandle): void {
    this.timers.delete(timer as Timer);
  }

  /**
   * Lets time pass; timers that are due fire in their order, those that they set included.
   * @param ms how long
   */
  advance(ms: number): void {
    const until = this.time + ms;
    for (let timer = this.earliest(); timer !== undefined && timer.at <= until; timer = this.earliest()) {
      this.timers.delete(timer);
      this.time = timer.at;
      timer.callback();
    }
    this.time = until;
  }

  private earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}
