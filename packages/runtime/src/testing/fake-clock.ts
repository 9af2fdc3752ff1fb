/** A clock that a test moves by hand. */
import type { Clock, TimerHandle } from "../clock.js";
import { callback as checkCallback, duration } from "../options/checks.js";
import { microtasks } from "./settle.js";

interface Timer {
  readonly at: number;
  /** Timers of one moment fire in the order in which they were set. */
  readonly order: number;
  readonly callback: () => void;
}

/**
 * A clock whose time passes only when a test moves it. Pass it as `clock` to `openSession`, `acceptSession` or
 * `connectPair` to test timeouts without waiting.
 */
export class FakeClock implements Clock {
  #time = 0;
  #order = 0;
  readonly #timers = new Set<Timer>();

  /** The number of armed timers: 0 when nothing waits for time to pass. */
  get armed(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#time;
  }

  setTimer(delayMs: number, callback: () => void): TimerHandle {
    checkCallback(callback, "callback");
    if (Number.isNaN(delayMs)) throw new RangeError("a timer takes a number of milliseconds, not NaN");
    const timer: Timer = { at: this.#time + Math.max(0, delayMs), order: this.#order, callback };
    this.#order += 1;
    this.#timers.add(timer);
    return timer;
  }

  clearTimer(timer: TimerHandle): void {
    this.#timers.delete(timer as Timer);
  }

  /**
   * Lets time pass in one step. Timers that are due fire in their order, and so do timers that they set. Promise
   * callbacks run only afterwards: see {@link elapse} for time in which programs run.
   * @param ms how long
   * @throws what a callback of a timer throws
   */
  advance(ms: number): void {
    duration(ms, "ms");
    duration(ms, "ms");
    const until = this.#time + ms;
    for (let timer = this.#earliest(); timer !== undefined && timer.at <= until; timer = this.#earliest()) {
      this.#fire(timer);
    }
    this.#time = until;
  }

  /**
   * Lets time pass from timer to timer. After each timer it waits for everything that the timer has started. So a call
   * over a link with latency gets its answer within this time, and a call that is retried is retried within it.
   * @param ms how long
   * @throws what a callback of a timer throws
   */
  async elapse(ms: number): Promise<void> {
    duration(ms, "ms");
    duration(ms, "ms");
    const until = this.#time + ms;
    await microtasks();
    for (let timer = this.#earliest(); timer !== undefined && timer.at <= until; timer = this.#earliest()) {
      this.#fire(timer);
      await microtasks();
    }
    this.#time = Math.max(this.#time, until);
  }

  /**
   * Lets time pass as {@link elapse} does until a promise has settled, and no longer.
   * @returns the value of the promise
   * @throws what the promise rejects with
   * @throws Error when no timer is armed any more and the promise has not settled
   */
  async until<T>(promise: PromiseLike<T>): Promise<T> {
    let isSettled = false;
    const settle = (): void => {
      isSettled = true;
    };
    promise.then(settle, settle);
    await microtasks();
    while (!isSettled) {
      const timer = this.#earliest();
      if (timer === undefined)
        throw new Error(
          `nothing will happen any more: the promise waits, and no timer is armed at ${this.#time} ms`,
        );
      this.#fire(timer);
      await microtasks();
    }
    return promise;
  }

  /**
   * Lets time pass in which the machine sleeps: timers that are due fire afterwards, all late.
   * @param ms how long
   */
  sleep(ms: number): void {
    this.#time += ms;
    this.advance(0);
  }

  #fire(timer: Timer): void {
    this.#timers.delete(timer);
    this.#time = Math.max(this.#time, timer.at);
    timer.callback();
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (first === undefined || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}
