/** What observers get. Source: `protocol/session.md` §9. */
import { channel, combineObservers, type Observer } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, FakeClock, memoryLinkPair, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { acceptSession } from "../../packages/runtime/src/establish/accept.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { add, count, crash, first, hello, sum } from "../support/golden-service.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";

const counting = count.handled(async ([from, n, out]) => {
  for (let i = 0; i < n; i++) await out.send(from + i);
});
const summing = sum.handled(async ([items]) => {
  let total = 0n;
  for await (const value of items) total += BigInt(value);
  return total;
});
const takingOne = first.handled(async ([items]) => (await items.next()).value);
const crashing = crash.handled(() => Promise.reject(new Error("boom")));
const adding = add.handled(([a, b]) => a + b);
const golden = $.dispatcher("Golden", [counting, summing, takingOne, crashing, adding]);

/** Writes down each event with its data. */
function recorder<K extends keyof Observer>(
  names: readonly K[],
  log: string[],
  text: (name: K, event: Record<string, unknown>) => string = (name) => name,
): Observer {
  const entries = names.map((name) => [name, (event: never) => void log.push(text(name, event))]);
  return Object.fromEntries(entries) as Observer;
}

const channelEvents = [
  "onChannelOpened",
  "onChannelSendStarted",
  "onChannelSendWaiting",
  "onChannelSendFinished",
  "onChannelCreditGranted",
  "onChannelItemReceived",
  "onChannelItemConsumed",
  "onChannelClosed",
  "onChannelReset",
] as const;

const details = (name: string, event: Record<string, unknown>): string =>
  [
    name.replace("onChannel", ""),
    event["direction"],
    event["initialCredit"] ?? event["waitingFor"] ?? event["outcome"] ?? event["amount"] ?? event["reason"],
  ]
    .filter((part) => part !== undefined)
    .join(" ");

const callerOf = ({ client }: SessionPair): GoldenClient => client.client(Golden);

