import { expect, it } from "vitest";
import type { Link } from "../link/link.js";
import type { Observer } from "../observer.js";
import { FakeClock } from "../testing/fake-clock.js";
import { LinkTraffic } from "./link-traffic.js";

const linkHolding = (bufferedBytes: number): Link =>
  ({ remoteAddress: "here", framing: { headerBytes: 4 }, bufferedBytes }) as unknown as Link;

/** Notes the names of events, in order. @param act what the observer does in `onFramesWritten` */
function watched(act: (traffic: LinkTraffic) => void = () => {}) {
  const seen: string[] = [];
  const observer: Observer = {
    onFramesWritten() {
      seen.push("onFramesWritten");
      act(traffic);
    },
    onBackpressure: () => seen.push("onBackpressure"),
    onBackpressureReleased: () => seen.push("onBackpressureReleased"),
    onLinkClosed: () => seen.push("onLinkClosed"),
  };
  const traffic = new LinkTraffic(100, new FakeClock(), observer);
  return { traffic, seen };
}

it("a link that takes the place of a full one is not full", () => {
  const { traffic, seen } = watched();
  traffic.attach(linkHolding(200));
  traffic.checkFull();
  traffic.onClosed(undefined);
  // An observer of the end calls, while the session still has the old link.
  traffic.checkFull();
  expect(traffic.isCongested).toBe(true);
  traffic.attach(linkHolding(0));
  expect(traffic.isCongested).toBe(false);
  const change = ["onBackpressure", "onBackpressureReleased"];
  expect(seen).toEqual([...change, "onLinkClosed", ...change]);
});

it("events that wait come before those of an end that one of them causes", async () => {
  const { traffic, seen } = watched((each) => each.onClosed(undefined));
  traffic.attach(linkHolding(200));
  traffic.endBatch(1, 200, true);
  expect(seen).toEqual([]);
  await Promise.resolve();
  expect(seen).toEqual(["onFramesWritten", "onBackpressure", "onBackpressureReleased", "onLinkClosed"]);
});
