import { FakeClock } from "@voxrpc/runtime/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "./clock.js";

beforeEach(() => {
  vi.useFakeTimers();
  // What runs behind the timers of a turn would come a millisecond later on the fake platform.
  vi.stubGlobal("setImmediate", undefined);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const day = 86_400_000;
const clocks: readonly [string, () => { clock: Clock; pass: (ms: number) => void }][] = [
  ["the system's clock", () => ({ clock: systemClock, pass: (ms) => vi.advanceTimersByTime(ms) })],
  [
    "the fake clock",
    () => {
      const clock = new FakeClock();
      return { clock, pass: (ms) => clock.advance(ms) };
    },
  ],
];

describe.each(clocks)("a timer of %s", (_name, make) => {
  it.each([0, 1, 5000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 + 5, 100 * day])(
    "fires after %d ms, once",
    (delayMs) => {
      const { clock, pass } = make();
      let fired = 0;
      clock.setTimer(delayMs, () => {
        fired += 1;
      });
      if (delayMs > 0) pass(delayMs - 1);
      expect(fired).toBe(0);
      pass(1);
      expect(fired).toBe(1);
      pass(100 * day);
      expect(fired).toBe(1);
    },
  );

  it.each([-1, -(2 ** 40), Number.NEGATIVE_INFINITY])("of %d ms is due at once", (delayMs) => {
    const { clock, pass } = make();
    const callback = vi.fn();
    clock.setTimer(delayMs, callback);
    expect(callback).not.toHaveBeenCalled();
    pass(1);
    expect(callback).toHaveBeenCalledOnce();
  });

  it("of an infinite delay never fires, and can be stopped", () => {
    const { clock, pass } = make();
    const callback = vi.fn();
    const timer = clock.setTimer(Number.POSITIVE_INFINITY, callback);
    pass(300 * day);
    clock.clearTimer(timer);
    pass(300 * day);
    expect(callback).not.toHaveBeenCalled();
  });

  it.each([5, 2 ** 31, 2 ** 33])("of %d ms does not fire when it is stopped on the way", (delayMs) => {
    const { clock, pass } = make();
    const callback = vi.fn();
    const timer = clock.setTimer(delayMs, callback);
    pass(delayMs - 2);
    clock.clearTimer(timer);
    clock.clearTimer(timer);
    pass(2 * delayMs);
    expect(callback).not.toHaveBeenCalled();
  });

  it("cannot be set to no number", () => {
    const { clock } = make();
    expect(() => clock.setTimer(Number.NaN, () => {})).toThrow(RangeError);
  });
});

it("the system's clock costs nothing while it waits for long", () => {
  const steps = vi.spyOn(globalThis, "setTimeout");
  const timer = systemClock.setTimer(100 * day, () => {});
  vi.advanceTimersByTime(99 * day);
  expect(steps.mock.calls.length).toBeLessThan(10);
  systemClock.clearTimer(timer);
  expect(vi.getTimerCount()).toBe(0);
  steps.mockRestore();
});
