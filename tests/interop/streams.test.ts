/** Channels between TypeScript and Rust, in both directions and both roles. */
import { channel, type Rx, router, type Tx } from "@voxrpc/runtime";
import { connect, type Server, serve } from "@voxrpc/runtime/node";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { countSum, recordAt, streamsHandler } from "../support/stream-handlers.js";
import { Streams, type StreamsClient, streamsDispatcher, streamsFailAfter } from "./gen/streams.vox.js";
import {
  buildPeer,
  buildTimeoutMs,
  isCargoFound,
  type PeerCheck,
  type PeerRun,
  type PeerServer,
  runStreamChecks,
  skipNote,
  startPeer,
} from "./peer.js";

const isReady = isCargoFound();
const windows = [1, 4, 16] as const;
/** Items of a long stream. */
const many = 10_000;

beforeAll(async () => {
  if (isReady) await buildPeer();
}, buildTimeoutMs);

beforeEach(({ skip }) => skip(!isReady, skipNote));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Everything up to the error that ends a stream whose call has failed. */
async function collectCut<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  const reading = (async () => {
    for await (const item of items) all.push(item);
  })();
  await expect(reading).rejects.toMatchObject({ code: "ChannelReset", cause: { code: "User" } });
  return all;
}

async function sendAll<T>(tx: Tx<T>, items: Iterable<T>): Promise<void> {
  for (const item of items) await tx.send(item);
  await tx.close();
}

const numbers = (n: number, start = 0): number[] => Array.from({ length: n }, (_, at) => start + at);
const sumTo = (n: number): bigint => (BigInt(n) * BigInt(n - 1)) / 2n;

describe.each(windows)("a TypeScript client and a Rust server, windows of %i", (credit) => {
  let peer: PeerServer;
  let client: StreamsClient;

  beforeAll(async () => {
    if (!isReady) return;
    peer = await startPeer({ credit });
    client = await connect(peer.url, Streams, { initialChannelCredit: credit });
  });

  afterAll(async () => {
    await client?.$close();
    await peer?.[Symbol.asyncDispose]();
  });

  /** No handler is left at work. */
  const expectNoneRunning = (): Promise<void> =>
    vi.waitFor(async () => expect(await client.running()).toBe(0), { timeout: 10_000, interval: 5 });

  it(`receives ${many} items in order, then the end`, { timeout: 60_000 }, async () => {
    const { tx, rx } = channel<number>();
    const [items] = await Promise.all([collect(rx), client.count(5, many, tx)]);
    expect(items).toEqual(numbers(many, 5));
  });

  it(`sends ${many} items`, { timeout: 60_000 }, async () => {
    const { tx, rx } = channel<number>();
    const [sum] = await Promise.all([client.sum(rx), sendAll(tx, numbers(many))]);
    expect(sum).toBe(sumTo(many));
  });

  it("sends without waiting for each item", async () => {
    const { tx, rx } = channel<number>();
    const sum = client.sum(rx);
    await Promise.all([...numbers(1000).map((item) => tx.send(item)), tx.close()]);
    expect(await sum).toBe(sumTo(1000));
  });

  it("sends and receives at once", async () => {
    const input = channel<string>();
    const output = channel<string>();
    const texts = numbers(500).map((at) => `text ${at} ${"ä".repeat(at * 10)}`);
    const [count, came] = await Promise.all([
      client.shout(input.rx, output.tx),
      collect(output.rx),
      sendAll(input.tx, texts),
    ]);
    expect(count).toBe(500);
    expect(came).toEqual(texts.map((text) => text.toUpperCase()));
  });

  it("receives the records that Rust sends, in their order", async () => {
    const { tx, rx } = channel<ReturnType<typeof recordAt>>();
    const [records] = await Promise.all([collect(rx), client.records(30, tx)]);
    expect(records).toEqual(numbers(30).map(recordAt));
  });

  it("makes 20 streams on one connection at once", async () => {
    const sums = await Promise.all(numbers(20).map((at) => countSum(client, 100 + at)));
    expect(sums).toEqual(numbers(20).map((at) => sumTo(100 + at)));
  });

  it("closes gracefully when the window is full: 0.8.2 hangs on a Close that it has no room for", async () => {
    for (const n of numbers(200)) {
      const { tx, rx } = channel<number>();
      const sum = client.sum(rx);
      const items = numbers(n % (2 * credit + 2));
      await Promise.all([...items.map((item) => tx.send(item)), tx.close()]);
      expect(await sum).toBe(sumTo(items.length));
    }
  });

  it("sends nothing at all", async () => {
    const { tx, rx } = channel<number>();
    expect(await Promise.all([client.sum(rx), tx.close()])).toEqual([0n, undefined]);
    const other = channel<number>();
    await Promise.all([other.tx.close(), client.first(other.rx)]).then(([, first]) =>
      expect(first).toBeUndefined(),
    );
  });

  it("learns that the Rust handler has stopped reading", async () => {
    const { tx, rx } = channel<number>();
    const first = client.first(rx);
    const sent = sendAll(tx, endless());
    await expect(sent).rejects.toMatchObject({ code: "ChannelReset" });
    expect(await first).toBe(0);
    expect(tx.isOpen).toBe(false);
    await tx.closed;
  });

  it("leaves the loop: the Rust handler gets the end and answers", async () => {
    const { tx, rx } = channel<number>();
    const call = client.endless(tx);
    expect(await takeUntil(rx, 50)).toBe(50);
    expect(await call).toBeGreaterThan(50);
    await expectNoneRunning();
  });

  it("gives the call up: the Rust handler is aborted, what has come is dropped", async () => {
    const { tx, rx } = channel<number>();
    const controller = new AbortController();
    const call = client.endless(tx, { signal: controller.signal });
    expect((await rx.next()).value).toBe(0);
    expect(await client.running()).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "Cancelled" });
    await expect(rx.next()).rejects.toMatchObject({ code: "ChannelClosed" });
    await expectNoneRunning();
  });

  it("gives up a call that it sends to", async () => {
    const { tx, rx } = channel<number>();
    const controller = new AbortController();
    const call = client.sum(rx, { signal: controller.signal });
    await tx.send(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "Cancelled" });
    await expect(tx.send(2)).rejects.toMatchObject({ code: "ChannelClosed" });
    expect(await countSum(client, 100)).toBe(sumTo(100));
  });

  it("receives the items before a declared error, read before it or behind it", async () => {
    const early = channel<number>();
    const items = collectCut(early.rx);
    const call = client.failAfter(40, early.tx);
    const error = await call.catch((thrown: unknown) => thrown);
    expect(streamsFailAfter.isError(error) && error.value).toEqual({ kind: "Exhausted", value: 40 });
    expect(await items).toEqual(numbers(40));
    // No more than the window holds: the handler waits for the reader.
    const late = channel<number>();
    expect(await client.$try.failAfter(credit, late.tx)).toMatchObject({
      error: { code: "User", value: { kind: "Exhausted", value: credit } },
    });
    expect(await collectCut(late.rx)).toEqual(numbers(credit));
    const none = channel<number>();
    expect(await client.$try.failAfter(0, none.tx)).toMatchObject({ error: { value: { kind: "Refused" } } });
    expect(await collectCut(none.rx)).toEqual([]);
  });

  it.each<[string, (tx: Tx<number>) => Promise<unknown>]>([
    ["abort", (tx) => tx.abort()],
    ["sendAll of a source that throws", (tx) => tx.sendAll(cutAfter(3 * credit))],
    ["sendAll of an item that does not fit", (tx) => tx.sendAll([1, -1])],
    ["a pipe that fails", (tx) => failingStream(3 * credit).pipeTo(tx.toWritableStream())],
  ])("gives a stream up by %s: the loop of the Rust handler fails", async (_, giveUp) => {
    const { tx, rx } = channel<number>();
    const sum = client.sum(rx);
    await tx.send(1);
    await giveUp(tx).catch(() => {});
    // What the handler says when its stream was cut (`interop/rust/src/streams.rs`).
    expect(await sum).toBe(2n ** 64n - 1n);
    expect(await countSum(client, 100)).toBe(sumTo(100));
  });

  it("goes on with everything else while one stream is not read", async () => {
    const { tx, rx } = channel<number>();
    const call = client.endless(tx);
    await vi.waitFor(async () => expect(await client.running()).toBe(1), { timeout: 10_000, interval: 5 });
    expect(await countSum(client, 500)).toBe(sumTo(500));
    rx.cancel();
    expect(await call).toBe(credit);
  });

  it("ends with an error when the server goes, behind the items that had come", async () => {
    const other = await startPeer({ credit });
    const session = await connect(other.url, Streams, { initialChannelCredit: credit });
    const down = channel<number>();
    const up = channel<number>();
    const calls = Promise.allSettled([session.endless(down.tx), session.sum(up.rx)]);
    expect((await down.rx.next()).value).toBe(0);
    await up.tx.send(1);
    await other[Symbol.asyncDispose]();
    expect((await calls).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    const seen: number[] = [];
    const reading = (async () => {
      for await (const item of down.rx) seen.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ConnectionClosed" });
    expect(seen).toEqual(numbers(seen.length, 1));
    await expect(up.tx.send(2)).rejects.toMatchObject({ code: "ConnectionClosed" });
  });
});

function* cutAfter(n: number): Generator<number> {
  yield* numbers(n);
  throw new Error("the source has failed");
}

function failingStream(n: number): ReadableStream<number> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at < n) controller.enqueue(at++);
      else controller.error(new Error("the source has failed"));
    },
  });
}

