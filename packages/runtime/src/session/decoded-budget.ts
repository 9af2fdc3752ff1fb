/** Memory that decoded values of one peer take: arguments of handlers that run, and items that are not taken yet. */
import type { Limits } from "../limits.js";

/** The budget of one session, for all its connections. */
export class DecodedBudget {
  readonly #limits: Pick<Limits, "maxDecodedBytes" | "maxSessionDecodedBytes">;
  #held = 0;

  constructor(limits: Pick<Limits, "maxDecodedBytes" | "maxSessionDecodedBytes">) {
    this.#limits = limits;
  }

  /** What the next payload may take, bytes. */
  get room(): number {
    const { maxDecodedBytes, maxSessionDecodedBytes } = this.#limits;
    return Math.max(0, Math.min(maxDecodedBytes, maxSessionDecodedBytes - this.#held));
  }

  /** Whether calls wait until others of their connection end: half is held, and the next call may take the rest. */
  get isHalfHeld(): boolean {
    return this.#held > this.#limits.maxSessionDecodedBytes / 2;
  }

  /** Values are held, or are not any more (less than 0). */
  hold(bytes: number): void {
    this.#held += bytes;
  }
}
