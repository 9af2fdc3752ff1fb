/** A peer requests what the application has not brought in. */
import { Metadata, type Observer, type ObserverEvents, router, virtualConnections } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { memoryLinkPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import type { Driver } from "../../packages/runtime/src/driver/driver.js";
import { frame } from "../support/frames.js";
import { Golden } from "../support/gen/session.vox.js";
import { count, hello, serveGolden } from "../support/golden-service.js";
import { client, endVictims, expectAlive, say } from "../support/victim.js";

endVictims();
const answering = (): $.Dispatcher => serveGolden({ lookup: (key) => `of ${key}` });

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

async function clientWithEvents() {
  const missing: ObserverEvents["onFeatureMissing"][] = [];
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
    // In front of each is the announcement of its narrow type.
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
    expect((victim.session.driver as Driver).load).toEqual({
      outgoing: 0,
      incoming: 0,
      timed: 0,
      channels: 0,
    });
  });
});

describe("a client without virtual connections", () => {
  it("refuses each connection of the peer, and its observer learns what is missing", async () => {
    const { missing, victim } = await clientWithEvents();
    const opens = [2, 4].map((id) => frame.open(id));
    await say(victim, [...opens, frame.accept(1), frame.reject(1), frame.closeConnection(2)]);
    const sent = victim.peer.take();
    expect(sent).toHaveLength(2);
    for (const each of sent)
      expect(Buffer.from(each, "hex").toString()).toContain("this peer takes no virtual connections");
    expect(missing.map(({ feature, connectionId }) => [feature, connectionId])).toEqual([
      ["virtualConnections", 2],
      ["virtualConnections", 4],
    ]);
    expect(missing[0]?.hint).toContain("`virtualConnections`");
    await expectAlive(victim);
  });

  it("throws where the application opens or closes one, and names the import", async () => {
    const { victim } = await clientWithEvents();
    const { session } = victim;
    const named = expect.objectContaining({
      name: "TypeError",
      message: expect.stringMatching(/`virtualConnections`.*@voxrpc\/runtime/),
    });
    await expect(session.open(Golden)).rejects.toEqual(named);
    await expect(session.openRaw("Golden")).rejects.toEqual(named);
    expect(() => session.closeConnection(2)).toThrow(/virtualConnections/);
  });

  it("takes no router and no connection acceptor, which would have to be called; the link is closed", async () => {
    for (const serve of [router([answering()]), { accept() {} }]) {
      const [ours, theirs] = memoryLinkPair();
      const accepting = acceptSession(theirs, undefined).catch((error: unknown) => error);
      await expect(openSession(ours, { serve })).rejects.toThrow(
        /routers and connection acceptors.*virtualConnections/,
      );
      expect(await accepting).toMatchObject({ code: expect.stringMatching(/WentAway|Io/) });
    }
  });

  it("has its calls answered by a dispatcher all the same", async () => {
    const [ours, theirs] = memoryLinkPair();
    const [client, server] = await Promise.all([
      openSession(ours, { serve: answering() }),
      acceptSession(theirs, undefined),
    ]);
    expect(await server.client(Golden).lookup("a")).toBe("of a");
    await expect(server.open(Golden, { metadata: new Metadata({ a: 1 }) })).rejects.toMatchObject({
      code: "Rejected",
      message: expect.stringContaining("this peer takes no virtual connections"),
    });
    await client.close();
    await server.closed;
  });

  it("has them, and routers, with the option", async () => {
    const [ours, theirs] = memoryLinkPair();
    const [client, server] = await Promise.all([
      openSession(ours, { serve: router([answering()]), virtualConnections }),
      acceptSession(theirs, undefined),
    ]);
    const opened = await server.open(Golden);
    expect(await opened.lookup("a")).toBe("of a");
    await client.close();
    await server.closed;
  });
});
