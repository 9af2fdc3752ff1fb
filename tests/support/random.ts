/** Numbers that look random and are the same for the same seed. */
export class Random {
  private state: number;

  /** @param seed a whole number; its lower 32 bits count */
  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** A number from 0 to just below 1. */
  fraction(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  /** True `part` of the time. */
  chance(part: number): boolean {
    return this.fraction() < part;
  }

  /** One of several. @throws RangeError when there is none */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("nothing to pick from");
    return items[this.integer(0, items.length - 1)] as T;
  }
}
