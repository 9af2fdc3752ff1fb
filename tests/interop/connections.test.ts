/** Virtual connections, calls back to the caller, and keepalive, between a TypeScript client and a Rust server. */
import { channel, RejectedError, router } from "@voxrpc/runtime";
import { service } from "@voxrpc/runtime/gen/v1";
import { connect, connectSession } from "@voxrpc/runtime/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { countSum, streamsHandler } from "../support/stream-handlers.js";
import { startTap } from "../support/tap.js";
import { Probe } from "./gen/probe.vox.js";
import { Streams, type StreamsClient, streamsDispatcher } from "./gen/streams.vox.js";
import { buildPeer, buildTimeoutMs, isCargoFound, type PeerServer, skipNote, startPeer } from "./peer.js";

const isReady = isCargoFound();
let peer: PeerServer;

beforeAll(async () => {
  if (!isReady) return;
  await buildPeer();
  peer = await startPeer();
}, buildTimeoutMs);

afterAll(async () => {
  await peer?.[Symbol.asyncDispose]();
});

beforeEach(({ skip }) => skip(!isReady, skipNote));

/** Calls and streams in both directions. */
async function expectToWork(client: StreamsClient): Promise<void> {
  expect(await client.running()).toBeGreaterThanOrEqual(0);
  expect(await countSum(client, 100)).toBe(4950n);
  const { tx, rx } = channel<number>();
  const sum = client.sum(rx);
  for (let item = 0; item < 100; item++) await tx.send(item);
  await tx.close();
  expect(await sum).toBe(4950n);
}

describe("a virtual connection that TypeScript opens", () => {
  it.each([1, 4, 16, 64])("carries calls and streams, with windows of %i", async (credit) => {
    await using session = await connectSession(peer.url, { service: Streams.name });
    const root = session.client(Streams);
    const other = await session.open(Streams, { initialChannelCredit: credit });
    expect(other.$caller.connection.id).toBe(1);
    await Promise.all([expectToWork(root), expectToWork(other)]);
    await other.$close();
    expect((await other.$caller.connection.closed).reason).toBe("Local");
    await expectToWork(root);
  });

  it("is one of many, of different services, each with ids of its own", async () => {
    await using session = await connectSession(peer.url, { service: Streams.name });
    const opened = await Promise.all(Array.from({ length: 10 }, () => session.open(Streams)));
    expect(opened.map(({ $caller }) => $caller.connection.id)).toEqual([1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    await using probe = await session.open(Probe);
    await Promise.all([...opened.map(expectToWork), probe.slow(1, 2)]);
    for (const client of opened) await client.$close();
    expect(await probe.slow(1, 3)).toBe(3);
  });

  it("ends its streams when it is closed, and no others", async () => {
    await using session = await connectSession(peer.url, { service: Streams.name });
    const root = session.client(Streams);
    const other = await session.open(Streams);
    const { tx, rx } = channel<number>();
    const call = other.endless(tx);
    const outcome = call.catch((error: unknown) => error);
    expect((await rx.next()).value).toBe(0);
    await other.$caller.connection.close({ timeoutMs: 50 });
    expect(await outcome).toMatchObject({ code: "ConnectionClosed" });
    const reading = (async () => {
      for await (const item of rx) expect(item).toBeGreaterThan(0);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ConnectionClosed" });
    await vi.waitFor(async () => expect(await root.running()).toBe(0), { timeout: 10_000, interval: 5 });
    await expectToWork(root);
  });

  it("is refused for a service that the server does not have", async () => {
    await using session = await connectSession(peer.url, { service: Streams.name });
    const nobody = service("Nobody", (caller) => caller, {});
    const refused = session.open(nobody);
    await expect(refused).rejects.toBeInstanceOf(RejectedError);
    await expect(refused).rejects.toThrow("connection rejected: unknown service Nobody");
    await expectToWork(session.client(Streams));
  });
});

describe("calls back from a Rust handler", () => {
  const serving = () => router([streamsDispatcher(streamsHandler().handler)]);

  it("come on the root connection", async () => {
    await using client = await connect(peer.url, Streams, { serve: serving() });
    expect(await client.callBack(500)).toBe(124_750n);
    expect(await Promise.all([client.callBack(100), client.callBack(100)])).toEqual([4950n, 4950n]);
  });

  it("come on a virtual connection that TypeScript has opened", async () => {
    await using session = await connectSession(peer.url, { service: Streams.name });
    const dispatcher = streamsDispatcher(streamsHandler().handler);
    await using client = await session.open(Streams, { serve: dispatcher });
    expect(await client.callBack(100)).toBe(4950n);
  });

  it("come on a virtual connection that Rust opens", async () => {
    await using client = await connect(peer.url, Streams, { serve: serving() });
    expect(await client.openBack(500)).toBe(124_750n);
    expect(await Promise.all([client.openBack(100), client.openBack(100)])).toEqual([4950n, 4950n]);
    await expectToWork(client);
  });

  it("are refused by a client that serves something else, or nothing", async () => {
    const failed = 2n ** 64n - 1n;
    await using other = await connect(peer.url, Streams, { serve: router({}) });
    await using nothing = await connect(peer.url, Streams);
    for (const client of [other, nothing]) {
      expect(await client.callBack(1)).toBe(failed);
      expect(await client.openBack(1)).toBe(failed);
      await expectToWork(client);
    }
  });
});

describe("keepalive", () => {
  it("each side pings and has an answer to every ping", async () => {
    await using pinging = await startPeer({ pingIntervalMs: 30 });
    await using tap = await startTap(pinging.url);
    const client = await connect(tap.url, Streams, { keepalive: { intervalMs: 30, timeoutMs: 5000 } });
    const { fromClient, fromServer } = tap;
    await vi.waitFor(
      () => {
        expect(fromServer.pongs.length).toBeGreaterThanOrEqual(3);
        expect(fromClient.pongs.length).toBeGreaterThanOrEqual(3);
      },
      { timeout: 10_000, interval: 5 },
    );
    await expectToWork(client);
    expect(fromServer.pongs).toEqual(fromClient.pings.slice(0, fromServer.pongs.length));
    expect(fromClient.pongs).toEqual(fromServer.pings.slice(0, fromClient.pongs.length));
    await client.$close();
  });

  it("without it no side pings", async () => {
    await using tap = await startTap(peer.url);
    await using client = await connect(tap.url, Streams, { keepalive: false });
    await expectToWork(client);
    const none = { pings: [], pongs: [] };
    expect([tap.fromClient, tap.fromServer]).toEqual([none, none]);
  });
});
