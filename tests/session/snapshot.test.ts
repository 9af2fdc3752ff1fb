/** What a session says about itself. Source: `protocol/session.md` §9. */
import { channel, type SessionSnapshot } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, FakeClock, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { add, count, sum, wait } from "../support/golden-service.js";
import { gate } from "../support/opened.js";

const callerOf = ({ client }: SessionPair): GoldenClient => client.client(Golden);

/** The channels of the root connection. */
const channelsOf = ({ connections }: SessionSnapshot) => connections[0]?.channels ?? [];
const requestsOf = ({ connections }: SessionSnapshot) => connections[0]?.requests ?? [];

const adding = add.handled(([a, b]) => a + b);

describe("a snapshot", () => {
  it("debug_snapshot_reports_driver_channel_credit_state", async () => {
    const clock = new FakeClock();
    const release = gate<void>();
    const counting = count.handled(async ([, , out]) => {
      expect(out.trySend(7)).toBe("sent");
      await release.promise;
    });
    const observer = {};
    await using pair = await connectPair($.dispatcher("Golden", [counting]), { clock, observer });
    const { tx, rx } = channel<number>({ label: "prices" });
    const call = callerOf(pair).count(0, 0, tx);
    await settle();
    clock.advance(30);
    const server = pair.server.snapshot();
    const common = { id: 1, state: "open", itemType: "u32", method: "Golden.count", initialCredit: 16 };
    expect(channelsOf(server)).toEqual([
      {
        ...common,
        direction: "tx",
        label: undefined,
        availableCredit: 15,
        queued: 0,
        sent: 1,
        received: 0,
        consumed: 0,
        granted: 0,
        isStalled: false,
        lastItemMs: 30,
      },
    ]);
    expect(server.outbound).toEqual({ bufferedBytes: 0, capacityBytes: 4 * 1024 * 1024, isFull: false });
    expect(channelsOf(pair.client.snapshot())).toMatchObject([
      {
        ...common,
        direction: "rx",
        label: "prices",
        availableCredit: 15,
        queued: 1,
        received: 1,
        consumed: 0,
      },
    ]);
    expect((await rx.next()).value).toBe(7);
    expect(channelsOf(pair.client.snapshot())).toMatchObject([{ queued: 0, consumed: 1, granted: 0 }]);
    release.open();
    await call;
  });

  it("tells of requests in both directions: where they are and how old", async () => {
    const clock = new FakeClock();
    const release = gate<number>();
    const waiting = wait.handled(() => release.promise);
    const dispatcher = $.dispatcher("Golden", [waiting]);
    await using pair = await connectPair(dispatcher, {
      clock,
      server: { maxConcurrentRequests: 2 },
    });
    const caller = callerOf(pair);
    const controller = new AbortController();
    const calls = [caller.$try.wait(1), caller.$try.wait(2)];
    await settle();
    clock.advance(40);
    calls.push(caller.$try.wait(3, { signal: controller.signal }));
    clock.advance(2);
    const method = { method: "Golden.wait", methodId: wait.method.id.toString(16).padStart(16, "0") };
    const outgoing = { ...method, direction: "outgoing" };
    const incoming = { ...method, direction: "incoming", state: "running" };
    expect(requestsOf(pair.client.snapshot())).toEqual([
      { ...outgoing, id: undefined, state: "waiting", ageMs: 2 },
      { ...outgoing, id: 1, state: "sent", ageMs: 42 },
      { ...outgoing, id: 3, state: "sent", ageMs: 42 },
    ]);
    expect(requestsOf(pair.server.snapshot())).toEqual([
      { ...incoming, id: 1, ageMs: 42 },
      { ...incoming, id: 3, ageMs: 42 },
    ]);
    controller.abort();
    release.open(5);
    await Promise.all(calls);
    expect(requestsOf(pair.client.snapshot())).toEqual([]);
    expect(requestsOf(pair.server.snapshot())).toEqual([]);
  });

  it("tells of calls that wait for others, and of those whose caller has given up", async () => {
    const clock = new FakeClock();
    const release = gate<number>();
    const waiting = wait.handled(() => release.promise);
    await using pair = await connectPair($.dispatcher("Golden", [waiting]), {
      clock,
      client: { limits: { maxBufferedBytes: 1 } },
      server: { limits: { maxBufferedBytes: 1 } },
    });
    const caller = callerOf(pair);
    const controller = new AbortController();
    const first = caller.$try.wait(1, { signal: controller.signal });
    await settle();
    pair.serverLink.pause();
    controller.abort();
    expect(await first).toMatchObject({ ok: false, error: { code: "Cancelled" } });
    expect(requestsOf(pair.client.snapshot())).toEqual([
      { id: 1, direction: "outgoing", state: "abandoned" },
    ]);
    pair.serverLink.resume();
    await settle();
    // The server's link is full: what comes now waits in its queue.
    const filler = caller.$try.wait(2);
    await settle();
    pair.clientLink.pause();
    release.open(1);
    await settle();
    const second = caller.$try.wait(3);
    await settle();
    clock.advance(9);
    expect(requestsOf(pair.server.snapshot())).toMatchObject([
      { state: "queued", direction: "incoming", method: "Golden.wait", ageMs: 9 },
    ]);
    pair.clientLink.resume();
    expect(await filler).toEqual({ ok: true, value: 1 });
    expect(await second).toEqual({ ok: true, value: 1 });
  });

  it("lists sends without room", async () => {
    const release = gate<void>();
    const holding = sum.handled(async ([items]) => {
      await release.promise;
      let total = 0n;
      for await (const item of items) total += BigInt(item);
      return total;
    });
    const server = { initialChannelCredit: 2 };
    await using pair = await connectPair($.dispatcher("Golden", [holding]), { server });
    const { tx, rx } = channel<number>();
    const call = callerOf(pair).sum(rx);
    const sends = [1, 2, 3, 4].map((item) => tx.send(item));
    await settle();
    const stalled = {
      direction: "tx",
      availableCredit: 0,
      queued: 2,
      sent: 2,
      isStalled: true,
      state: "open",
    };
    expect(channelsOf(pair.client.snapshot())).toMatchObject([stalled]);
    expect(channelsOf(pair.client.snapshot())[0]?.lastItemMs).toBeUndefined();
    const closing = tx.close();
    expect(channelsOf(pair.client.snapshot())).toMatchObject([{ ...stalled, state: "closing" }]);
    release.open();
    expect(await call).toBe(10n);
    await Promise.all([...sends, closing]);
    expect(channelsOf(pair.client.snapshot())).toEqual([]);
  });

  it("tells of connections: requested, open, closing; and how a session ended", async () => {
    const clock = new FakeClock();
    const release = gate<number>();
    const waiting = wait.handled(() => release.promise);
    const pair = await connectPair($.dispatcher("Golden", [waiting, adding]), { clock });
    const states = () =>
      pair.client.snapshot().connections.map(({ id, state, hasDriver }) => [id, state, hasDriver]);
    const opening = pair.client.open(Golden);
    expect(states()).toEqual([
      [0, "open", true],
      [1, "opening", false],
    ]);
    const virtual = await opening;
    expect(states()).toEqual([
      [0, "open", true],
      [1, "open", true],
    ]);
    const call = virtual.wait(1);
    await settle();
    const closing = virtual.$caller.connection.close();
    expect(states()).toEqual([
      [0, "open", true],
      [1, "closing", true],
    ]);
    release.open(4);
    expect(await call).toBe(4);
    await closing;
    expect(pair.client.snapshot()).toMatchObject({ state: "open", closeReason: undefined });
    const ending = pair.client.close();
    expect(pair.client.snapshot().state).toMatch(/closing|closed/);
    await ending;
    await pair.server.closed;
    expect(pair.client.snapshot()).toMatchObject({ state: "closed", closeReason: "Local", connections: [] });
    expect(pair.server.snapshot()).toMatchObject({ state: "closed", closeReason: "Remote", connections: [] });
    expect(clock.armed).toBe(0);
  });

  it("is plain data, is reached from a client, and changes nothing", async () => {
    const clock = new FakeClock();
    await using pair = await connectPair($.dispatcher("Golden", [adding]), { clock });
    const before = callerOf(pair).$caller.session.snapshot();
    expect(JSON.parse(JSON.stringify(before))).toEqual(before);
    expect(callerOf(pair).$caller.session.snapshot()).toEqual(before);
    clock.advance(500);
    expect(pair.client.snapshot()).toMatchObject({
      lastInboundMs: (before.lastInboundMs ?? 0) + 500,
      lastOutboundMs: (before.lastOutboundMs ?? 0) + 500,
    });
    await callerOf(pair).add(1, 2);
    expect(pair.client.snapshot()).toMatchObject({ lastInboundMs: 0, lastOutboundMs: 0 });
    const { framesIn, framesOut } = pair.client.snapshot().traffic;
    expect([framesIn - before.traffic.framesIn, framesOut - before.traffic.framesOut]).toEqual([2, 2]);
  });
});
