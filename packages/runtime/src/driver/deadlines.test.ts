import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Clock } from "../clock.js";
import { Deadlines, type Timed } from "./deadlines.js";

/** The smallest clock that can be wound by hand. */
class HandClock implements Clock {
  time = 0;
  readonly timers = new Map<number, { at: number; callback: () => void }>();
  #following = 1;
  now(): number {
    return this.time;
  }
  setTimer(delayMs: number, callback: () => void): number {
    this.timers.set(this.#following, { at: this.time + delayMs, callback });
    return this.#following++;
  }
  clearTimer(timer: unknown): void {
    this.timers.delete(timer as number);
  }
  advanceTo(time: number): void {
    for (;;) {
      const due = [...this.timers]
        .filter(([, timer]) => timer.at <= time)
        .sort((a, b) => a[1].at - b[1].at)[0];
      if (due === undefined) break;
      this.timers.delete(due[0]);
      this.time = due[1].at;
      due[1].callback();
    }
    this.time = time;
  }
}

const entry = (deadline: number): Timed => ({ deadline, heapIndex: -1 });

describe("Deadlines", () => {
  it("holds one timer for many entries and none when empty", () => {
    const clock = new HandClock();
    const deadlines = new Deadlines(clock, () => {});
    const entries = [30, 10, 20].map(entry);
    for (const each of entries) deadlines.add(each);
    expect(clock.timers.size).toBe(1);
    for (const each of entries) deadlines.remove(each);
    expect(clock.timers.size).toBe(0);
    expect(deadlines.size).toBe(0);
  });

  it("ignores the removal of what is not in it", () => {
    const deadlines = new Deadlines(new HandClock(), () => {});
    const other = entry(1);
    deadlines.remove(other);
    expect(deadlines.size).toBe(0);
  });

  it("expires each entry once, in order, not before its time, and never a removed one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ at: fc.integer({ min: 1, max: 50 }), removed: fc.boolean() }), {
          maxLength: 60,
        }),
        (plan) => {
          const clock = new HandClock();
          const expired: { at: number; time: number }[] = [];
          const deadlines = new Deadlines<Timed>(clock, (each) =>
            expired.push({ at: each.deadline, time: clock.now() }),
          );
          const entries = plan.map(({ at }) => entry(at));
          for (const each of entries) deadlines.add(each);
          entries.forEach((each, index) => {
            if (plan[index]?.removed) deadlines.remove(each);
          });
          for (let time = 1; time <= 50; time++) clock.advanceTo(time);
          const expected = plan.filter(({ removed }) => !removed).map(({ at }) => at);
          expect(expired.map(({ at }) => at)).toEqual(expected.sort((a, b) => a - b));
          expect(expired.every(({ at, time }) => time === at)).toBe(true);
          expect(clock.timers.size).toBe(0);
        },
      ),
    );
  });

  it("keeps its timer right when an expired entry adds another", () => {
    const clock = new HandClock();
    const times: number[] = [];
    const deadlines: Deadlines<Timed> = new Deadlines(clock, () => {
      times.push(clock.now());
      if (times.length < 3) deadlines.add(entry(clock.now() + 5));
    });
    deadlines.add(entry(5));
    clock.advanceTo(100);
    expect(times).toEqual([5, 10, 15]);
    expect(clock.timers.size).toBe(0);
  });
});
