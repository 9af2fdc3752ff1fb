/** Limits how long one link is read without a break, so that other links have their turn. */

/**
 * Milliseconds for which one link is read without a break. Other links have their turn then, although the kernel may
 * hold megabytes of this one.
 */
const turnMs = 5;
/** Frames between two looks at the clock. A large frame causes a look of its own. */
const framesBetweenChecks = 8;
const largeFrameBytes = 16 * 1024;

/** Measures one turn. It looks at the clock only now and then: a look costs more than a small frame. */
export class ReadingTurn {
  /** Whether the time is over. */
  isOver = false;
  /** On the platform's clock. */
  #startedAt = 0;
  #framesSinceCheck = 0;

  begin(): void {
    this.#startedAt = performance.now();
    this.isOver = false;
    this.#framesSinceCheck = 0;
  }

  /** Counts a frame that was delivered. */
  count(bytes: number): void {
    this.#framesSinceCheck += 1;
    if (this.#framesSinceCheck >= framesBetweenChecks || bytes > largeFrameBytes) this.look();
  }

  /** Looks at the time. @returns whether it is over */
  look(): boolean {
    this.#framesSinceCheck = 0;
    this.isOver = performance.now() - this.#startedAt >= turnMs;
    return this.isOver;
  }
}
