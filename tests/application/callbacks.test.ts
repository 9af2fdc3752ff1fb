/**
 * Code of the application that fails in each way in which code can: what it throws reaches its owner, and nothing else.
 * A new callback of an option without a row fails here.
 */
import {
  attachBearerToken,
  type CallContext,
  channel,
  contextKey,
  logClientCalls,
  logServerCalls,
  type Observer,
  router,
  type Tx,
  verifyBearerToken,
  withMiddleware,
} from "@voxrpc/runtime";
import { reconnecting, SessionRegistry } from "@voxrpc/runtime/link";
import { connect, connectSession, type Server, serve } from "@voxrpc/runtime/node";
import { connectPair, FakeClock, memoryLinkPair, type PairOptions, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { expectNothingUnheard } from "../support/unheard.js";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

expectNothingUnheard();

const boom = new Error("the application's mistake");
const ways: readonly [way: string, fail: () => never][] = [
  [
    "throws",
    () => {
      throw boom;
    },
  ],
  ["rejects", () => Promise.reject(boom) as never],
  [
    "gives an object whose `then` cannot be read",
    () =>
      ({
        // biome-ignore lint/suspicious/noThenProperty: the mistake that is tested
        get then(): never {
          throw boom;
        },
      }) as never,
  ],
  [
    "gives an object whose `then` throws",
    () =>
      ({
        // biome-ignore lint/suspicious/noThenProperty: the mistake that is tested
        then(): never {
          throw boom;
        },
      }) as never,
  ],
];

const handler = (own: Partial<ShopHandler> = {}): ShopHandler => ({
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "saw" }),
  close: () => {},
  buy: () => 1,
  watch: (out) => out.closed,
  collect: async (items) => {
    let sum = 0;
    for await (const item of items) sum += item;
    return sum;
  },
  ...own,
});

/** What becomes of a promise: its value, or the code or the text of its error. */
const outcome = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: { code?: string; message?: string }) => error.code ?? error.message);

/** Three calls of one moment, of which the one in the middle may fail. */
async function amongOthers(shop: ShopClient, middle: () => Promise<unknown>): Promise<unknown> {
  const [before, result, after] = await Promise.all([shop.add(1, 1), outcome(middle()), shop.add(2, 2)]);
  expect([before, after]).toEqual([2, 4]);
  expect(await shop.add(3, 3)).toBe(6);
  return result;
}

