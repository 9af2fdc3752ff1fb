/** Virtual connections and keepalive: the state machine on plain bytes, and two connected sessions. */
import { Metadata, router } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { RejectedError } from "../../packages/runtime/src/wire/rejected-error.js";
import {
  writeConnectionAccept,
  writeConnectionClose,
  writeConnectionOpen,
  writeConnectionReject,
} from "../../packages/runtime/src/wire/session-messages.js";
import { CoreHarness, odd } from "../support/core-harness.js";
import { Back, Golden } from "../support/gen/session.vox.js";
import { nameOf, serveBack, serveGolden } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";

const none = new Metadata();
const credit = "protocol error: initial_channel_credit must be greater than zero";

function hex(write: (w: Writer) => number): string {
  const w = new Writer(256);
  const end = write(w);
  return toHex(w.buffer.slice(0, end));
}

const wire = (isEven: boolean, initialChannelCredit = 16) => ({
  isEven,
  maxConcurrentRequests: 64,
  initialChannelCredit,
});
const acceptOf = (id: number, initialChannelCredit = 16): string =>
  hex((w) => writeConnectionAccept(w, 0, id, wire(true, initialChannelCredit), none));
const rejectOf = (id: number, metadata = none): string =>
  hex((w) => writeConnectionReject(w, 0, id, metadata));
const closeOf = (id: number): string => hex((w) => writeConnectionClose(w, 0, id, none));
const openOf = (
  id: number,
  metadata = new Metadata({ "vox-service": "Echo" }),
  initialChannelCredit = 16,
): string => hex((w) => writeConnectionOpen(w, 0, id, wire(true, initialChannelCredit), metadata));
const errorOf = (text: string): Metadata => new Metadata({ error: text });

describe("opening a connection", () => {
  it("duplicate_connection_accept_is_ignored_after_first", () => {
    const h = new CoreHarness();
    const opening = h.open();
    expect(h.take()).toEqual([hex((w) => writeConnectionOpen(w, 0, 1, wire(false), none))]);
    h.receive(acceptOf(1));
    expect(opening.opened.map(({ id }) => id)).toEqual([1]);
    expect(h.receive(acceptOf(1))).toEqual([]);
    expect(h.virtualCount).toBe(1);
    expect(h.closed).toEqual([]);
    expect(h.clock.armed).toBe(0);
  });

  it("duplicate_connection_reject_is_ignored_after_first", () => {
    const h = new CoreHarness();
    const opening = h.open();
    h.receive(rejectOf(1));
    expect(opening.failed.map(({ code }) => code)).toEqual(["Rejected"]);
    h.receive(rejectOf(1));
    expect(opening.failed).toHaveLength(1);
    expect([h.virtualCount, h.virtual.pendingCount]).toEqual([0, 0]);
  });

  it("inbound_accept_with_zero_initial_credit_rejects_pending_open", () => {
    const h = new CoreHarness();
    const opening = h.open();
    h.take();
    // The peer takes itself to be connected: it learns otherwise.
    expect(h.receive(acceptOf(1, 0))).toEqual([closeOf(1)]);
    expect(opening.failed.map(({ code, message }) => [code, message])).toEqual([["Protocol", credit]]);
    expect(h.virtualCount).toBe(0);
  });

  it("out_of_order_accept_or_reject_without_pending_is_ignored", () => {
    const h = new CoreHarness();
    expect([...h.receive(acceptOf(99)), ...h.receive(rejectOf(99))]).toEqual([]);
    expect(h.virtualCount).toBe(0);
  });

  it("close_request_clears_pending_outbound_open", () => {
    const h = new CoreHarness();
    const opening = h.open();
    h.take();
    expect(h.virtual.cancel({ id: 1 })).toBe(true);
    expect(h.take()).toEqual([closeOf(1)]);
    expect(opening.failed.map(({ message }) => message)).toEqual(["protocol error: session closed"]);
    expect(h.receive(acceptOf(1))).toEqual([]);
    expect(h.virtualCount).toBe(0);
  });

  it("fails on a peer that has the same parity, does not answer, or closes", () => {
    const h = new CoreHarness();
    const same = h.open();
    h.take();
    const sameParity = hex((w) => writeConnectionAccept(w, 0, 1, wire(false), none));
    expect(h.receive(sameParity)).toEqual([closeOf(1)]);
    expect(same.failed[0]?.code).toBe("Protocol");
    const silent = h.open();
    h.take();
    h.clock.advance(10_000);
    expect(silent.failed[0]?.code).toBe("ConnectTimeout");
    expect(h.take()).toEqual([closeOf(3)]);
    const closed = h.open();
    h.receive(closeOf(5));
    expect(closed.failed[0]?.message).toBe("protocol error: session closed");
    expect(h.clock.armed).toBe(0);
  });

  it("says nothing when the credit is zero or there are too many", () => {
    const h = new CoreHarness({ limits: { maxConnections: 2 } });
    const zero = h.open({ ...odd, initialChannelCredit: 0 });
    expect(zero.failed[0]?.message).toBe(credit);
    h.open();
    const third = h.open();
    expect(third.failed[0]?.message).toContain("maxConnections");
    expect(h.take()).toHaveLength(1);
  });

  it("ends with its session", () => {
    const h = new CoreHarness();
    const opening = h.open();
    h.core.end("Local", undefined);
    expect(opening.failed[0]?.message).toBe("protocol error: session closed");
    expect(h.clock.armed).toBe(0);
  });
});

