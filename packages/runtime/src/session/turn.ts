/**
 * How much of one turn of the event loop may go to sending items. With a large window and a fast reader, a loop of
 * `await tx.send()` never waits. It would keep the turn for itself, and nothing else in the process would run.
 *
 * ```
 *  fresh ──first item──► running ──time is over──► over ──others have had their turn──► fresh
 * ```
 */
import type { Clock } from "../clock.js";

/** Milliseconds of one turn. */
const turnMs = 5;
/** Work between two looks at the clock: an item counts 1, and 1 more for each 4 KiB. */
const workBetweenChecks = 16;
const bytesOfWork = 12;

/** The time that all senders with one clock share. With a share for each sender, many senders would take too much. */
export class Turn {
  readonly #clock: Clock;
  #work = 0;
  #startedAt = 0;
  #isRunning = false;
  #over: Promise<void> | undefined = undefined;
  #resolve: () => void = () => {};

  /** @param clock measures how long the turn has lasted */
  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether nothing more should be sent before others have had their turn. */
  get isOver(): boolean {
    return this.#over !== undefined;
  }

  /** Resolves when others have had their turn; undefined while there is time. */
  get rest(): Promise<void> | undefined {
    return this.#over;
  }

  /** Counts an item that has left. */
  spend(bytes: number): void {
    if (!this.#isRunning) this.#begin();
    this.#work += 1 + (bytes >>> bytesOfWork);
    if (this.#work < workBetweenChecks || this.#over !== undefined) return;
    this.#work = 0;
    if (this.#clock.now() - this.#startedAt < turnMs) return;
    this.#over = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  #begin(): void {
    this.#isRunning = true;
    this.#work = 0;
    this.#startedAt = this.#clock.now();
    yieldTurn(this.#onOver);
  }

  readonly #onOver = (): void => {
    this.#isRunning = false;
    this.#over = undefined;
    this.#resolve();
  };
}

const turns = /*@__PURE__*/ new WeakMap<Clock, Turn>();

/** The turn that all senders with this clock share. */
export function turnOf(clock: Clock): Turn {
  let turn = turns.get(clock);
  if (turn === undefined) {
    turn = new Turn(clock);
    turns.set(clock, turn);
  }
  return turn;
}

/** Calls back after the event loop has looked for input. Only Node has a way without a delay. */
function yieldTurn(callback: () => void): void {
  if (typeof setImmediate === "function") setImmediate(callback);
  else setTimeout(callback, 0);
}
