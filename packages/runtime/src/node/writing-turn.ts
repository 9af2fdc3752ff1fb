/**
 * Limits how long large batches are written without a break. While the kernel takes all bytes at once, a socket reports
 * each write within the same turn of the event loop. A link that writes more at each report would keep the turn.
 */
import { systemClock } from "../clock.js";
import { turnOf } from "../session/turn.js";

/** The breaks of one link. All links, and all streams on them, share the time of one turn. */
export class WritingTurn {
  readonly #turn = turnOf(systemClock);
  #isWaiting = false;

  /** Counts bytes that the socket got. */
  spend(bytes: number): void {
    this.#turn.spend(bytes);
  }

  /** Calls back after a break when the time is over. @returns false, and does nothing, while there is time */
  defer(callback: () => void): boolean {
    if (this.#isWaiting) return true;
    const { rest } = this.#turn;
    if (rest === undefined) return false;
    this.#isWaiting = true;
    void rest.then(() => {
      this.#isWaiting = false;
      callback();
    });
    return true;
  }
}