describe("channels", () => {
  it("tell of each item at both ends, and once of their end", async () => {
    const atClient: string[] = [];
    const atServer: string[] = [];
    const client = { observer: recorder(channelEvents, atClient, details), initialChannelCredit: 2 };
    const server = { observer: recorder(channelEvents, atServer, details) };
    await using pair = await connectPair(golden, { client, server, clock: new FakeClock() });
    const { tx, rx } = channel<number>();
    const call = callerOf(pair).count(0, 3, tx);
    await settle();
    const taken = [];
    for await (const item of rx) taken.push(item);
    await call;
    await settle();
    expect(taken).toEqual([0, 1, 2]);
    const received = "ItemReceived rx";
    // Two items had room; the third came when the first was taken, and the end behind it.
    expect(atClient.slice(0, 5)).toEqual([
      "Opened rx 2",
      received,
      received,
      "ItemConsumed rx",
      "CreditGranted rx 1",
    ]);
    expect(atClient.filter((text) => text === received)).toHaveLength(3);
    expect(atClient.filter((text) => text === "ItemConsumed rx")).toHaveLength(3);
    expect(atClient.filter((text) => /Closed|Reset/.test(text))).toEqual(["Closed rx Remote"]);
    const sent = ["SendStarted tx", "SendFinished tx Sent"];
    const third = ["SendStarted tx", "SendWaiting tx credit", "CreditGranted tx 1", "SendFinished tx Sent"];
    expect(atServer.slice(0, 9)).toEqual(["Opened tx 2", ...sent, ...sent, ...third]);
    expect(atServer.filter((text) => /Closed|Reset/.test(text))).toEqual(["Closed tx Local"]);
  });

  it("channel_pair_captures_source_location_and_type_context", async () => {
    const seen: unknown[] = [];
    const observer: Observer = { onChannelOpened: (event) => void seen.push(event) };
    await using pair = await connectPair(golden, { observer });
    const { tx, rx } = channel<number>({ label: "prices" });
    expect([tx.label, rx.label]).toEqual(["prices", "prices"]);
    await callerOf(pair).count(0, 0, tx);
    const common = { link: "memory", connectionId: 0, channelId: 1, initialCredit: 16, itemType: "u32" };
    const method = { service: "Golden", name: "count" };
    expect(seen).toMatchObject([
      { ...common, direction: "rx", label: "prices", method },
      { ...common, direction: "tx", label: undefined, method },
    ]);
  });

  const endings: readonly {
    readonly how: string;
    readonly run: (pair: SessionPair) => Promise<unknown>;
    readonly client: string;
    readonly server: string;
  }[] = [
    {
      how: "closed by the caller",
      async run(pair) {
        const { tx, rx } = channel<number>();
        const call = callerOf(pair).sum(rx);
        await tx.close();
        await call;
      },
      client: "Closed tx Local",
      server: "Closed rx Remote",
    },
    {
      how: "given up by the handler",
      async run(pair) {
        const { tx, rx } = channel<number>();
        const call = callerOf(pair).first(rx);
        await tx.send(1);
        await call;
        await tx.closed;
      },
      client: "Reset tx Remote",
      server: "Reset rx ReceiverDropped",
    },
    {
      how: "given up by the caller",
      async run(pair) {
        const { tx, rx } = channel<number>();
        const call = callerOf(pair).$try.count(0, 100, tx);
        for await (const _ of rx) break;
        await call;
      },
      client: "Reset rx ReceiverDropped",
      server: "Reset tx Remote",
    },
    {
      how: "ended by an error of the call",
      run: (pair) => callerOf(pair).$try.crash(channel<number>().tx),
      client: "Reset rx Remote",
      server: "Reset tx Local",
    },
    {
      how: "aborted by its sender",
      async run(pair) {
        const { tx, rx } = channel<number>();
        const call = callerOf(pair).$try.sum(rx);
        await tx.abort();
        await call;
      },
      client: "Reset tx Local",
      server: "Reset rx Remote",
    },
    {
      how: "cut with its connection",
      async run(pair) {
        const { rx } = channel<number>();
        const call = callerOf(pair).$try.sum(rx);
        await settle();
        pair.client.abort();
        await call;
        await pair.server.closed;
      },
      client: "Closed tx ConnectionClosed",
      server: "Closed rx ConnectionClosed",
    },
  ];

  it.each(endings)("$how: one end at each side", async ({ run, client, server }) => {
    const log = { client: [] as string[], server: [] as string[] };
    const ends = ["onChannelClosed", "onChannelReset"] as const;
    await using pair = await connectPair(golden, {
      client: { observer: recorder(ends, log.client, details) },
      server: { observer: recorder(ends, log.server, details) },
    });
    await run(pair);
    await settle();
    await Promise.all([pair.client.close(), pair.server.close()]);
    expect(log).toEqual({ client: [client], server: [server] });
  });

  it("that bring what cannot be read are reset for breaking the rules", async () => {
    const log: string[] = [];
    const observer = recorder(["onDecodeError", "onChannelReset"], log, (name, event) =>
      [name, event["subject"] ?? event["reason"], event["id"] ?? event["channelId"]].join(" "),
    );
    await using pair = await connectPair(golden, { server: { observer } });
    const { rx, tx } = channel<number>();
    const call = callerOf(pair).$try.sum(rx);
    await tx.send(1);
    const { outbox } = pair.client.core;
    // Item on connection 0, channel 1: four bytes of length, then a u32 that does not end.
    const frame = [0, 7, 1, 0, 1, 0, 0, 0, 0xff];
    const p = outbox.begin();
    outbox.writer.buffer.set(frame, p);
    outbox.commit(p + frame.length);
    await call;
    expect(log).toEqual(["onDecodeError item 1", "onChannelReset Protocol 1"]);
  });
});

describe("links", () => {
  it("tell of all their bytes, and once of their end", async () => {
    const sums = { read: 0, written: 0 };
    const ends: unknown[] = [];
    const observer: Observer = {
      onFramesRead: ({ frames, bytes }) => {
        expect(frames).toBeGreaterThan(0);
        sums.read += bytes;
      },
      onFramesWritten: ({ bytes }) => {
        sums.written += bytes;
      },
      onLinkClosed: (event) => ends.push(event),
    };
    const pair = await connectPair(golden, { client: { observer } });
    for (let i = 0; i < 10; i++) expect(await callerOf(pair).add(i, i)).toBe(2 * i);
    await pair.client.close();
    await pair.server.closed;
    expect(ends).toEqual([{ link: "memory", error: undefined, bytesIn: sums.read, bytesOut: sums.written }]);
    expect(sums.read).toBeGreaterThan(7000);
    expect(sums.written).toBeGreaterThan(7000);
    expect(pair.client.snapshot().traffic).toMatchObject({ bytesIn: sums.read, bytesOut: sums.written });
    expect(pair.server.snapshot().traffic).toMatchObject({ bytesIn: sums.written, bytesOut: sums.read });
  });

  it("tell once that they are full, and once that they have drained", async () => {
    const log: string[] = [];
    const observer = recorder(["onBackpressure", "onBackpressureReleased"], log, (name, event) =>
      [name, Number(event["bufferedBytes"]) > 8000].join(" "),
    );
    const client = { observer, limits: { maxBufferedBytes: 8000 } };
    const server = { maxConcurrentRequests: 1024 };
    await using pair = await connectPair(golden, { client, server });
    const { tx, rx } = channel<number>();
    const streaming = callerOf(pair).sum(rx);
    await settle();
    log.length = 0;
    pair.serverLink.pause();
    const calls = Array.from({ length: 1000 }, (_, i) => callerOf(pair).add(i, 1));
    await settle();
    expect(log).toEqual(["onBackpressure true"]);
    expect(pair.client.snapshot().outbound).toMatchObject({ capacityBytes: 8000, isFull: true });
    expect(tx.trySend(1)).toBe("full");
    pair.serverLink.resume();
    await Promise.all(calls);
    expect(log.slice(0, 2)).toEqual(["onBackpressure true", "onBackpressureReleased false"]);
    expect(log.length % 2).toBe(0);
    await tx.close();
    await streaming;
    expect(pair.client.snapshot().outbound).toMatchObject({ bufferedBytes: 0, isFull: false });
  });
});