async function pairOf(own: Partial<ShopHandler>, options: PairOptions = {}) {
  const pair = await connectPair(shopDispatcher(handler(own)), options);
  const shop = pair.client.client(Shop);
  await shop.add(0, 0);
  return { ...pair, shop, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

/** For each callback: what happens when it fails, and where that is reported. */
const callbacks: Readonly<Record<string, (fail: () => never) => Promise<void>>> = {
  handler: async (fail) => {
    const failed: unknown[] = [];
    const observer: Observer = { onHandlerError: ({ error }) => void failed.push(error) };
    await using pair = await pairOf({ buy: fail, find: fail }, { server: { observer } });
    expect(await amongOthers(pair.shop, () => pair.shop.find(1n))).toBe("Cancelled");
    expect(await amongOthers(pair.shop, () => pair.shop.buy(1n))).toBe("Indeterminate");
    expect(failed).toEqual([boom, boom]);
  },
  onUnhandledError: async (fail) => {
    const find = () => Promise.reject(new Error("the handler's"));
    for (const observer of [undefined, { onRequestFinished() {} }]) {
      const told: unknown[] = [];
      const onUnhandledError = (event: { readonly error: unknown }) => {
        told.push(event);
        return fail();
      };
      await using pair = await pairOf({ find }, { server: { onUnhandledError, observer } });
      expect(await amongOthers(pair.shop, () => pair.shop.find(1n))).toBe("Cancelled");
      // Once, and also beside an observer that does not listen for it.
      expect(told).toHaveLength(1);
    }
  },
  observer: async (fail) => {
    // Every member that there is, and those that there will be.
    const observer = new Proxy({}, { get: () => fail, has: () => true }) as Observer;
    await using pair = await pairOf({ find: () => Promise.reject(boom) }, { observer });
    expect(await amongOthers(pair.shop, () => pair.shop.find(1n))).toBe("Cancelled");
    const { tx, rx } = channel<number>();
    const [sum] = await Promise.all([pair.shop.collect(rx), tx.sendAll([1, 2, 3])]);
    expect(sum).toBe(6);
    expect(await amongOthers(await pair.client.open(Shop), () => pair.shop.find(1n))).toBe("Cancelled");
  },
  onStateChanged: async (fail) => {
    const clock = new FakeClock();
    await using pair = await pairOf({}, { clock });
    const states: string[] = [];
    pair.client.onStateChanged(fail);
    pair.client.onStateChanged(({ kind }) => void states.push(kind));
    await pair.client.close();
    expect(states).toEqual(["closed"]);
  },
  onSession: async (fail) => {
    const refused: unknown[] = [];
    const observer: Observer = {
      onSessionCallbackError: ({ error }) => void refused.push(error),
      // The handshake has not failed.
      onHandshakeFailed: ({ error }) => void refused.push(error),
    };
    let first = true;
    const onSession = () => {
      if (!first) return undefined;
      first = false;
      return fail();
    };
    await using server = await serve("tcp://127.0.0.1:0", shopDispatcher(handler()), { observer, onSession });
    const session = await connectSession(server.url);
    await session.closed;
    expect(refused).toEqual([boom]);
    await using shop = await connect(server.url, Shop);
    expect(await shop.add(1, 2)).toBe(3);
  },
  onMetadata: async (fail) => {
    const failed: unknown[] = [];
    const observer: Observer = { onHandlerError: ({ error }) => void failed.push(error) };
    await using pair = await pairOf({}, { client: { observer } });
    const onMetadata = (): void => fail();
    expect(await amongOthers(pair.shop, () => pair.shop.add(5, 5, { onMetadata }))).toBe(10);
    await settle();
    expect(failed).toEqual([boom]);
  },
  write: async (fail) => {
    const dispatcher = withMiddleware(shopDispatcher(handler()), [logServerCalls(() => fail())]);
    await using pair = await connectPair(dispatcher);
    const shop = Shop.create(
      withMiddleware(pair.client.client(Shop).$caller, [logClientCalls(() => fail())]),
    );
    expect(await amongOthers(shop, () => shop.buy(1n))).toBe(1);
  },
  token: async (fail) => {
    await using pair = await pairOf({});
    const shop = Shop.create(withMiddleware(pair.shop.$caller, [attachBearerToken(fail)]));
    expect(await amongOthers(pair.shop, () => shop.find(1n))).toBe(boom.message);
  },
  verify: async (fail) => {
    const failed: unknown[] = [];
    const observer: Observer = { onHandlerError: ({ error }) => void failed.push(error) };
    const guard = verifyBearerToken(fail, contextKey<string>("user"));
    const dispatcher = withMiddleware(shopDispatcher(handler()), [
      (context: CallContext, args, next) =>
        context.method.name === "find" ? guard(context, args, next) : next(),
    ]);
    await using pair = await connectPair(dispatcher, { server: { observer } });
    const shop = Shop.create(withMiddleware(pair.client.client(Shop).$caller, [attachBearerToken("t")]));
    expect(await amongOthers(shop, () => shop.find(1n))).toBe("Cancelled");
    expect(failed).toEqual([boom]);
  },
  middleware: async (fail) => {
    const failed: unknown[] = [];
    const observer: Observer = { onHandlerError: ({ error }) => void failed.push(error) };
    const dispatcher = withMiddleware(shopDispatcher(handler()), [
      (context, _args, next) => (context.method.name === "find" ? fail() : next()),
    ]);
    await using pair = await connectPair(dispatcher, { server: { observer } });
    const shop = pair.client.client(Shop);
    expect(await amongOthers(shop, () => shop.find(1n))).toBe("Cancelled");
    expect(failed).toEqual([boom]);
    const failing = Shop.create(withMiddleware(shop.$caller, [fail]));
    expect(await amongOthers(shop, () => failing.add(1, 1))).toBe(boom.message);
  },
  accept: (fail) => refusal({ accept: fail }),
  route: (fail) => refusal(router({ Shop: fail })),
  context: (fail) => refusal(router({ Shop: shopDispatcher(handler()) }, { context: fail })),
  jitter: (fail) => lost({ jitter: fail }),
  open: async (fail) => {
    const [clientLink, serverLink] = memoryLinkPair();
    const clock = new FakeClock();
    const { client } = await connectPair(shopDispatcher(handler()), {
      links: [clientLink, serverLink],
      client: { reconnect: reconnecting({ open: fail, maxElapsedMs: 500 }) },
      clock,
    });
    serverLink.abort();
    await clock.until(client.closed);
    expect((await client.closed).error).toMatchObject({ cause: boom });
  },
};

/** An acceptor that fails: no client gets a session, the observer gets the reason, and the server goes on. */
async function refusal(acceptor: Parameters<typeof serve>[1]): Promise<void> {
  const failed: unknown[] = [];
  const observer: Observer = { onAcceptError: ({ error }) => void failed.push(error) };
  await using server: Server = await serve("tcp://127.0.0.1:0", acceptor, { observer });
  for (let count = 1; count <= 2; count++) {
    expect(await outcome(connect(server.url, Shop))).toMatch(/Rejected|WentAway/);
    expect(failed).toEqual(Array(count).fill(boom));
  }
}

/** A link is lost, and the code that should bring another fails: the session ends with what it threw. */
async function lost(options: { readonly jitter: () => number }): Promise<void> {
  const [clientLink, serverLink] = memoryLinkPair();
  const clock = new FakeClock();
  const registry = new SessionRegistry({ clock });
  const open = () => new Promise<never>(() => {});
  const { client } = await connectPair(shopDispatcher(handler()), {
    links: [clientLink, serverLink],
    client: { reconnect: reconnecting({ open, maxElapsedMs: 500, ...options }) },
    server: { registry },
    clock,
  });
  const shop = client.client(Shop);
  serverLink.abort();
  const waiting = outcome(shop.add(1, 1));
  const { error } = await clock.until(client.closed);
  expect(error).toMatchObject({ name: "SessionError" });
  expect(await waiting).toBe("ConnectionClosed");
}

const rows = Object.entries(callbacks).flatMap(([name, run]) =>
  ways.map(([way, fail]) => [name, way, run, fail] as const),
);

describe("what the application's code does wrong reaches its owner, and nothing else:", () => {
  it.each(rows)("%s %s", async (_name, _way, run, fail) => {
    await run(fail);
    await settle();
  });
});

describe("a promise that is not awaited does not end the process:", () => {
  it("sends to listeners that have left", async () => {
    const listeners = new Set<Tx<string>>();
    await using pair = await pairOf({
      watch: async (out) => {
        listeners.add(out);
        await out.closed;
        // The list is behind the truth for a while, as lists are.
        await settle();
        for (const each of listeners) void each.send("late");
      },
    });
    const { tx, rx } = channel<string>();
    const call = pair.shop.watch(tx);
    await settle();
    for (const each of listeners) void each.send("tick");
    expect(await rx.next()).toEqual({ done: false, value: "tick" });
    // More than the reader has room for: these wait, and fail when the reader leaves.
    for (let count = 0; count < 100; count++) for (const each of listeners) void each.send("tock");
    pair.client.abort();
    expect(await outcome(call)).toBe("SessionShutdown");
    await settle();
    for (const each of listeners) {
      void each.send("after");
      void each.sendAll(["after"]);
    }
  });

  it.each([
    ["without reconnect", undefined],
    [
      "with reconnect",
      reconnecting({ open: () => Promise.reject(new Error("no link")), maxAttempts: 1, minDelayMs: 0 }),
    ],
  ] as const)("a call whose loop has thrown, %s", async (_title, reconnect) => {
    const [clientLink, serverLink] = memoryLinkPair();
    await using pair = await connectPair(
      shopDispatcher(handler({ watch: (out) => out.send("x").then(() => out.closed) })),
      {
        links: [clientLink, serverLink],
        client: { reconnect },
      },
    );
    const shop = pair.client.client(Shop);
    const read = async (): Promise<void> => {
      const { tx, rx } = channel<string>();
      const call = shop.watch(tx);
      for await (const _item of rx) serverLink.abort();
      // The loop throws: nothing awaits the call.
      await call;
    };
    await expect(read()).rejects.toMatchObject({ code: "ConnectionClosed" });
    await pair.client.closed;
    await settle();
  });
});
