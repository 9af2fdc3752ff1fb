/** What is really held and running for a peer, measured at each step of any order of what peers do. */
import { channel } from "@voxrpc/runtime";
import {
  acceptSession,
  openSession,
  reconnecting,
  type Session,
  SessionRegistry,
} from "@voxrpc/runtime/link";
import { connectPair, FakeClock, type MemoryLink, memoryLinkPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

const ignored = (): void => {};

/** The same numbers for the same seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe("a peer that does not read", () => {
  const frame = 100_000;
  const maxBufferedBytes = 300_000;
  const text = "x".repeat(frame);
  const handler: ShopHandler = {
    add: (a, b) => a + b,
    find: (id) => ({ id, name: text }),
    close: () => {},
    buy: () => 1,
    watch: async (out) => {
      for (;;) await out.send(text);
    },
    collect: async () => 0,
  };
  const work: readonly (readonly [string, (shop: ShopClient, session: Session) => void])[] = [
    [
      "large answers",
      (shop) => void Array.from({ length: 100 }, (_, id) => shop.find(BigInt(id)).catch(ignored)),
    ],
    [
      "large answers of many connections",
      (_shop, session) => {
        for (let count = 0; count < 10; count++)
          session.open(Shop).then((more) => {
            for (let id = 0; id < 10; id++) more.find(BigInt(id)).catch(ignored);
          }, ignored);
      },
    ],
    [
      "items of streams",
      (shop) => {
        for (let count = 0; count < 10; count++) shop.watch(channel<string>().tx).catch(ignored);
      },
    ],
    [
      "all of them",
      (shop) => {
        for (let count = 0; count < 20; count++) {
          shop.watch(channel<string>().tx).catch(ignored);
          shop.find(1n).catch(ignored);
        }
      },
    ],
  ];
  it.each(work)("is held no more than maxBufferedBytes and a frame: %s", async (_name, make) => {
    const limits = { maxBufferedBytes };
    const { client, server, clientLink } = await connectPair(shopDispatcher(handler), {
      clock: new FakeClock(),
      server: { limits, maxConcurrentRequests: 256 },
      client: { initialChannelCredit: 8 },
    });
    const shop = client.client(Shop);
    await Promise.all([shop.add(1, 1), shop.find(0n)]);
    make(shop, client);
    await settle();
    clientLink.pause();
    make(shop, client);
    for (let round = 0; round < 5; round++) {
      await settle();
      const { bufferedBytes } = server.snapshot().outbound;
      expect(bufferedBytes).toBeLessThan(maxBufferedBytes + 2 * frame);
    }
    client.abort();
    server.abort();
  });
});

describe("in any order of calls, cancels, timeouts, closes and reconnects", () => {
  const limit = 3;
  const maxConnections = 4;
  const maxSessions = 2;

  it.each(Array.from({ length: 12 }, (_, seed) => seed))(
    "handlers, connections and places stay within their limits, and all are given back: seed %i",
    async (seed) => {
      const next = numbers(seed);
      const clock = new FakeClock();
      const registry = new SessionRegistry({ clock, maxSessions, expiryMs: 1000 });
      const enders: (() => void)[] = [];
      const running = new Map<object, number>();
      const dispatcher = shopDispatcher({
        add: (a, b) => a + b,
        find: (id) => ({ id, name: "" }),
        close: () => {},
        buy: async (_id, { session }) => {
          running.set(session, (running.get(session) ?? 0) + 1);
          await new Promise<void>((resolve) => enders.push(resolve));
          running.set(session, (running.get(session) ?? 0) - 1);
          return 1;
        },
        watch: (out) => out.closed,
        collect: async () => 0,
      });
      const serverLinks: MemoryLink[] = [];
      const servers = new Set<Session>();
      const options = { clock, registry, maxConcurrentRequests: limit, limits: { maxConnections } };
      const open = async () => {
        const [near, far] = memoryLinkPair();
        serverLinks.push(far);
        acceptSession(far, dispatcher, options).then((session) => void servers.add(session), ignored);
        return near;
      };
      const clients: Session[] = [];
      const connect = async (): Promise<void> => {
        const reconnect = next(2) === 0 ? reconnecting({ open, maxElapsedMs: 500 }) : undefined;
        clients.push(await openSession(await open(), { clock, reconnect }));
      };
      const shops: ShopClient[] = [];
      const steps: readonly (() => unknown)[] = [
        connect,
        () => clients.length > 0 && shops.push((clients[next(clients.length)] as Session).client(Shop)),
        () => clients[next(clients.length || 1)]?.open(Shop).then((shop) => shops.push(shop), ignored),
        () => shops[next(shops.length || 1)]?.buy(1n).catch(ignored),
        () => shops[next(shops.length || 1)]?.buy(1n, { timeoutMs: next(50) }).catch(ignored),
        () => shops[next(shops.length || 1)]?.buy(1n, { signal: AbortSignal.abort() }).catch(ignored),
        () => {
          const controller = new AbortController();
          shops[next(shops.length || 1)]?.buy(1n, { signal: controller.signal }).catch(ignored);
          queueMicrotask(() => controller.abort());
        },
        () => shops[next(shops.length || 1)]?.$close({ timeoutMs: next(50) }),
        () => serverLinks[next(serverLinks.length || 1)]?.abort(),
        () => next(4) === 0 && clients[next(clients.length || 1)]?.close({ timeoutMs: 10 }),
        () => next(4) === 0 && clients[next(clients.length || 1)]?.abort(),
        () => enders.splice(next(enders.length || 1), 1)[0]?.(),
        () => clock.advance(next(100)),
      ];
      await connect();
      for (let step = 0; step < 120; step++) {
        void steps[next(steps.length)]?.();
        await settle();
        for (const session of servers) {
          // Each connection of a session may run as many.
          expect(running.get(session) ?? 0).toBeLessThanOrEqual(limit * maxConnections);
          expect(session.snapshot().connections.length).toBeLessThanOrEqual(maxConnections);
        }
        const live = [...servers].filter((session) => session.state.kind !== "closed");
        expect(registry.size).toBeLessThanOrEqual(live.length + 1);
        expect(registry.waitingCount).toBeLessThanOrEqual(maxSessions);
      }
      for (const session of clients) session.abort();
      await clock.elapse(5000);
      while (enders.length > 0) {
        for (const end of enders.splice(0)) end();
        await settle();
      }
      await clock.elapse(5000);
      expect([...running.values()].filter((count) => count !== 0)).toEqual([]);
      expect([...servers].filter((session) => session.state.kind !== "closed")).toEqual([]);
      expect([registry.size, registry.waitingCount, clock.armed]).toEqual([0, 0, 0]);
    },
  );
});
