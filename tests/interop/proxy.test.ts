/**
 * TypeScript between two peers, of which one is Rust: connections of services that the proxy does not have are joined.
 */
import { channel, RejectedError, router } from "@voxrpc/runtime";
import type { Session } from "@voxrpc/runtime/link";
import { connectSession, type Server, serve } from "@voxrpc/runtime/node";
import { type ConnectionProxy, proxyThrough } from "@voxrpc/runtime/proxy";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { countSum, recordAt, streamsHandler } from "../support/stream-handlers.js";
import { Probe } from "./gen/probe.vox.js";
import {
  type Record,
  Streams,
  type StreamsClient,
  streamsDispatcher,
  streamsFailAfter,
} from "./gen/streams.vox.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerCheck,
  type PeerRun,
  type PeerServer,
  runVirtualChecks,
  skipNote,
  startPeer,
} from "./peer.js";

const isReady = isCargoFound();
const windows = [1, 4, 16] as const;

beforeAll(async () => {
  if (isReady) await buildPeer();
}, buildTimeoutMs);

beforeEach(({ skip }) => skip(!isReady, skipNote));

/** A proxy before a server, and what it has joined. */
interface Front extends AsyncDisposable {
  readonly server: Server;
  readonly proxies: readonly ConnectionProxy[];
}

async function startFront(url: string): Promise<Front> {
  const upstream: Session = await connectSession(url, { service: Streams.name });
  const proxies: ConnectionProxy[] = [];
  const server = await serve("tcp://127.0.0.1:0", {
    async accept({ isVirtual }, connection) {
      if (isVirtual) proxies.push(await proxyThrough(connection, upstream));
      else connection.accept(streamsDispatcher(streamsHandler().handler));
    },
  });
  return {
    server,
    proxies,
    async [Symbol.asyncDispose]() {
      await server.close();
      await upstream.close();
    },
  };
}

describe.each(windows)("a TypeScript client, a proxy, and a Rust server, windows of %i", (credit) => {
  let peer: PeerServer;
  let front: Front;
  let session: Session;
  let client: StreamsClient;

  beforeAll(async () => {
    if (!isReady) return;
    peer = await startPeer({ credit });
    front = await startFront(peer.url);
    session = await connectSession(front.server.url, { service: Streams.name });
    const dispatcher = streamsDispatcher(streamsHandler().handler);
    client = await session.open(Streams, { initialChannelCredit: credit, serve: dispatcher });
  });

  afterAll(async () => {
    await session?.close();
    await front?.[Symbol.asyncDispose]();
    await peer?.[Symbol.asyncDispose]();
  });

  it("stream in both directions", async () => {
    expect(await countSum(client, 2000)).toBe(1_999_000n);
    const up = channel<number>();
    const items = Array.from({ length: 2000 }, (_, at) => at);
    const [sum] = await Promise.all([client.sum(up.rx), up.tx.sendAll(items)]);
    expect(sum).toBe(1_999_000n);
    const [input, output] = [channel<string>(), channel<string>()];
    const texts = Array.from({ length: 200 }, (_, at) => `text ${at}`);
    const shouting = Promise.all([client.shout(input.rx, output.tx), input.tx.sendAll(texts)]);
    const heard: string[] = [];
    for await (const text of output.rx) heard.push(text);
    expect(heard).toEqual(texts.map((text) => text.toUpperCase()));
    expect(await shouting).toEqual([200, 200]);
  });

  it("carry records, errors and calls back", async () => {
    const down = channel<Record>();
    const call = client.records(30, down.tx);
    const records: unknown[] = [];
    for await (const record of down.rx) records.push(record);
    await call;
    expect(records).toEqual(Array.from({ length: 30 }, (_, at) => recordAt(at)));
    const error = await client.failAfter(0, channel<number>().tx).catch((reason: unknown) => reason);
    expect(streamsFailAfter.isError(error) && error.value).toEqual({ kind: "Refused" });
    expect(await client.callBack(100)).toBe(4950n);
  });

  it("tell the sender that its receiver has left", async () => {
    const { tx, rx } = channel<number>();
    const call = client.endless(tx);
    for await (const item of rx) if (item === 20) break;
    expect(await call).toBeGreaterThan(20);
    await vi.waitFor(async () => expect(await client.running()).toBe(0), { timeout: 10_000, interval: 5 });
  });

  it("are several, and end together", async () => {
    const others = await Promise.all([session.open(Streams), session.open(Probe)]);
    expect(await countSum(others[0], 100)).toBe(4950n);
    expect(await others[1].slow(1, 2)).toBe(2);
    for (const other of others) await other.$close();
    await vi.waitFor(() => expect(front.server.sessions[0]?.core.connectionCount).toBe(2), {
      timeout: 10_000,
      interval: 5,
    });
    const refused = session.open({ ...Streams, name: "Nobody" });
    await expect(refused).rejects.toBeInstanceOf(RejectedError);
    await expect(refused).rejects.toThrow("connection rejected: unknown service Nobody");
    expect(front.proxies.map(({ inFlight }) => inFlight)).toEqual(front.proxies.map(() => 0));
  });
});

/** The checks of the Rust client, in their order (`interop/rust/src/stream_checks.rs`). */
const checkNames = [
  "count",
  "sum",
  "shout",
  "records",
  "many_at_once",
  "closed_at_once",
  "not_wanted",
  "left",
  "given_up",
  "failed",
  "refused",
  "cut",
  "virtual_unknown",
];

describe.each([1, 16])("a Rust client, a proxy, and a TypeScript server, windows of %i", (credit) => {
  const { handler, load } = streamsHandler();
  let server: Server;
  let front: Front;
  let run: PeerRun<PeerCheck>;

  beforeAll(async () => {
    if (!isReady) return;
    server = await serve("tcp://127.0.0.1:0", router([streamsDispatcher(handler)]), {
      // The failure of `giveUp` is intended.
      onUnhandledError() {},
    });
    front = await startFront(server.url);
    run = await runVirtualChecks(front.server.url, credit);
  }, 120_000);

  afterAll(async () => {
    await front?.[Symbol.asyncDispose]();
    await server?.close();
  });

  it.each(checkNames)("%s", (name) => {
    const check = run.lines.find((each) => each.name === name);
    expect(check, run.errors).toBeDefined();
    expect(check).toMatchObject({ ok: true });
  });

  it("are these and no others, and all were made", () => {
    expect(run.lines.map(({ name }) => name)).toEqual(checkNames);
    expect(run.code, run.errors).toBe(0);
  });

  it("went through one proxy, and left nothing", async () => {
    expect(front.proxies).toHaveLength(1);
    await front.proxies[0]?.closed;
    expect(load.running).toBe(0);
    await vi.waitFor(() => expect(server.sessions[0]?.core.connectionCount).toBe(1), {
      timeout: 10_000,
      interval: 5,
    });
  });
});
