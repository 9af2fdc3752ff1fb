/** Errors, callbacks and results as guests in other people's tools: stacks, AsyncLocalStorage, loggers. */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  attachBearerToken,
  channel,
  combineObservers,
  fail,
  logClientCalls,
  type Metadata,
  type Observer,
  withMiddleware,
} from "@voxrpc/runtime";
import { openSession } from "@voxrpc/runtime/link";
import { connect, connectSession, serve } from "@voxrpc/runtime/node";
import { connectPair, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { afterEach, beforeEach, describe, expect, it, type MockInstance, vi } from "vitest";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

const handlerWith = (own: Partial<ShopHandler> = {}): ShopHandler => ({
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "saw" }),
  close: () => {},
  buy: () => 1,
  watch: async (out) => void (await out.sendAll(["a", "b"])),
  collect: async () => 0,
  ...own,
});
const bug = new Error("a bug");
const never = () => new Promise<never>(() => {});

async function pairOf(own: Partial<ShopHandler> = {}) {
  const pair = await connectPair(shopDispatcher(handlerWith(own)));
  return { ...pair, shop: pair.client.client(Shop), [Symbol.asyncDispose]: async () => pair.client.abort() };
}

type Opened = Awaited<ReturnType<typeof pairOf>>;

/** The promise that an application awaits when the call fails. */
const failures: readonly (readonly [string, Partial<ShopHandler>, (opened: Opened) => Promise<unknown>])[] = [
  ["a declared error", { find: () => fail({ kind: "Closed" }) }, ({ shop }) => shop.find(1n)],
  ["a handler that throws", { find: () => Promise.reject(bug) }, ({ shop }) => shop.find(1n)],
  ["a call that runs out of time", { find: never }, ({ shop }) => shop.find(1n, { timeoutMs: 1 })],
  [
    "an abort",
    { find: never },
    ({ shop }) => {
      const controller = new AbortController();
      void settle().then(() => controller.abort());
      return shop.find(1n, { signal: controller.signal });
    },
  ],
  [
    "a lost link",
    { find: never },
    ({ shop, serverLink }) => {
      void settle().then(() => serverLink.abort());
      return shop.find(1n);
    },
  ],
  [
    "a session that ends",
    { find: never },
    ({ shop, client }) => {
      void settle().then(() => client.abort());
      return shop.find(1n);
    },
  ],
  [
    "a session that has ended",
    {},
    ({ shop, client }) => {
      client.abort();
      return shop.find(1n);
    },
  ],
  ["an argument of another type", {}, ({ shop }) => shop.add(-1, 1)],
  [
    "one of several calls",
    { find: () => fail({ kind: "Closed" }) },
    ({ shop }) => Promise.all([shop.add(1, 1), shop.find(1n)]),
  ],
  [
    "middleware around it",
    { find: () => fail({ kind: "Closed" }) },
    ({ shop }) => Shop.create(withMiddleware(shop.$caller, [logClientCalls(() => {})])).find(1n),
  ],
  ["a virtual connection that is refused", {}, ({ server }) => server.open(Shop, { signal: abortSoon() })],
  ["an address without a server", {}, () => connect("local:///nowhere/at.all", Shop)],
  ["a session for such an address", {}, () => connectSession("local:///nowhere/at.all")],
  [
    "a peer that closes the link",
    {},
    () => {
      const [ours, theirs] = memoryLinkPair();
      void settle().then(() => theirs.abort());
      return openSession(ours);
    },
  ],
];

function abortSoon(): AbortSignal {
  const controller = new AbortController();
  queueMicrotask(() => controller.abort());
  return controller.signal;
}

describe("the stack of a failure names the line that waits for it:", () => {
  it.each(failures)("%s", async (_name, own, run) => {
    await using opened = await pairOf(own);
    await opened.shop.add(1, 1);
    async function theCaller(): Promise<unknown> {
      return await run(opened);
    }
    const error = await theCaller().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error?.stack).toMatch(/^\w*Error|^CallError/);
    expect(error?.stack).toContain(error?.message);
    expect(error?.stack).toContain("theCaller");
  });

  it("as a result", async () => {
    await using opened = await pairOf({ find: () => fail({ kind: "Closed" }) });
    async function theCaller() {
      return await opened.shop.$try.find(1n);
    }
    const result = await theCaller();
    expect(!result.ok && result.error.stack).toContain("theCaller");
  });
});

/**
 * Callbacks of the application: each pushes what it finds.
 * @param within runs in a context, which the callback has to find
 */
const callbacks: Readonly<
  Record<string, (within: <T>(run: () => T) => T, push: () => void, opened: Opened) => Promise<unknown>>