/** Numbers without an end. */
function* endless(): Generator<number> {
  for (let item = 0; ; item++) yield item;
}

/** Reads up to an item, and leaves. */
async function takeUntil(rx: Rx<number>, last: number): Promise<number | undefined> {
  for await (const item of rx) if (item === last) return item;
  return undefined;
}

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
  "call_back",
  "open_back",
  "virtual",
  "virtual_unknown",
  "after_silence",
] as const;

describe.each(windows)("a Rust client and a TypeScript server, windows of %i", (credit) => {
  const { handler, load } = streamsHandler();
  let server: Server;
  let run: PeerRun<PeerCheck>;
  let sessions = 0;

  beforeAll(async () => {
    if (!isReady) return;
    server = await serve("tcp://127.0.0.1:0", router([streamsDispatcher(handler)]), {
      initialChannelCredit: credit,
      // The failure of `giveUp` is intended.
      onUnhandledError() {},
      onSession: () => {
        sessions++;
      },
    });
    run = await runStreamChecks(server.url, credit);
  }, 120_000);

  afterAll(() => server?.close());

  it.each(checkNames)("%s", (name) => {
    const check = run.lines.find((each) => each.name === name);
    expect(check, run.errors).toBeDefined();
    expect(check).toMatchObject({ ok: true });
  });

  it("are these and no others, and all were made", () => {
    expect(run.lines.map(({ name }) => name)).toEqual(checkNames);
    expect(run.code, run.errors).toBe(0);
  });

  it("lost no session: each ping was answered in time", () => {
    expect(sessions).toBe(1);
  });

  it("left nothing running", async () => {
    expect(load.running).toBe(0);
    await vi.waitFor(() => expect(server.sessionCount).toBe(0), { timeout: 10_000 });
  });
});
