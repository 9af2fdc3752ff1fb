/** A peer asks for what the application has not brought in. */
import type { FeatureMissingEvent, Observer } from "@voxrpc/runtime";
import { describe, expect, it } from "vitest";
import { count, hello } from "../session/golden-service.js";
import { frame } from "./frames.js";
import { callerOf, client, endVictims, say } from "./victim.js";

endVictims();

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function clientWithEvents() {
  const missing: FeatureMissingEvent[] = [];
  const observer: Observer = { onFeatureMissing: (event) => missing.push(event) };
  return { missing, victim: await client({ observer }) };
}

describe("a client without a dispatcher", () => {
  it("answers each call with Cancelled, and its observer learns what is missing", async () => {
    const { missing, victim } = await clientWithEvents();
    await say(victim, [
      frame.call(2, hello.method, []),
      frame.call(4, count.method, [3, 2]),
      frame.cancel(2),
    ]);
    const sent = victim.peer.take();
    // An error of the runtime, number 3.
    expect(sent).toContain(hex(frame.response(2, [1, 3])));
    expect(sent).toContain(hex(frame.response(4, [1, 3])));
    // In front of each stands the announcement of its narrow type.
    expect(sent).toHaveLength(4);
    expect(missing.map(({ feature, connectionId }) => [feature, connectionId])).toEqual([
      ["answering", 0],
      ["answering", 0],
    ]);
    expect(missing[0]?.hint).toContain("dispatcher");
  });
});

describe("a client that has called no method with channels", () => {
  it("refuses items with Reset, drops what else belongs to channels, and its observer learns what is missing", async () => {
    const { missing, victim } = await clientWithEvents();
    await say(victim, [
      frame.item(2, [7]),
      frame.close(2),
      frame.reset(4),
      frame.grant(1, 5),
      frame.item(1, [7]),
    ]);
    expect(victim.peer.take()).toEqual([hex(frame.reset(2))]);
    expect(missing.map(({ feature }) => feature)).toEqual(["channels"]);
    expect(callerOf(victim).load).toEqual({ outgoing: 0, incoming: 0, timed: 0, channels: 0 });
  });
});