describe("values that are none", () => {
  it("are reported where they were found", async () => {
    const log: string[] = [];
    const observer = recorder(["onEncodeError", "onDecodeError"], log, (name, event) =>
      [name, event["subject"], (event["method"] as { name: string } | undefined)?.name, event["error"]].join(
        " ",
      ),
    );
    const lying = $.dispatcher("Golden", [hello.handled(() => 5 as never), counting, adding]);
    await using pair = await connectPair(lying, { observer });
    const caller = callerOf(pair);
    await expect(caller.add(-1, 2)).rejects.toMatchObject({ code: "EncodeFailed" });
    await expect(caller.hello()).rejects.toMatchObject({ code: "Cancelled" });
    const { tx, rx } = channel<number>();
    const streaming = caller.$try.sum(rx);
    await expect(tx.send(-1)).rejects.toMatchObject({ code: "EncodeFailed" });
    await streaming;
    expect(log.map((text) => text.split(" ").slice(0, 3).join(" "))).toEqual([
      "onEncodeError arguments add",
      "onEncodeError response hello",
      "onEncodeError item sum",
    ]);
  });

  it("end the session when they are no message, which is reported once", async () => {
    const log: string[] = [];
    const observer = recorder(["onDecodeError", "onProtocolError"], log, (name, event) =>
      [name, event["subject"] ?? event["origin"]].join(" "),
    );
    const [ours, theirs] = memoryLinkPair();
    const peer = new RawPeer(theirs);
    const accepting = acceptSession(ours, golden, { observer });
    peer.send(...handshakeFrames("initiator"));
    const session = await accepting;
    peer.send("ff".repeat(12));
    expect(await session.closed).toMatchObject({ reason: "Protocol" });
    expect(log).toEqual(["onDecodeError message", "onProtocolError remote"]);
    peer.close();
  });
});

describe("an observer", () => {
  it("that throws, at once or later, changes nothing", async () => {
    const told = new Set<string>();
    const broken = (later: boolean): Observer =>
      new Proxy({} as Observer, {
        get: (_target, name) => () => {
          told.add(String(name));
          if (later) return Promise.reject(new Error("broken"));
          throw new Error("broken");
        },
      });
    const unhandled: unknown[] = [];
    const note = (reason: unknown): void => void unhandled.push(reason);
    process.on("unhandledRejection", note);
    try {
      for (const later of [false, true]) {
        await using pair = await connectPair(golden, { observer: broken(later), clock: new FakeClock() });
        const { tx, rx } = channel<number>();
        const call = callerOf(pair).count(0, 40, tx);
        let items = 0;
        for await (const _ of rx) items += 1;
        await call;
        expect(items).toBe(40);
        await expect(callerOf(pair).crash(channel<number>().tx)).rejects.toMatchObject({
          code: "Indeterminate",
        });
        await expect(callerOf(pair).divide(1n, 1n)).rejects.toMatchObject({
          code: "UnknownMethod",
        });
      }
      await settle();
      expect(unhandled).toEqual([]);
      expect(told.size).toBeGreaterThan(14);
    } finally {
      process.off("unhandledRejection", note);
    }
  });

  it("can be several, none of which keeps an event from the others", async () => {
    const log: string[] = [];
    const all = combineObservers(
      { onConnectionOpened: () => void log.push("first") },
      {
        onConnectionOpened: () => {
          throw new Error("broken");
        },
      },
      { onConnectionOpened: () => void log.push("third"), onLinkClosed: () => void log.push("closed") },
    );
    expect(Object.keys(all).sort()).toEqual(["onConnectionOpened", "onLinkClosed"]);
    const pair = await connectPair(golden, { client: { observer: all } });
    await pair.client.close();
    await pair.server.closed;
    expect(log).toEqual(["first", "third", "closed"]);
  });
});
