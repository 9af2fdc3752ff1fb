import { describe, expect, it } from "vitest";
import type { Clock } from "../clock.js";
import { Turn, turnOf } from "./turn.js";

/** A clock that says what the test says. */
class HandClock implements Clock {
  time = 0;
  now(): number {
    return this.time;
  }
  setTimer(): void {}
  clearTimer(): void {}
}

const othersRun = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a turn", () => {
  it("is over when its time is, whatever was sent in it, and begins again when others have run", async () => {
    for (const [items, bytes] of [
      [16, 10],
      [1, 64 * 1024],
    ] as const) {
      const clock = new HandClock();
      const turn = new Turn(clock);
      turn.spend(1);
      clock.time = 4.9;
      for (let sent = 0; sent < items; sent++) turn.spend(bytes);
      expect([turn.isOver, turn.rest]).toEqual([false, undefined]);
      clock.time = 5;
      for (let sent = 0; sent < items; sent++) turn.spend(bytes);
      expect(turn.isOver).toBe(true);
      await turn.rest;
      expect([turn.isOver, turn.rest]).toEqual([false, undefined]);
    }
  });

  it("does not carry time over to the next one", async () => {
    const clock = new HandClock();
    const turn = new Turn(clock);
    for (let turns = 0; turns < 10; turns++) {
      clock.time += 4;
      for (let sent = 0; sent < 100; sent++) turn.spend(1000);
      expect(turn.isOver).toBe(false);
      await othersRun();
    }
  });

  it("is shared by all that have the same clock", () => {
    const clock = new HandClock();
    expect(turnOf(clock)).toBe(turnOf(clock));
    expect(turnOf(clock)).not.toBe(turnOf(new HandClock()));
  });
});
