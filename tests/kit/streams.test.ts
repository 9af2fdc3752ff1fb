/** The examples of `docs/streams.md`, unchanged. */
import { EventEmitter, on } from "node:events";
import { channel, subscribe, type TrySendResult } from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { connectPair, type SessionPair } from "@voxrpc/runtime/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  Streams,
  type StreamsClient,
  type StreamsHandler,
  streamsDispatcher,
} from "../interop/gen/streams.vox.js";
import { streamsHandler } from "../support/stream-handlers.js";
import { examplesMissing } from "./page.js";

const soon = { timeout: 5000, interval: 5 };

let pair: SessionPair;
let streams: StreamsClient;

beforeEach(async () => {
  const handler: Pick<StreamsHandler, "count" | "sum" | "first"> = {
    async count(start, n, out) {
      await out.sendAll(Array.from({ length: n }, (_, at) => start + at));
    },
    async sum(items) {
      let sum = 0n;
      for await (const item of items) sum += BigInt(item);
      return sum;
    },
    async first(items) {
      return (await items.next()).value;
    },
  };
  pair = await connectPair(streamsDispatcher({ ...streamsHandler().handler, ...handler }));
  streams = pair.client.client(Streams);
});

afterEach(async () => {
  await pair[Symbol.asyncDispose]();
});

