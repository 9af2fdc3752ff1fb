import { FakeClock, settle } from "@voxrpc/runtime/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { WatchLoop } from "./loop.js";

let clock: FakeClock;
let runs: { readonly at: number; readonly changed: readonly string[] }[];
let errors: unknown[];
/** Ends the run that is going on. */
let endRun: (error?: unknown) => void;
let loop: WatchLoop;

beforeEach(() => {
  clock = new FakeClock();
  runs = [];
  errors = [];
  loop = new WatchLoop({
    clock,
    debounceMs: () => 50,
    maxDelayMs: 200,
    run: (changed) => {
      runs.push({ at: clock.now(), changed });
      return new Promise((resolve, reject) => {
        endRun = (error) => (error === undefined ? resolve() : reject(error));
      });
    },
    onError: (error) => errors.push(error),
  });
});

async function finishRun(error?: unknown): Promise<void> {
  endRun(error);
  await settle();
}

describe("WatchLoop", () => {
  it("runs at once, and then only when something changed", async () => {
    loop.start();
    expect(runs).toEqual([{ at: 0, changed: [] }]);
    await finishRun();
    clock.advance(10_000);
    expect(runs).toHaveLength(1);
    expect(clock.armed).toBe(0);
  });

  it("waits for quiet, and makes one run of many changes", async () => {
    loop.start();
    await finishRun();
    loop.changed("/b");
    clock.advance(49);
    loop.changed("/a");
    loop.changed("/b");
    clock.advance(49);
    expect(runs).toHaveLength(1);
    clock.advance(1);
    expect(runs[1]).toEqual({ at: 99, changed: ["/a", "/b"] });
  });

  it("does not wait for ever when there is no quiet", async () => {
    loop.start();
    await finishRun();
    for (let time = 0; time < 400 && runs.length === 1; time += 10) {
      loop.changed("/a");
      clock.advance(10);
    }
    expect(runs[1]).toEqual({ at: 200, changed: ["/a"] });
  });

  it("keeps changes that come during a run for the next one, and never runs twice at once", async () => {
    loop.start();
    loop.changed("/a");
    clock.advance(1000);
    expect(runs).toHaveLength(1);
    await finishRun();
    loop.changed("/c");
    clock.advance(50);
    expect(runs[1]?.changed).toEqual(["/a", "/c"]);
  });

  it("goes on after a run that throws", async () => {
    loop.start();
    const fault = new Error("disk full");
    await finishRun(fault);
    expect(errors).toEqual([fault]);
    loop.changed("/a");
    clock.advance(50);
    expect(runs).toHaveLength(2);
  });

  it("stops while it waits: no run comes, no timer stays", async () => {
    loop.start();
    await finishRun();
    loop.changed("/a");
    await loop.stop();
    expect(clock.armed).toBe(0);
    loop.changed("/b");
    loop.start();
    clock.advance(1000);
    expect(runs).toHaveLength(1);
  });

  it("waits at its end for the run that is going on", async () => {
    loop.start();
    loop.changed("/a");
    let isStopped = false;
    const stopping = loop.stop().then(() => {
      isStopped = true;
    });
    await settle();
    expect(isStopped).toBe(false);
    await finishRun();
    await stopping;
    expect(isStopped).toBe(true);
    clock.advance(1000);
    expect(runs).toHaveLength(1);
  });
});