> = {
  "code behind a call": (within, push, { shop }) => within(() => shop.add(1, 1).then(push)),
  "code behind a call that fails": (within, push, { shop }) => within(() => shop.add(-1, 1).catch(push)),
  onMetadata: (within, push, { shop }) => within(() => shop.add(1, 1, { onMetadata: push })),
  "onMetadata of a call that waits for a slot": (within, push, { shop }) => {
    const others = Array.from({ length: 64 }, () => shop.add(1, 1));
    return Promise.all([...others, within(() => shop.add(1, 1, { onMetadata: (_: Metadata) => push() }))]);
  },
  onStateChanged: async (within, push, { client, shop }) => {
    within(() => client.onStateChanged(push));
    await shop.add(1, 1);
    client.abort();
  },
  "a loop over a stream": (within, push, { shop }) =>
    within(async () => {
      const { tx, rx } = channel<string>();
      const call = shop.watch(tx);
      for await (const _item of rx) push();
      await call;
    }),
  "a source of sendAll": (within, push, { shop }) =>
    within(async () => {
      const { tx, rx } = channel<number>();
      async function* source() {
        for (let count = 0; count < 3; count++) {
          push();
          yield count;
        }
      }
      await Promise.all([shop.collect(rx), tx.sendAll(source())]);
    }),
  "middleware of a client": (within, push, { shop }) =>
    within(async () => {
      const through = withMiddleware(shop.$caller, [
        async (_call, next) => {
          push();
          const outcome = await next();
          push();
          return outcome;
        },
      ]);
      await Shop.create(through).add(1, 1);
    }),
  "the token of a call": (within, push, { shop }) => {
    const token = (): string => {
      push();
      return "token";
    };
    return within(() => Shop.create(withMiddleware(shop.$caller, [attachBearerToken(token)])).add(1, 1));
  },
  "the line of a log": (within, push, { shop }) =>
    within(() => Shop.create(withMiddleware(shop.$caller, [logClientCalls(() => push())])).add(1, 1)),
};

describe("a context of AsyncLocalStorage holds in", () => {
  it.each(Object.entries(callbacks))("%s", async (_name, run) => {
    const storage = new AsyncLocalStorage<string>();
    // Arrives in the context of the link.
    await using opened = await storage.run("link", () => pairOf());
    const seen: (string | undefined)[] = [];
    const push = (): void => void seen.push(storage.getStore());
    await storage.run("others", () => opened.shop.add(1, 1));
    await run((inside) => storage.run("caller", inside), push, opened);
    await settle();
    expect(new Set(seen)).toEqual(new Set(["caller"]));
  });
});

describe("JSON.stringify takes, with integers as texts,", () => {
  it("the result of a call", async () => {
    await using opened = await pairOf();
    const result = await opened.shop.$try.find(2n ** 60n);
    expect(JSON.stringify({ result })).toBe(
      `{"result":{"ok":true,"value":{"id":"${2n ** 60n}","name":"saw"}}}`,
    );
    expect(Object.keys(result)).toEqual(["ok", "value"]);
  });

  it.each<[string, unknown, unknown]>([
    ["an event about an error", bug, { name: "Error", message: "a bug" }],
    ["an event about a thrown value", { id: 2n ** 60n }, { id: String(2n ** 60n) }],
  ])("%s", async (_name, thrown, expected) => {
    const events: string[] = [];
    const observer: Observer = { onHandlerError: (event) => void events.push(JSON.stringify(event)) };
    await using pair = await connectPair(shopDispatcher(handlerWith({ buy: () => Promise.reject(thrown) })), {
      server: { observer: combineObservers(observer, {}) },
    });
    await pair.client.client(Shop).$try.buy(1n);
    expect(events.map((text) => (JSON.parse(text) as { error: unknown }).error)).toEqual([expected]);
  });
});

describe("what the application's code throws is printed", () => {
  let printed: MockInstance<typeof console.error>;
  beforeEach(() => {
    printed = vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => printed.mockRestore());

  const fails = (shop: ShopClient) => shop.buy(1n).catch(() => {});
  const failsBeside = (shop: ShopClient) =>
    shop.add(1, 1, {
      onMetadata: () => {
        throw bug;
      },
    });
  it.each<[string, number, Observer | undefined, (shop: ShopClient) => Promise<unknown>]>([
    ["once without an observer", 1, undefined, fails],
    ["once where an observer watches other things", 1, { onRequestFinished: () => {} }, fails],
    [
      "once where several observers watch other things",
      1,
      combineObservers({ onRequestStarted: () => {} }, {}),
      fails,
    ],
    ["not where an observer has it", 0, { onHandlerError: () => {} }, fails],
    [
      "once where the observer throws",
      1,
      {
        onHandlerError: () => {
          throw new Error("no log");
        },
      },
      fails,
    ],
    [
      "once where the observer rejects",
      1,
      { onHandlerError: () => Promise.reject(new Error("no log")) as never },
      fails,
    ],
    ["once from a callback of a call", 1, undefined, failsBeside],
    [
      "once from a callback of a call, beside an observer of other things",
      1,
      { onStateChanged: () => {} },
      failsBeside,
    ],
  ])("%s", async (_name, times, observer, run) => {
    const failing = shopDispatcher(handlerWith({ buy: () => Promise.reject(bug) }));
    await using server = await serve("tcp://127.0.0.1:0", failing, {
      observer,
      onUnhandledError: undefined,
    });
    await using shop = await connect(server.url, Shop, { observer });
    await run(shop);
    await settle();
    expect(printed).toHaveBeenCalledTimes(times);
    if (times > 0) expect(printed.mock.calls[0]?.[1]).toBe(bug);
  });
});
