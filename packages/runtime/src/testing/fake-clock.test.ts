import { describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.js";

describe("FakeClock", () => {
  it("fires what is due, in order, at its own time", () => {
    const clock = new FakeClock();
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name} at ${clock.now()}`);
    clock.setTimer(20, note("late"));
    clock.setTimer(10, note("first"));
    clock.setTimer(10, note("second"));
    clock.setTimer(30, note("not yet"));
    clock.advance(25);
    expect(fired).toEqual(["first at 10", "second at 10", "late at 20"]);
    expect(clock.now()).toBe(25);
    expect(clock.armed).toBe(1);
  });

  it("fires timers that timers set, and none that were cleared", () => {
    const clock = new FakeClock();
    const fired: number[] = [];
    const cleared = clock.setTimer(5, () => fired.push(-1));
    clock.setTimer(1, () => {
      clock.setTimer(2, () => fired.push(clock.now()));
      clock.clearTimer(cleared);
    });
    clock.advance(10);
    expect(fired).toEqual([3]);
    expect(clock.armed).toBe(0);
  });
});
