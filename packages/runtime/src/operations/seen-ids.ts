/** The ids of operations that were started, as ranges, because ids are counters. */
import type { WireId } from "../wire/message.js";

/** The most ranges that are kept. */
const maxRanges = 1024;

/** Ids of one connection. Past a bound, `has` is true for some ids that were not added; it never misses an id. */
export class SeenIds {
  /** First and last of each range, ascending. */
  readonly #ranges: number[] = [];
  /** Ids from 2^53 on. */
  readonly #large = new Set<bigint>();
  #isLargeFull = false;

  has(id: WireId): boolean {
    if (typeof id === "bigint") return this.#isLargeFull || this.#large.has(id);
    const at = this.#indexOf(id);
    return at >= 0 && id <= (this.#ranges[at + 1] as number);
  }

  add(id: WireId): void {
    if (typeof id === "bigint") {
      this.#large.add(id);
      this.#isLargeFull ||= this.#large.size > maxRanges;
      if (this.#isLargeFull) this.#large.clear();
      return;
    }
    const ranges = this.#ranges;
    const end = ranges.length - 1;
    if (end > 0 && ranges[end] === id - 1) {
      ranges[end] = id;
      return;
    }
    if (this.has(id)) return;
    const at = this.#indexOf(id);
    const joinsBefore = at >= 0 && ranges[at + 1] === id - 1;
    const joinsAfter = ranges[at + 2] === id + 1;
    if (joinsBefore && joinsAfter) ranges.splice(at + 1, 2);
    else if (joinsBefore) ranges[at + 1] = id;
    else if (joinsAfter) ranges[at + 2] = id;
    else ranges.splice(at + 2, 0, id, id);
    // The gap between the two lowest is the oldest.
    if (ranges.length > 2 * maxRanges) ranges.splice(1, 2);
  }

  /** The operation may run again. */
  delete(id: WireId): void {
    if (typeof id === "bigint") {
      this.#large.delete(id);
      return;
    }
    if (!this.has(id)) return;
    const ranges = this.#ranges;
    const at = this.#indexOf(id);
    const first = ranges[at] as number;
    const last = ranges[at + 1] as number;
    const left = first < id ? [first, id - 1] : [];
    const right = id < last ? [id + 1, last] : [];
    ranges.splice(at, 2, ...left, ...right);
  }

  clear(): void {
    this.#ranges.length = 0;
    this.#large.clear();
    this.#isLargeFull = false;
  }

  /** Index of the last range that begins at or before an id; -2 for none. */
  #indexOf(id: number): number {
    let low = 0;
    let high = this.#ranges.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ranges[2 * middle] as number) <= id) low = middle + 1;
      else high = middle;
    }
    return 2 * (low - 1);
  }
}
