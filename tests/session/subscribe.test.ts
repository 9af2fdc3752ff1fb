/** A subscription and its call: how the loop ends in each case, and what is left of the call. */
import { once } from "node:events";
import {
  type CallOptions,
  ChannelError,
  type Client,
  type ClientMiddleware,
  channel,
  DeclaredError,
  fail,
  subscribe,
  type Tx,
} from "@voxrpc/runtime";
import { connectPair, FakeClock, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { type ClientOptions, callerFor } from "../../packages/runtime/src/middleware/client-options.js";
import { Shop, ShopClient, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";
import { Streams, type StreamsHandler, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { resumable } from "../support/resumable.js";
import { streamsHandler } from "../support/stream-handlers.js";

const bug = new Error("a bug");
const throwBug = (): never => {
  throw bug;
};

async function pairOf(watch: ShopHandler["watch"]) {
  const clock = new FakeClock();
  const handler: ShopHandler = {
    add: (a, b) => a + b,
    find: () => fail({ kind: "Closed" }),
    close: () => {},
    buy: () => 1,
    watch,
    collect: async () => 0,
  };
  const pair = await connectPair(shopDispatcher(handler), {
    clock,
    server: { onUnhandledError: () => {} },
  });
  return { ...pair, clock, shop: pair.client.client(Shop) };
}

/** What a loop gives: its items, and how it ends. */
async function runOf<T>(items: AsyncIterable<T>): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    for await (const item of items) seen.push(item);
    seen.push("end");
  } catch (error) {
    seen.push(error instanceof DeclaredError ? error.value : ((error as { code?: string }).code ?? error));
  }
  return seen;
}

/** Sends a stream of one item that stays open. */
const one: ShopHandler["watch"] = (out) => out.send("a").then(() => out.closed);

type Pair = Awaited<ReturnType<typeof pairOf>>;

/** A client of the pair with options of `connect`. */
const withOptions = (options: ClientOptions) => (pair: Pair) =>
  Shop.create(callerFor(pair.client.holdCaller(), options));
const through = (middleware: ClientMiddleware) => withOptions({ middleware: [middleware] });

const open = (shop: ShopClient) => shop.$session.snapshot().connections[0];

/** Options that are not valid, and what the loop says. */
const notOptions: readonly [string, unknown, string][] = [
  ["a time-out below 0", { timeoutMs: -1 }, "timeoutMs"],
  ["a time-out that is no number", { timeoutMs: NaN }, "timeoutMs"],
  ["null for its options", null, "options must be an object, got null"],
  ["a number for its options", 5, "options must be an object, got 5"],
  ["a text for its options", "fast", 'options must be an object, got "fast"'],
  ["a controller for its signal", { signal: new AbortController() }, "give its signal"],
  ["null for its signal", { signal: null }, "signal must be an AbortSignal, got null"],
  ["a number for its signal", { signal: 5 }, "signal must be an AbortSignal, got 5"],
  ["an object for its metadata", { metadata: {} }, "metadata"],
  ["a text for a function", { onMetadata: "f" }, "onMetadata"],
];

describe("a subscription", () => {
  const ends: readonly {
    readonly name: string;
    readonly watch: ShopHandler["watch"];
    readonly seen: readonly unknown[];
    readonly act?: (pair: Pair) => unknown;
    /** Default: the client of the pair. */
    readonly client?: (pair: Pair) => ShopClient | Promise<ShopClient>;
    readonly options?: CallOptions;
  }[] = [
    { name: "no item", watch: async () => {}, seen: ["end"] },
    { name: "items", watch: async (out) => void (await out.sendAll(["a", "b"])), seen: ["a", "b", "end"] },
    {
      name: "more items than a window",
      watch: async (out) => void (await out.sendAll(Array(40).fill("a"))),
      seen: [...Array(40).fill("a"), "end"],
    },
    {
      name: "a handler that answers later than it closes",
      watch: async (out) => {
        await out.close();
        await settle();
      },
      seen: ["end"],
    },
    {
      name: "a handler that fails",
      watch: async (out) => {
        await out.send("a");
        throw bug;
      },
      seen: ["a", "Indeterminate"],
    },
    { name: "a handler that fails at once", watch: () => Promise.reject(bug), seen: ["Indeterminate"] },
    {
      name: "a handler that closes, then fails",
      watch: async (out) => {
        await out.sendAll(["a"]);
        throw bug;
      },
      seen: ["a", "Indeterminate"],
    },
    {
      name: "a handler that gives the stream up, and answers",
      watch: async (out) => {
        await out.send("a");
        out.abort(bug);
      },
      seen: ["a", "ChannelReset"],
    },
    {
      name: "a link that is lost",
      watch: one,
      act: ({ serverLink }) => serverLink.abort(),
      seen: ["a", "ConnectionClosed"],
    },
    {
      name: "a session that is closed here",
      watch: one,
      act: ({ client }) => client.abort(),
      seen: ["a", "SessionShutdown"],
    },
    {
      name: "the default time-out of its client",
      watch: one,
      client: withOptions({ callTimeoutMs: 50 }),
      act: ({ clock }) => clock.elapse(50),
      seen: ["a", "Cancelled"],
    },
    {
      name: "a call of a client that is closed",
      watch: one,
      client: async (pair) => {
        const closed = pair.client.client(Shop);
        await closed.$caller.connection.close();
        return closed;
      },
      seen: ["ConnectionClosed"],
    },
    ...notOptions.map(([name, options, text]) => ({
      name: `a call with ${name}`,
      watch: one,
      options: options as CallOptions,
      seen: [expect.objectContaining({ message: expect.stringContaining(text) })],
    })),
    {
      name: "a caller that throws at once",
      watch: one,
      client: () => Shop.create({ call: throwBug } as unknown as Client["$caller"]),
      seen: [bug],
    },
    { name: "middleware that throws", watch: one, client: through(throwBug), seen: [bug] },
    {
      name: "middleware that answers without a call",
      watch: one,
      client: through(() => Promise.resolve()),
      seen: ["ChannelUnbound"],
    },
    {
      name: "middleware that gives up a call that goes on",
      watch: one,
      client: through(async (_call, next) => {
        void next().catch(() => {});
        await settle();
        throw bug;
      }),
      seen: ["a", bug],
    },
  ];
  it.each(ends)("ends after $name", async ({ watch, seen, act, client, options }) => {
    const pair = await pairOf(watch);
    const shop = (await client?.(pair)) ?? pair.shop;
    const running = runOf(subscribe(shop).watch(options));
    await settle();
    await act?.(pair);
    expect(await running).toEqual(seen);
    await settle();
    expect(open(pair.shop)?.requests ?? []).toEqual([]);
    expect(open(pair.shop)?.channels ?? []).toEqual([]);
    pair.client.abort();
  });

  it.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a text", "shop"],
    ["an object", {}],
    ["a function", () => {}],
    ["a service", Shop],
    ["a class of clients", ShopClient],
    ["a caller that cannot call", { $caller: {} }],
  ])("is refused for what is no client: %s", (_name, value) => {
    expect(() => subscribe(value as never)).toThrow("client must be a generated client, got ");
    expect(() => subscribe(value as never)).toThrow(TypeError);
  });

  it("throws the declared error of its call", async () => {
    const pair = await connectPair(streamsDispatcher(streamsHandler().handler));
    const streams = pair.client.client(Streams);
    expect(await runOf(subscribe(streams).failAfter(2))).toEqual([0, 1, { kind: "Exhausted", value: 2 }]);
    const loop = subscribe(streams).endless()[Symbol.asyncIterator]();
    expect(await loop.next()).toEqual({ done: false, value: 0 });
    await loop.return?.();
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await pair.client.close();
  });

  it("gives the answer of its call as the iteration's value", async () => {
    const { handler } = streamsHandler();
    const pair = await connectPair(streamsDispatcher({ ...handler, endless: (out) => out.sendAll([1, 2]) }));
    const loop = subscribe(pair.client.client(Streams)).endless()[Symbol.asyncIterator]();
    const steps = [await loop.next(), await loop.next(), await loop.next()];
    expect(steps.map(({ value }) => value)).toEqual([1, 2, 2]);
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    await pair.client.close();
  });

  const leaving: readonly (readonly [string, (items: AsyncIterable<string>) => Promise<unknown>])[] = [
    [
      "break",
      async (items) => {
        for await (const _ of items) break;
      },
    ],
    [
      "throw",
      (items) =>
        (async () => {
          for await (const _ of items) throw bug;
        })().catch(() => {}),
    ],
    [
      "return before an item",
      async (items) => {
        const loop = items[Symbol.asyncIterator]();
        const next = loop.next();
        await loop.return?.();
        return next;
      },
    ],
  ];
  const waiters: readonly (readonly [string, ShopHandler["watch"]])[] = [
    [
      "sends",
      async (out) => {
        for (;;) await out.send("a");
      },
    ],
    [
      "waits for its signal alone",
      async (out, { signal }) => {
        await out.send("a");
        if (!signal.aborted) await once(signal, "abort");
      },
    ],
    [
      "waits for its Tx alone",
      async (out) => {
        await out.send("a");
        await out.closed;
      },
    ],
  ];
  it.each(leaving.flatMap(([way, leave]) => waiters.map(([what, watch]) => ({ way, leave, what, watch }))))(
    "that is left by $way ends a handler that $what",
    async ({ leave, watch }) => {
      let running = 0;
      const pair = await pairOf(async (out, context) => {
        running += 1;
        try {
          await watch(out, context);
        } finally {
          running -= 1;
        }
      });
      await leave(subscribe(pair.shop).watch());
      await settle();
      expect(running).toBe(0);
      expect(open(pair.shop)).toMatchObject({ requests: [], channels: [] });
      expect(await pair.shop.add(1, 2)).toBe(3);
      pair.client.abort();
    },
  );

  it("gives up its call when this side cannot read an item", async () => {
    let isAborted = false;
    const unreadable = new ChannelError("ItemUnreadable", "an item cannot be read");
    const $caller = {
      call: (_method: unknown, [tx]: readonly [Tx<string>], { signal }: { signal: AbortSignal }) => {
        tx.pair?.fail(unreadable);
        return once(signal, "abort").then(() => {
          isAborted = true;
          throw signal.reason;
        });
      },
    };
    const client = Shop.create($caller as unknown as Client["$caller"]);
    expect(await runOf(subscribe(client).watch())).toEqual(["ItemUnreadable"]);
    expect(isAborted).toBe(true);
  });

  it("takes the options of a call, and makes one call for each loop", async () => {
    let calls = 0;
    const pair = await pairOf(async (out) => {
      calls += 1;
      await out.send("a");
      await out.closed;
    });
    const controller = new AbortController();
    const items = subscribe(pair.shop).watch({ signal: controller.signal });
    await settle();
    expect(calls).toBe(0);
    const runs = [runOf(items), runOf(items)];
    await settle();
    expect(calls).toBe(2);
    controller.abort(bug);
    expect(await Promise.all(runs)).toEqual([
      ["a", "Cancelled"],
      ["a", "Cancelled"],
    ]);
    expect(await runOf(items)).toEqual(["Cancelled"]);
    expect(calls).toBe(2);
    const late = runOf(subscribe(pair.shop).watch({ timeoutMs: 50 }));
    await settle();
    await pair.clock.elapse(50);
    expect(await late).toEqual(["a", "Cancelled"]);
    pair.client.abort();
  });

  it.each(["resumed", "new"] as const)(
    "ends as a loop over a channel does when its link is lost, and the session is %s",
    async (next) => {
      const handler: StreamsHandler = {
        ...streamsHandler().handler,
        endless: (out) =>
          out
            .send(1)
            .then(() => out.closed)
            .then(() => 0),
      };
      const own = await resumable(streamsDispatcher(handler), next === "new" ? { registry: null } : {});
      const streams = own.client.client(Streams);
      const { tx, rx } = channel<number>();
      void streams.endless(tx).catch(() => {});
      const ends = [rx, subscribe(streams).endless()].map(async (items) => {
        try {
          for await (const item of items) expect(item).toBe(1);
          return undefined;
        } catch (error) {
          return error;
        }
      });
      await settle();
      await own.cut("error");
      await own.recover();
      const [plain, subscribed] = await Promise.all(ends);
      expect(plain).toMatchObject({ name: "ChannelError", code: "ConnectionClosed", retryable: true });
      expect((plain as Error).cause).toBeInstanceOf(Error);
      expect(subscribed).toMatchObject({ ...(plain as Error), message: (plain as Error).message });
      expect((subscribed as Error).cause).toBe((plain as Error).cause);
      await own.close();
    },
  );

  it("is made of a method with one Tx alone", async () => {
    const pair = await pairOf(() => {});
    const methods = subscribe(pair.shop) as unknown as ShopClient;
    expect(() => methods.add(1, 2)).toThrow(
      "Shop.add: subscribe takes methods with one Tx and no other channel",
    );
    expect(() => methods.collect(channel<number>().rx)).toThrow(TypeError);
    pair.client.abort();
  });
});
