/** The deadlines of many calls on one timer. */
import type { Clock, TimerHandle } from "../clock.js";

/** An entry with a deadline. Made with `heapIndex` −1. */
export interface Timed {
  /** On the clock's scale, ms. */
  readonly deadline: number;
  /** Place in the heap; −1 when it is in none. */
  heapIndex: number;
}

/** A heap ordered by deadline, and one timer for the earliest. No timer is armed while it is empty. */
export class Deadlines<T extends Timed> {
  readonly #clock: Clock;
  readonly #onExpired: (entry: T) => void;
  readonly #heap: T[] = [];
  #timer: TimerHandle | undefined = undefined;
  /** When the armed timer fires; it may be earlier than the earliest deadline, never later. */
  #armedFor = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, onExpired: (entry: T) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#heap.length;
  }

  add(entry: T): void {
    this.#place(entry, this.#heap.length);
    this.#rise(entry);
    if (entry.deadline < this.#armedFor) this.#arm(entry.deadline);
  }

  /** Takes an entry out; does nothing when the entry is not in the heap. */
  remove(entry: T): void {
    const index = entry.heapIndex;
    if (index < 0) return;
    entry.heapIndex = -1;
    const last = this.#heap.pop();
    if (last !== undefined && last !== entry) {
      this.#place(last, index);
      this.#rise(last);
      this.#sink(last);
    }
    if (this.#heap.length === 0) this.#disarm();
  }

  #arm(deadline: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#armedFor = deadline;
    this.#timer = this.#clock.setTimer(Math.max(0, deadline - this.#clock.now()), this.#fire);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
  }

  readonly #fire = (): void => {
    this.#timer = undefined;
    this.#armedFor = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.deadline <= now; first = this.#heap[0]) {
      this.remove(first);
      this.#onExpired(first);
    }
    const first = this.#heap[0];
    if (first !== undefined && first.deadline < this.#armedFor) this.#arm(first.deadline);
  };

  #place(entry: T, index: number): void {
    this.#heap[index] = entry;
    entry.heapIndex = index;
  }

  #rise(entry: T): void {
    while (entry.heapIndex > 0) {
      const index = entry.heapIndex;
      const parent = this.#heap[(index - 1) >> 1];
      if (parent === undefined || parent.deadline <= entry.deadline) return;
      this.#place(parent, index);
      this.#place(entry, (index - 1) >> 1);
    }
  }

  #sink(entry: T): void {
    for (;;) {
      const index = entry.heapIndex;
      const left = this.#heap[2 * index + 1];
      const right = this.#heap[2 * index + 2];
      const child =
        right !== undefined && left !== undefined && right.deadline < left.deadline ? right : left;
      if (child === undefined || child.deadline >= entry.deadline) return;
      const childIndex = child.heapIndex;
      this.#place(child, index);
      this.#place(entry, childIndex);
    }
  }
}