describe("a connection that the peer opens", () => {
  it("is refused for a wrong id, zero credit or a missing service, as the reference does", () => {
    const h = new CoreHarness();
    for (const id of [0, 1, 7]) expect(h.receive(openOf(id))).toEqual([rejectOf(id)]);
    expect(h.receive(openOf(2, undefined, 0))).toEqual([
      rejectOf(2, errorOf("initial_channel_credit must be greater than zero")),
    ]);
    expect(h.receive(openOf(2, none))).toEqual([
      rejectOf(2, errorOf("protocol error: missing required vox-service metadata")),
    ]);
    h.open();
    expect(h.receive(openOf(2))).toContain(hex((w) => writeConnectionAccept(w, 0, 2, wire(false), none)));
    expect(h.receive(openOf(2))).toEqual([rejectOf(2)]);
  });

  it("has the kind that it is, whatever the peer says", () => {
    let seen: Metadata | undefined;
    const h: CoreHarness = new CoreHarness({
      admit: (request) => {
        seen = request.metadata;
        h.virtual.refuse(request, errorOf("no"));
      },
    });
    const forged = new Metadata({ "vox-service": "Echo", "vox-connection-kind": "root" });
    expect(h.receive(openOf(2, forged))).toEqual([rejectOf(2, errorOf("no"))]);
    expect([...(seen ?? [])].map(({ key, value }) => [key, value])).toEqual([
      ["vox-service", "Echo"],
      ["vox-connection-kind", "virtual"],
    ]);
  });

  it("mirrors the opener's limits, but does not let it choose how much we buffer", () => {
    const h = new CoreHarness();
    const open = openOf(2, undefined, 2 ** 32 - 1);
    expect(h.receive(open)).toEqual([hex((w) => writeConnectionAccept(w, 0, 2, wire(false, 1024), none))]);
  });

  it("is bounded: 100,000 opens leave no more than the limit", () => {
    const h = new CoreHarness({ limits: { maxConnections: 64 } });
    let refused = 0;
    for (let i = 1; i <= 100_000; i++) {
      const [answer = ""] = h.receive(openOf(2 * i));
      if (answer === rejectOf(2 * i, errorOf("too many connections"))) refused += 1;
    }
    expect(h.core.connectionCount).toBe(64);
    expect(refused).toBe(100_000 - 63);
  });

  it("closes on Close, without an answer", () => {
    const h = new CoreHarness();
    h.receive(openOf(2));
    expect(h.receive(closeOf(2))).toEqual([]);
    expect(h.closed).toEqual([{ id: 2, reason: "Remote" }]);
    expect(h.receive(closeOf(2))).toEqual([]);
  });

  it("that breaks the protocol ends alone", () => {
    const h = new CoreHarness();
    const opening = h.open();
    h.receive(acceptOf(1));
    opening.opened[0]?.fail("nonsense");
    expect(h.closed).toEqual([{ id: 1, reason: "Protocol" }]);
    expect(h.end).toBeUndefined();
  });
});

