/** Connections that are joined: rows of `protocol/behaviours.md` §9, and what passes through a proxy. */
import { channel, type Limits, Metadata, RejectedError, router } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import type { Session } from "@voxrpc/runtime/link";
import { proxyConnections, type RawConnection } from "@voxrpc/runtime/proxy";
import { connectPair, FakeClock, settle } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import {
  beginPayload,
  endPayload,
  methodIdBytes,
  writeCallHead,
  writeCancel,
  writeResponseHead,
  writeSchemaMessage,
} from "../../packages/runtime/src/wire/request-messages.js";
import { Streams, streamsDispatcher, streamsFailAfter } from "../interop/gen/streams.vox.js";
import { Golden, type GoldenClient } from "../support/gen/session.vox.js";
import { serveGolden, wait } from "../support/golden-service.js";
import { countSum, recordAt, streamsHandler } from "../support/stream-handlers.js";
import { VoxService } from "../support/vox-types.js";
import { connectGateway, type Gateway, type GatewayOptions } from "./gateway.js";

const echo = new VoxService("service Echo { echo(value: u32) -> u32 }");
const echoing = $.dispatcher("Echo", [echo.handled("echo", ([value]) => value)]);
const Echo = $.service("Echo", (caller) => new $.ClientBase(caller), {});

const kb = 1024;
const streaming = (): $.Dispatcher => streamsDispatcher(streamsHandler().handler);

function endOf(gateway: Gateway): Promise<unknown> | undefined {
  return gateway.proxies[0]?.closed;
}

/** Virtual connections of all four sessions: none when all have ended. */
function virtualCounts({ near, far }: Gateway): number[] {
  return [near.client, near.server, far.client, far.server].map(({ core }) =>
    Math.max(0, core.connectionCount - 1),
  );
}

