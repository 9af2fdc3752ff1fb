/** Links in their handshake. Their number is bounded, and a silent peer cannot keep others out. */
import type { Clock } from "../clock.js";

/** Silence after which a link has to make room, ms: an honest handshake takes two round trips. */
const graceMs = 1000;

/** The handshakes that a server has under way, each with the controller that cancels it. */
export class PendingLinks {
  readonly #limit: number;
  readonly #clock: Clock;
  /** When each began; oldest first. */
  readonly #startedAt = new Map<AbortController, number>();

  /** @param limit handshakes at once */
  constructor(limit: number, clock: Clock) {
    this.#limit = limit;
    this.#clock = clock;
  }

  /** Makes room for one more; cancels the oldest handshake if that is slow. @returns why there is no room */
  makeRoom(): string | undefined {
    if (this.#startedAt.size < this.#limit) return undefined;
    const [oldest] = this.#startedAt;
    if (oldest === undefined || this.#clock.now() - oldest[1] < graceMs)
      return `the server has ${this.#limit} handshakes under way (option maxPendingHandshakes)`;
    this.delete(oldest[0]);
    oldest[0].abort(new Error("slow, and others wait (option maxPendingHandshakes)"));
    return undefined;
  }

  /** Counts one more. @returns the controller that cancels it */
  add(): AbortController {
    const controller = new AbortController();
    this.#startedAt.set(controller, this.#clock.now());
    return controller;
  }

  /** One is over. */
  delete(controller: AbortController): void {
    this.#startedAt.delete(controller);
  }

  /** Cancels all. */
  cancelAll(reason: string): void {
    for (const controller of this.#startedAt.keys()) controller.abort(new Error(reason));
  }
}