describe("keepalive", () => {
  const keepalive = { intervalMs: 1000, timeoutMs: 300 };

  it("asks after each interval and takes only the answer that it waits for", () => {
    const h = new CoreHarness({ keepalive });
    h.clock.advance(999);
    expect(h.take()).toEqual([]);
    h.clock.advance(1);
    expect(h.take()).toEqual(["000801"]);
    h.receive("000907");
    h.receive("030901");
    h.clock.advance(299);
    expect(h.end).toBeUndefined();
    h.receive("000901");
    h.clock.advance(999);
    expect(h.take()).toEqual([]);
    h.clock.advance(1);
    expect(h.take()).toEqual(["000802"]);
    h.clock.advance(300);
    expect([h.end?.reason, h.end?.error?.code]).toEqual(["Protocol", "Protocol"]);
    expect(h.clock.armed).toBe(0);
  });

  it("is not needed to answer", () => {
    const h = new CoreHarness();
    expect(h.receive("00082a")).toEqual(["00092a"]);
    expect(h.receive("630805")).toEqual(["630905"]);
    expect(h.clock.armed).toBe(0);
  });

  it("refuses times that are none", () => {
    expect(() => new CoreHarness({ keepalive: { intervalMs: 0, timeoutMs: 1 } })).toThrow(RangeError);
  });
});

const calculator = (): $.Dispatcher => serveGolden({ add: (a, b) => a + b });
const Unknown = $.service("Unknown", (caller) => caller, {});

describe("two sessions", () => {
  it("call on a virtual connection, in both directions, and close it alone", async () => {
    await using pair = await connectPair(router({ Golden: calculator() }), {
      client: { serve: router({ Back: serveBack({ name: (id) => `n${id}` }) }) },
    });
    const golden = await pair.client.open(Golden);
    expect(golden.$caller.connection.id).toBe(1);
    expect(await golden.add(2, 3)).toBe(5);
    const back = await pair.server.open(Back);
    expect(back.$caller.connection.id).toBe(2);
    expect(await back.name(4)).toBe("n4");
    await golden.$caller.connection.close();
    expect((await golden.$caller.connection.closed).reason).toBe("Local");
    await expect(golden.add(1, 1)).rejects.toMatchObject({ code: "ConnectionClosed" });
    expect(await pair.client.client(Golden).add(1, 1)).toBe(2);
    await settle();
    expect(pair.server.core.connectionCount).toBe(2);
    await expect(pair.client.open(Unknown)).rejects.toBeInstanceOf(RejectedError);
    await expect(pair.client.open(Unknown)).rejects.toThrow("connection rejected: unknown service Unknown");
  });

  it("let a handler call its caller back", async () => {
    const handler = nameOf.handled(async ([id], context) => {
      const caller = context.client(Golden);
      return `sum ${await caller.add(id, 1)}`;
    });
    await using pair = await connectPair($.dispatcher("Back", [handler]), {
      client: { serve: calculator() },
    });
    expect(await pair.client.client(Back).name(41)).toBe("sum 42");
  });

  it("give up an open when its signal is aborted", async () => {
    await using pair = await connectPair(calculator());
    const controller = new AbortController();
    const opening = pair.client.open(Golden, { signal: controller.signal });
    controller.abort(new Error("changed my mind"));
    await expect(opening).rejects.toMatchObject({ code: "Cancelled" });
    await settle();
    expect(pair.server.core.connectionCount).toBe(1);
  });

  it("end the connections with the session", async () => {
    const pair = await connectPair(calculator());
    const golden = await pair.client.open(Golden);
    await pair.client.close();
    expect((await golden.$caller.connection.closed).reason).toBe("Local");
    await pair.server.close();
  });
});