describe("proxied calls", () => {
  it("proxy_connections_forwards_calls_without_service_specific_proxy_code", async () => {
    await using gateway = await connectGateway(router([echoing]), {
      join: async (upstream, request, connection) => {
        const near = connection.intoRaw();
        const far = await upstream.openRaw(request.service ?? "");
        return proxyConnections(near, far);
      },
    });
    const client = await gateway.near.client.open(Echo);
    expect(await client.$caller.call(echo.method("echo"), [777])).toBe(777);
    await client.$close();
    await settle();
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
    expect(await endOf(gateway)).toEqual({ reason: "Remote", error: undefined });
  });

  it("proxy_connections_forwards_calls", async () => {
    const { handler } = streamsHandler();
    await using gateway = await connectGateway(
      router([streamsDispatcher({ ...handler, running: () => 777 })]),
    );
    const client = await gateway.near.client.open(Streams);
    expect(await client.running()).toBe(777);
    await client.$close();
    await settle();
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
  });

  it("fail as they fail without a proxy", async () => {
    await using gateway = await connectGateway(streaming());
    const client = await gateway.near.client.open(Streams);
    const { tx, rx } = channel<number>();
    const failed = client.failAfter(3, tx).catch((error: unknown) => error);
    const items: number[] = [];
    const reading = (async () => {
      for await (const item of rx) items.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ChannelReset" });
    expect(items).toEqual([0, 1, 2]);
    const error = await failed;
    expect(streamsFailAfter.isError(error) && error.value).toEqual({ kind: "Exhausted", value: 3 });
    await expect(client.$caller.call(echo.method("echo"), [1])).rejects.toMatchObject({
      code: "UnknownMethod",
    });
    expect(gateway.proxies[0]?.inFlight).toBe(0);
    expect(await client.running()).toBe(0);
  });

  it("are cancelled, and the handler is aborted", async () => {
    const signals: AbortSignal[] = [];
    const never = serveGolden({
      wait: (_a, context) => {
        signals.push(context.signal);
        return new Promise<number>(() => {});
      },
    });
    await using gateway = await connectGateway(never);
    const caller = await gateway.near.client.open(Golden);
    const controller = new AbortController();
    const call = caller.wait(1, { signal: controller.signal });
    await settle();
    expect(gateway.proxies[0]?.inFlight).toBe(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "Cancelled" });
    await settle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(gateway.proxies[0]?.inFlight).toBe(0);
    await caller.$caller.connection.close();
  });

  it("go both ways", async () => {
    const { handler } = streamsHandler();
    await using gateway = await connectGateway(streamsDispatcher(handler));
    const client = await gateway.near.client.open(Streams, { serve: streamsDispatcher(handler) });
    expect(await client.callBack(100)).toBe(4950n);
  });

  it("take metadata along, but for what is for the next peer only", async () => {
    const seen: (readonly [string, unknown])[][] = [];
    const reading = serveGolden({
      lookup: (key, context) => {
        seen.push([...context.metadata].map(({ key: name, value }) => [name, value]));
        context.responseMetadata.set("kept", "yes").set("dropped", 1, { noPropagate: true });
        return key;
      },
    });
    const requests: Metadata[] = [];
    await using gateway = await connectGateway({
      accept(request, connection) {
        if (request.isVirtual) requests.push(request.metadata);
        connection.accept(reading);
      },
    });
    const metadata = (): Metadata =>
      new Metadata({ trace: "t1" })
        .append("secret", new Uint8Array(3), { noPropagate: true, sensitive: true })
        .append("hop", 5, { noPropagate: true })
        .append("count", 7n);
    const caller = await gateway.near.client.open(Golden, { metadata: metadata() });
    expect([...(requests[0] ?? [])].map(({ key, value }) => [key, value])).toEqual([
      ["trace", "t1"],
      ["count", 7n],
      ["vox-service", "Golden"],
      ["vox-connection-kind", "virtual"],
    ]);
    const answers: Metadata[] = [];
    const options = { metadata: metadata(), onMetadata: (answer: Metadata) => void answers.push(answer) };
    expect(await caller.lookup("a", options)).toBe("a");
    expect(await caller.lookup("b")).toBe("b");
    expect(seen.map((entries) => entries.filter(([key]) => !key.startsWith("vox-")))).toEqual([
      [
        ["trace", "t1"],
        ["count", 7n],
      ],
      [],
    ]);
    expect(answers.map((answer) => [...answer].map(({ key }) => key))).toEqual([["kept"]]);
  });
});

describe("proxied streams", () => {
  it.each([1, 2, 4, 16])("have the window of their receiver: %i", async (credit) => {
    const host = { initialChannelCredit: credit };
    await using gateway = await connectGateway(streaming(), { client: host, server: host });
    const client = await gateway.near.client.open(Streams);
    expect(await countSum(client, 500)).toBe(124_750n);
    const up = channel<number>();
    const sum = client.sum(up.rx);
    for (let item = 0; item < 500; item++) await up.tx.send(item);
    await up.tx.close();
    expect(await sum).toBe(124_750n);
    const [input, output] = [channel<string>(), channel<string>()];
    const shouting = client.shout(input.rx, output.tx);
    const heard: string[] = [];
    const listening = (async () => {
      for await (const text of output.rx) heard.push(text);
    })();
    for (let item = 0; item < 100; item++) await input.tx.send(`text ${item}`);
    await input.tx.close();
    expect(await shouting).toBe(100);
    await listening;
    expect(heard).toEqual(Array.from({ length: 100 }, (_, item) => `TEXT ${item}`));
  });

  it("carry values that the host knows nothing of", async () => {
    await using gateway = await connectGateway(streaming());
    const client = await gateway.near.client.open(Streams);
    const { tx, rx } = channel<unknown>();
    const call = client.records(20, tx as Parameters<typeof client.records>[1]);
    const records: unknown[] = [];
    for await (const record of rx) records.push(record);
    await call;
    expect(records).toEqual(Array.from({ length: 20 }, (_, at) => recordAt(at)));
  });

  it("end at the sender when the receiver leaves, and the other way round", async () => {
    const { handler, load } = streamsHandler();
    await using gateway = await connectGateway(streamsDispatcher(handler));
    const client = await gateway.near.client.open(Streams);
    const down = channel<number>();
    const endless = client.endless(down.tx);
    for await (const item of down.rx) if (item === 40) break;
    expect(await endless).toBeGreaterThan(40);
    expect(load.running).toBe(0);
    const up = channel<number>();
    const first = client.first(up.rx);
    await up.tx.send(9);
    expect(await first).toBe(9);
    await vi.waitFor(() => expect(up.tx.trySend(10)).toBe("closed"), { timeout: 5000, interval: 1 });
  });
});

describe("a proxy", () => {
  const ends: readonly (readonly [string, (gateway: Gateway) => unknown])[] = [
    ["the client's session is aborted", ({ near }) => near.client.abort()],
    ["the server's session is aborted", ({ far }) => far.server.abort()],
    ["the host leaves the client", ({ near }) => near.server.abort()],
    ["the host leaves the server", ({ far }) => far.client.abort()],
    ["the client closes the connection", ({ near }) => near.client.closeConnection(1)],
    ["the server closes the connection", ({ far }) => far.server.closeConnection(1)],
    ["the host closes the proxy", ({ proxies }) => proxies[0]?.close()],
    ["a link is gone", ({ far }) => far.serverLink.abort()],
  ];

  it.each(ends)("ends both connections when %s", async (_how, end) => {
    const clock = new FakeClock();
    const { handler, load } = streamsHandler();
    const gateway = await connectGateway(streamsDispatcher(handler), { clock });
    const client = await gateway.near.client.open(Streams);
    const { tx, rx } = channel<number>();
    const call = client.endless(tx).catch((error: unknown) => error);
    expect((await rx.next()).value).toBe(0);
    await settle();
    expect(virtualCounts(gateway)).toEqual([1, 1, 1, 1]);
    await end(gateway);
    await endOf(gateway);
    await settle();
    expect(await call).toMatchObject({ retryable: true });
    const rest = (async () => {
      for await (const _ of rx);
    })();
    await expect(rest).rejects.toMatchObject({ code: "ConnectionClosed" });
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
    expect(load.running).toBe(0);
    for (const session of [gateway.near.client, gateway.near.server, gateway.far.client, gateway.far.server])
      session.abort();
    await settle();
    expect(clock.armed).toBe(0);
  });

  it("lets calls in flight finish when a session of its is closed gracefully", async () => {
    let answer: (value: number) => void = () => {};
    const waiting = serveGolden({
      wait: () =>
        new Promise<number>((resolve) => {
          answer = resolve;
        }),
    });
    await using gateway = await connectGateway(waiting);
    const caller = await gateway.near.client.open(Golden);
    const call = caller.wait(1);
    await settle();
    const closing = gateway.far.client.close();
    await settle();
    expect(gateway.far.server.isOpen).toBe(true);
    answer(5);
    expect(await call).toBe(5);
    await closing;
    await settle();
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
  });

  it("joins only what fits together, once", async () => {
    await using pair = await connectPair(router([echoing]));
    const open = (parity: "Odd" | "Even", initialChannelCredit = 16): Promise<RawConnection> =>
      pair.client.openRaw("Echo", { parity, initialChannelCredit });
    const odd = await open("Odd");
    const text = "protocol error: proxyConnections requires";
    expect(() => proxyConnections(odd, odd)).toThrow("has been used already");
    const other = await open("Odd");
    expect(() => proxyConnections(odd, other)).toThrow(
      expect.objectContaining({ code: "Protocol", message: `${text} opposite parities` }),
    );
    const small = await open("Even", 4);
    expect(() => proxyConnections(odd, small)).toThrow(`${text} equal initial channel credits`);
    const even = await open("Even");
    expect([odd.isConsumed, even.isConsumed]).toEqual([false, false]);
    const proxy = proxyConnections(odd, even);
    expect([odd.isConsumed, even.isConsumed]).toEqual([true, true]);
    expect(() => proxyConnections(small, even)).toThrow("the connection has been used already");
    proxy.close();
    expect([odd.isOpen, even.isOpen, other.isOpen]).toEqual([false, false, true]);
    expect(await proxy.closed).toEqual({ reason: "Local", error: undefined });
  });

  it("ends at once when one of the two has ended before", async () => {
    await using pair = await connectPair(router([echoing]));
    const odd = await pair.client.openRaw("Echo", { parity: "Odd" });
    const even = await pair.client.openRaw("Echo", { parity: "Even" });
    odd.close();
    const proxy = proxyConnections(odd, even);
    expect(await proxy.closed).toEqual({ reason: "Local", error: undefined });
    expect(even.isOpen).toBe(false);
  });

  it("hands a refusal of the server on to the client", async () => {
    await using gateway = await connectGateway({
      accept(request, connection) {
        if (request.isVirtual) throw new RejectedError(new Metadata({ error: "no seats", retry: 5 }));
        connection.accept(undefined);
      },
    });
    const error = await gateway.near.client.open(Echo).catch((reason: RejectedError) => reason);
    expect(error).toBeInstanceOf(RejectedError);
    expect((error as RejectedError).metadata.getU64("retry")).toBe(5n);
    expect((error as RejectedError).message).toBe("connection rejected: no seats");
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
  });

  it("announces the windows of the server, and refuses those that no server can have", async () => {
    const limits = { maxInitialCredit: 8 };
    const { handler } = streamsHandler();
    await using gateway = await connectGateway(streamsDispatcher(handler), { server: { limits } });
    const client = await gateway.near.client.open(Streams, { initialChannelCredit: 32 });
    const up = channel<number>();
    const sum = client.sum(up.rx);
    for (let item = 0; item < 100; item++) await up.tx.send(item);
    await up.tx.close();
    expect(await sum).toBe(4950n);
    expect(await countSum(client, 100)).toBe(4950n);
    await expect(gateway.near.client.open(Streams, { initialChannelCredit: 2000 })).rejects.toThrow(
      "connection rejected: initial_channel_credit is too large",
    );
  });
});

describe("what arrives before a connection is joined", () => {
  async function held(limits: Partial<Limits> = {}): Promise<{
    readonly gateway: Gateway;
    readonly near: RawConnection;
  }> {
    const raws: RawConnection[] = [];
    const options: GatewayOptions = {
      host: { limits },
      join: async (_upstream, _request, connection) => {
        raws.push(connection.intoRaw());
        return undefined;
      },
    };
    const gateway = await connectGateway(router([echoing]), options);
    const client = await gateway.near.client.open(Echo);
    const [near] = raws;
    if (near === undefined) throw new Error("no connection");
    void client.$caller.tryCall(echo.method("echo"), [1]);
    await settle();
    return { gateway, near };
  }

  it("waits, and comes first", async () => {
    const { gateway, near } = await held();
    await using _ = gateway;
    const queued = gateway.near.server.core.queuedBytes;
    expect(queued).toBeGreaterThan(0);
    const proxy = proxyConnections(near, await gateway.far.client.openRaw("Echo"));
    expect(gateway.near.server.core.queuedBytes).toBe(0);
    expect(proxy.inFlight).toBe(1);
    await settle();
    expect(proxy.inFlight).toBe(0);
  });

  it("is forgotten when the connection ends, and ends it when it is too much", async () => {
    const { gateway, near } = await held();
    near.close();
    expect(gateway.near.server.core.queuedBytes).toBe(0);
    await gateway[Symbol.asyncDispose]();
    const small = { maxQueuedBytes: 1, maxFrameBytes: 16 * kb };
    const other = await held(small);
    await using _ = other.gateway;
    const { client } = other.gateway.near;
    const connection = 1;
    for (let made = 0; made < 200 && client.core.connectionCount > 1; made++) {
      const { outbox } = client.core;
      const filler = new Uint8Array(15 * kb);
      outbox.commit(
        writeSchemaMessage(outbox.writer, outbox.begin(), connection, new Uint8Array(1), "args", filler),
      );
      await settle();
    }
    expect((await other.near.closed).error?.message).toMatch(
      /more than \d+ messages wait for a connection that is not used/,
    );
    expect(other.gateway.near.server.core.queuedBytes).toBe(0);
    expect(client.isOpen).toBe(true);
  });
});

describe("a peer of a proxy that breaks the rules", () => {
  it("loses its connection with the reason, and the other peer sees an ordinary end", async () => {
    await using gateway = await connectGateway(router([echoing]));
    const client = await gateway.near.client.open(Echo);
    const { outbox } = gateway.near.client.core;
    const garbage = Uint8Array.of(0xff, 0xff);
    outbox.commit(writeSchemaMessage(outbox.writer, outbox.begin(), 1, new Uint8Array(1), "args", garbage));
    await settle();
    const end = await endOf(gateway);
    expect(end).toMatchObject({
      reason: "Protocol",
      error: { message: expect.stringContaining("standalone schema message: ") as string },
    });
    expect((await client.$caller.connection.closed).reason).toBe("Remote");
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
  });
});

/** Frames on the first connection that a client opens. */
const written = (write: (w: $.Writer, p: number) => number): Uint8Array => {
  const w = new $.Writer(1024);
  return w.buffer.slice(0, write(w, 0));
};
const callOf = (id: number): Uint8Array =>
  written((w, p) => {
    const head = writeCallHead(w, p, 1, id, methodIdBytes(wait.method.id));
    w.buffer[head] = 0;
    const start = beginPayload(w, head + 1);
    w.buffer[start] = 7;
    return endPayload(w, start, start + 1);
  });
const answerOf = (id: number): Uint8Array =>
  written((w, p) => {
    const head = writeResponseHead(w, p, 1, id);
    w.buffer[head] = 0;
    const start = beginPayload(w, head + 1);
    return endPayload(w, start, start);
  });
const cancelOf = (id: number): Uint8Array => written((w, p) => writeCancel(w, p, 1, id));

/** Sends frames as they are. */
function say({ core: { outbox } }: Session, ...frames: readonly Uint8Array[]): void {
  for (const frame of frames) {
    const start = outbox.begin();
    if (start + frame.length > outbox.writer.limit) outbox.writer.grow(start, frame.length);
    outbox.writer.buffer.set(frame, start);
    outbox.commit(start + frame.length);
  }
}

describe("ids of requests that a proxy lets through", () => {
  const never = serveGolden({ wait: () => new Promise<number>(() => {}) });

  it.each([
    ["of the other side's parity", [callOf(2)], "request id 2 is not odd"],
    ["in flight already", [callOf(1), callOf(1)], "request id 1 is in flight already"],
    [
      "of more calls than anybody answers",
      Array.from({ length: 1100 }, (_, at) => callOf(2 * at + 1)),
      "more than 1088 requests wait for an answer",
    ],
  ])("are none %s", async (_which, frames, problem) => {
    await using gateway = await connectGateway(never);
    const caller = await gateway.near.client.open(Golden);
    say(gateway.near.client, ...frames);
    await settle();
    expect(await endOf(gateway)).toMatchObject({
      reason: "Protocol",
      error: { message: `protocol error: ${problem}` },
    });
    expect((await caller.$caller.connection.closed).reason).toBe("Remote");
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
    expect([gateway.near.client.isOpen, gateway.far.server.isOpen]).toEqual([true, true]);
  });

  it("are none that no call has used: answers and cancels that do not belong to a call are dropped", async () => {
    await using gateway = await connectGateway(answering());
    const caller = await gateway.near.client.open(Golden);
    const before = gateway.far.client.snapshot().traffic.framesOut;
    say(gateway.near.client, cancelOf(1), cancelOf(99), answerOf(2), answerOf(99));
    say(gateway.far.server, answerOf(1), answerOf(77), cancelOf(2));
    await settle();
    expect(gateway.far.client.snapshot().traffic.framesOut).toBe(before);
    expect(await caller.lookup("a")).toBe("a");
    expect(gateway.proxies[0]?.inFlight).toBe(0);
  });
});

/** A frame of 16 KiB is the largest, and 32 KiB make a link congested. */
const limits: Partial<Limits> = { maxFrameBytes: 16 * kb, maxBufferedBytes: 32 * kb };
const text = "x".repeat(8 * kb);
const many = { maxConcurrentRequests: 1000, limits };
const answering = (): $.Dispatcher => serveGolden({ lookup: (key) => key });

describe("back pressure", () => {
  async function flooded(): Promise<{
    readonly gateway: Gateway;
    readonly calls: readonly Promise<string | undefined>[];
  }> {
    const gateway = await connectGateway(answering(), { client: many, server: many, host: many });
    const caller = await gateway.near.client.open(Golden, { maxConcurrentRequests: 1000 });
    gateway.far.serverLink.pause();
    const calls: Promise<string | undefined>[] = [];
    for (let made = 0; made < 200; made++) {
      calls.push(caller.lookup(text));
      if (made % 4 === 0) await settle();
    }
    return { gateway, calls };
  }

  it("goes through to the sender, and nothing piles up between", async () => {
    const { gateway, calls } = await flooded();
    await using _ = gateway;
    const { near, far } = gateway;
    // The host's link to the server is full, and it reads no more; so is the client's link, and its calls wait.
    expect(far.clientLink.bufferedBytes).toBeGreaterThan(32 * kb);
    expect(far.clientLink.bufferedBytes).toBeLessThan(32 * kb + 300 * kb);
    expect(near.clientLink.bufferedBytes).toBeGreaterThan(0);
    expect(near.clientLink.bufferedBytes).toBeLessThan(32 * kb + 16 * kb);
    expect(near.server.core.queuedBytes).toBe(0);
    far.serverLink.resume();
    for (const answer of await Promise.all(calls)) expect(answer).toBe(text);
  });

  it("ends with the proxy: the client's session is read again", async () => {
    const { gateway, calls } = await flooded();
    await using _ = gateway;
    gateway.proxies[0]?.close();
    for (const outcome of await Promise.allSettled(calls)) expect(outcome.status).toBe("rejected");
    await settle();
    expect(gateway.near.clientLink.bufferedBytes).toBe(0);
    gateway.far.serverLink.resume();
  });

  it("ends the proxy when the link that feeds it cannot wait", async () => {
    const gateway = await connectGateway(answering(), { client: many, server: many, host: many });
    await using _ = gateway;
    Object.defineProperty(gateway.near.serverLink, "setReading", { value: undefined });
    const caller = await gateway.near.client.open(Golden, { maxConcurrentRequests: 1000 });
    gateway.far.serverLink.pause();
    const calls = Array.from({ length: 40 }, () => caller.$try.lookup(text));
    for (const outcome of await Promise.all(calls)) expect(outcome).toMatchObject({ ok: false });
    expect(await endOf(gateway)).toMatchObject({
      error: { message: expect.stringContaining("the link that feeds it cannot wait") as string },
    });
    gateway.far.serverLink.resume();
  });

  it("ends the proxy at a message that the other link does not carry", async () => {
    const upstream = { limits: { ...limits, maxFrameBytes: 8 * kb } };
    await using gateway = await connectGateway(answering(), { client: many, host: many, upstream });
    const caller = await gateway.near.client.open(Golden);
    expect(await caller.lookup("a")).toBe("a");
    await expect(caller.lookup(text)).rejects.toMatchObject({ code: "ConnectionClosed" });
    expect(await endOf(gateway)).toMatchObject({
      error: { message: expect.stringContaining("a message cannot be passed on: the message has") as string },
    });
    expect(virtualCounts(gateway)).toEqual([0, 0, 0, 0]);
  });

  it("also from a client that does not read what the server sends", async () => {
    const { handler } = streamsHandler();
    await using gateway = await connectGateway(streamsDispatcher(handler), {
      client: many,
      server: many,
      host: many,
    });
    const client = await gateway.near.client.open(Streams, { initialChannelCredit: 1000 });
    gateway.near.clientLink.pause();
    const { tx, rx } = channel<unknown>({ label: "records" });
    const call = client.records(5000, tx as Parameters<typeof client.records>[1]);
    await settle();
    gateway.near.clientLink.resume();
    let seen = 0;
    for await (const _ of rx) seen += 1;
    await call;
    expect(seen).toBe(5000);
  });

  it("lets two peers that flood each other get all their answers", async () => {
    const size = fc.integer({ min: 0, max: 12 * kb });
    const plan = fc.record({
      client: fc.array(size, { minLength: 1, maxLength: 80 }),
      server: fc.array(size, { minLength: 1, maxLength: 80 }),
      order: fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ client, server, order }) => {
        const callers: GoldenClient[] = [];
        const clock = new FakeClock();
        const both = { ...many, clock };
        await using gateway = await connectGateway(
          {
            accept(request, connection) {
              if (!request.isVirtual) connection.accept(undefined);
              else callers.push(connection.acceptWithClient(Golden, answering()));
            },
          },
          { client: both, server: both, host: both },
        );
        const caller = await gateway.near.client.open(Golden, {
          maxConcurrentRequests: 1000,
          serve: answering(),
        });
        const { near, far } = gateway;
        const links = [near.clientLink, near.serverLink, far.clientLink, far.serverLink];
        for (const link of links) link.pause();
        const ask = (from: GoldenClient | undefined, length: number, letter: string) =>
          from?.lookup(letter.repeat(length));
        const answers = [
          ...client.map((length) => ask(caller, length, "c")),
          ...server.map((length) => ask(callers[0], length, "s")),
        ];
        for (const at of order) {
          await settle();
          links[at]?.resume();
        }
        const lengths = (await Promise.all(answers)).map((answer) => answer?.length);
        expect(lengths).toEqual([...client, ...server]);
        expect(gateway.proxies[0]?.inFlight).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});
