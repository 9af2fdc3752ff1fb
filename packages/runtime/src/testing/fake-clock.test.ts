import { describe, expect, it } from "vitest";
import { FakeClock } from "./fake-clock.js";

describe("FakeClock.sleep", () => {
  it("fires what is due afterwards, late and in order", () => {
    const clock = new FakeClock();
    const fired: [string, number][] = [];
    clock.setTimer(10, () => fired.push(["a", clock.now()]));
    clock.setTimer(5, () => fired.push(["b", clock.now()]));
    clock.setTimer(1000, () => fired.push(["c", clock.now()]));
    clock.sleep(600);
    expect(fired).toEqual([
      ["b", 600],
      ["a", 600],
    ]);
    expect(clock.armed).toBe(1);
  });
});

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

  it("lets programs run while time elapses", async () => {
    const clock = new FakeClock();
    const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.setTimer(ms, resolve));
    const seen: number[] = [];
    void (async () => {
      for (let turn = 0; turn < 4; turn++) {
        await wait(10);
        seen.push(clock.now());
      }
    })();
    await clock.elapse(35);
    expect(seen).toEqual([10, 20, 30]);
    expect(clock.now()).toBe(35);
    await clock.elapse(5);
    expect(seen).toEqual([10, 20, 30, 40]);
    expect(clock.armed).toBe(0);
  });

  it("goes on until a promise has settled, and no longer", async () => {
    const clock = new FakeClock();
    const later = <T>(ms: number, settle: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        clock.setTimer(ms, () => {
          try {
            resolve(settle());
          } catch (error) {
            reject(error);
          }
        });
      });
    clock.setTimer(1000, () => {});
    expect(await clock.until(later(20, () => "done"))).toBe("done");
    expect(clock.now()).toBe(20);
    const fail = (): never => {
      throw new Error("too bad");
    };
    await expect(clock.until(later(5, fail))).rejects.toThrow("too bad");
    expect(clock.now()).toBe(25);
    await expect(clock.until(new Promise(() => {}))).rejects.toThrow("nothing will happen any more");
    expect(clock.now()).toBe(1000);
  });
});
