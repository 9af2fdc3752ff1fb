/** Memory that one session's peer makes us hold in decoded values: arguments of handlers at work, items not taken. */
import type { Limits } from "../limits.js";

/** The budget of one session, for all its connections. */
export class DecodedBudget {
  private readonly limits: Pick<Limits, "maxDecodedBytes" | "maxSessionDecodedBytes">;
  private held = 0;

  constructor(limits: Pick<Limits, "maxDecodedBytes" | "maxSessionDecodedBytes">) {
    this.limits = limits;
  }

  /** What the next payload may take, bytes. */
  get room(): number {
    const { maxDecodedBytes, maxSessionDecodedBytes } = this.limits;
    return Math.max(0, Math.min(maxDecodedBytes, maxSessionDecodedBytes - this.held));
  }

  /** Whether calls wait for others of their connection to end: half of it is held, and the next one may take the rest. */
  get isHalfHeld(): boolean {
    return this.held > this.limits.maxSessionDecodedBytes / 2;
  }

  /** Values are held, or are not any more (less than 0). */
  hold(bytes: number): void {
    this.held += bytes;
  }
}