describe("docs/streams.md", () => {
  it("shows code that this file runs", () => {
    expect(examplesMissing("streams.md", import.meta.url)).toEqual([]);
  });

  it("a loop over the receiver gets every item", async () => {
    const { tx, rx } = channel<number>();
    const counting = streams.count(0, 100, tx);
    let last = -1;
    for await (const item of rx) last = item;
    await counting;
    expect(last).toBe(99);
  });

  it("a loop of `subscribe` gets every item, and leaving it ends the handler", async () => {
    let last = -1;
    for await (const item of subscribe(streams).count(0, 100)) last = item;
    expect(last).toBe(99);

    async function firstOf(items: AsyncIterable<number>): Promise<number | undefined> {
      for await (const item of items) return item;
      return undefined;
    }
    expect(await firstOf(subscribe(streams).endless({ timeoutMs: 1000 }))).toBe(0);
    await vi.waitFor(async () => expect(await streams.running()).toBe(0), soon);
  });

  it("`sendAll` sends every item, and the call returns their sum", async () => {
    const { tx, rx } = channel<number>();
    const [sum] = await Promise.all([streams.sum(rx), tx.sendAll([1, 2, 3])]);
    expect(sum).toBe(6n);
  });

  it("a call sends and receives at the same time", async () => {
    const [input, output] = [channel<string>(), channel<string>()];
    const shouting = streams.shout(input.rx, output.tx);
    const sending = input.tx.sendAll(["to", "and", "fro"]);
    const heard: string[] = [];
    for await (const word of output.rx) heard.push(word);
    await sending;
    expect([heard, await shouting]).toEqual([["TO", "AND", "FRO"], 3]);
  });

  it("a handler answers after the first item", async () => {
    const { tx, rx } = channel<number>();
    const first = streams.first(rx);
    await tx.send(7);
    expect(await first).toBe(7);
  });

  it("`trySend` does not wait: items past the credit are not sent", async () => {
    const { tx: prices, rx } = channel<number>();
    const sum = streams.sum(rx);
    const outcomes: TrySendResult[] = [];
    for (let price = 0; price < 20; price++) outcomes.push(prices.trySend(price));
    expect(outcomes.filter((outcome) => outcome === "sent")).toHaveLength(16);
    await prices.close();
    expect(await sum).toBe(120n);
  });

  it("leaving the loop ends the sender of the handler", async () => {
    const { tx, rx } = channel<number>();
    const endless = streams.endless(tx);
    for await (const item of rx) if (item === 10) break;
    expect(await endless).toBeGreaterThan(10);
  });

  it("is given up by its sender", async () => {
    const { tx, rx } = channel<number>();
    const summing = streams.sum(rx);
    async function* rows(): AsyncGenerator<number> {
      yield 1;
      throw new Error("the file cannot be read any further");
    }
    await expect(tx.sendAll(rows())).rejects.toThrow("the file cannot be read any further");
    await expect(summing).rejects.toMatchObject({ code: "Indeterminate" }); // the handler's loop has thrown
  });

  it("lets go of a source that has nothing to give", async () => {
    const bus = new EventEmitter();
    async function* changes(bus: EventEmitter, signal: AbortSignal): AsyncGenerator<number> {
      for await (const [change] of on(bus, "change", { signal })) yield change;
    }
    const watching: Pick<StreamsHandler, "endless"> = {
      // Without the signal the listener stays until the next change.
      endless: (out) => out.sendAll(changes(bus, out.signal)),
    };
    await using other = await connectPair(streamsDispatcher({ ...streamsHandler().handler, ...watching }));
    const { tx, rx } = channel<number>();
    const call = other.client.client(Streams).endless(tx);
    await vi.waitFor(() => expect(bus.listenerCount("change")).toBe(1));
    bus.emit("change", 7);
    for await (const item of rx) if (item === 7) break;
    expect(await call).toBe(1);
    expect(bus.listenerCount("change")).toBe(0);
  });

  it("ends subscriptions when a server stops", async () => {
    const bus = new EventEmitter();
    const [url, { handler }] = ["tcp://127.0.0.1:0", streamsHandler()];
    async function* changesUntil(bus: EventEmitter, signal: AbortSignal): AsyncGenerator<number> {
      try {
        for await (const [change] of on(bus, "change", { signal })) yield change;
      } catch (error) {
        if (!signal.aborted) throw error; // a graceful end, no failure
      }
    }

    const subscriptions: Pick<StreamsHandler, "endless"> = {
      endless: (out, { draining }) => out.sendAll(changesUntil(bus, AbortSignal.any([out.signal, draining]))),
    };
    const server = await serve(url, streamsDispatcher({ ...handler, ...subscriptions }));

    process.once("SIGTERM", () => server.close({ timeoutMs: 5000 }));

    await using client = await connect(server.url, Streams);
    const subscribers = Array.from({ length: 3 }, async () => {
      const { tx, rx } = channel<number>();
      const call = client.endless(tx);
      const came: number[] = [];
      for await (const item of rx) came.push(item);
      return [came, await call];
    });
    await vi.waitFor(() => expect(bus.listenerCount("change")).toBe(3));
    bus.emit("change", 7);
    process.emit("SIGTERM");
    await server.closed;
    expect(await Promise.all(subscribers)).toEqual([
      [[7], 1],
      [[7], 1],
      [[7], 1],
    ]);
    expect(bus.listenerCount("change")).toBe(0);
  });

  it("is cancelled on both sides", async () => {
    const controller = new AbortController();
    const [input, output] = [channel<string>(), channel<string>()];
    const shouting = streams.shout(input.rx, output.tx, { signal: controller.signal });
    await input.tx.send("a");
    expect((await output.rx.next()).value).toBe("A");
    controller.abort();
    await expect(shouting).rejects.toMatchObject({ code: "Cancelled" });
    await expect(output.rx.next()).rejects.toMatchObject({ code: "ChannelClosed" });
    await expect(input.tx.send("b")).rejects.toMatchObject({ code: "ChannelClosed" });
  });

  it("is a Web Stream", async () => {
    const [input, output] = [channel<string>(), channel<string>()];
    const shouting = streams.shout(input.rx, output.tx);
    const words = new ReadableStream<string>({
      start(controller) {
        for (const word of ["one", "two"]) controller.enqueue(word);
        controller.close();
      },
    });
    const piping = words.pipeTo(input.tx.toWritableStream());
    const heard: string[] = [];
    for await (const word of output.rx.toReadableStream()) heard.push(word);
    await piping;
    expect([heard, await shouting]).toEqual([["ONE", "TWO"], 2]);
  });
});
