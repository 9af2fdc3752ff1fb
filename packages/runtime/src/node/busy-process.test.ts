/** A process that was busy reads what has arrived before it believes a timer. */
import { afterEach, expect, it } from "vitest";
import { systemClock } from "../clock.js";
import { closeAll, socketPair } from "./sockets.fixture.js";

afterEach(closeAll);

/** Keeps the process busy until a timer of 1 ms is due. */
function beBusy(): void {
  const start = performance.now();
  while (performance.now() - start < 5);
}

it("hears the answer first, and a timer that the answer stops does not fire", async () => {
  const [near, far] = await socketPair();
  const order: string[] = [];
  const fired = (name: string) => () => order.push(name);
  await new Promise<void>((resolve) => {
    near.on("data", () => {
      order.push("data");
      systemClock.clearTimer(stopped);
    });
    const stopped = systemClock.setTimer(1, fired("a timer that was stopped"));
    systemClock.setTimer(1, fired("timer"));
    systemClock.setTimer(1, resolve);
    far.write("answer");
    beBusy();
  });
  expect(order).toEqual(["data", "timer"]);
});
