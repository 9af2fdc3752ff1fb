/** Which channel ids of one side are over: a watermark and the exceptions above it. */

import { IdMap } from "../bytes/id-map.js";

/** Ids of one parity, from the first one on. They take little memory when channels end more or less in order. */
export class EndedIds {
  /** Every id up to this one is over. */
  #watermark: number;
  readonly #above = new IdMap<true>();
  readonly #maxExceptions: number;

  /**
   * @param first the smallest id of the parity
   * @param maxExceptions past this many, the oldest gap counts as over: its channel was never used
   */
  constructor(first: number, maxExceptions: number) {
    this.#watermark = first - 2;
    this.#maxExceptions = maxExceptions;
  }

  has(id: number): boolean {
    return id <= this.#watermark || this.#above.has(id);
  }

  add(id: number): void {
    if (this.has(id)) return;
    this.#above.set(id, true);
    if (this.#above.size > this.#maxExceptions) this.#watermark += 2;
    while (this.#above.delete(this.#watermark + 2)) this.#watermark += 2;
  }
}
