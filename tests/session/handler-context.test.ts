/** The facts about its session that a handler has, and the signal before the session ends. */
import { type CallContext, channel, type Tx } from "@voxrpc/runtime";
import type { Session } from "@voxrpc/runtime/link";
import { connectPair, FakeClock, type PairOptions, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

const handlerWith = (own: Partial<ShopHandler> = {}): ShopHandler => ({
  add: (a, b) => a + b,
  find: (id) => ({ id, name: "saw" }),
  close: () => {},
  buy: () => 1,
  watch: (out) => out.closed,
  collect: async () => 0,
  ...own,
});

async function pairOf(own: Partial<ShopHandler> = {}, options: PairOptions = {}) {
  const clock = new FakeClock();
  const pair = await connectPair(shopDispatcher(handlerWith(own)), { clock, ...options });
  return { ...pair, clock, shop: pair.client.client(Shop) };
}

describe("a handler reaches its session:", () => {
  it("calls the client, opens a connection to it, and knows the state", async () => {
    const seen: unknown[] = [];
    const { client, shop } = await pairOf(
      {
        find: async (id, { session }) => {
          seen.push(session.state.kind, session.isOpen, session.snapshot().connections.length);
          const back = session.client(Shop);
          const own = await session.open(Shop);
          seen.push(await back.add(1, 2), await own.add(3, 4), session.peerMetadata.size);
          session.closeConnection(own.$caller.connection.id);
          return { id, name: "saw" };
        },
      },
      { client: { serve: shopDispatcher(handlerWith()) } },
    );
    await shop.find(1n);
    expect(seen).toEqual(["open", true, 1, 3, 7, 1]);
    client.abort();
  });

  it("so does a client of it", async () => {
    const { client, shop } = await pairOf();
    const other = await shop.$session.open(Shop);
    expect(await other.add(1, 2)).toBe(3);
    shop.$session.closeConnection(other.$caller.connection.id);
    expect((await other.$caller.connection.closed).reason).toBe("Local");
    expect(await shop.$session.client(Shop).add(1, 2)).toBe(3);
    client.abort();
  });
});

describe("context.draining", () => {
  const ends: readonly (readonly [string, (of: Awaited<ReturnType<typeof pairOf>>) => unknown])[] = [
    ["its server's session closes", ({ server }) => server.close()],
    ["its caller's session closes and leaves", ({ client }) => client.abort()],
    ["its session is aborted", ({ server }) => server.abort()],
    ["the link is lost", ({ clientLink }) => clientLink.abort()],
  ];
  it.each(ends)("is aborted when %s", async (_name, end) => {
    let draining: AbortSignal | undefined;
    const opened = await pairOf({
      watch: (out, context) => {
        draining = context.draining;
        return out.closed;
      },
    });
    const { tx } = channel<string>();
    void opened.shop.watch(tx).catch(() => {});
    await settle();
    expect(draining?.aborted).toBe(false);
    void end(opened);
    await settle();
    expect(draining?.aborted).toBe(true);
    opened.client.abort();
    opened.server.abort();
  });

  it.each<[string, (session: Session) => Promise<ShopLike>]>([
    ["the root connection", async (session) => session.client(Shop)],
    ["a virtual connection", (session) => session.open(Shop)],
  ])("ends a subscription on %s at the start of a close, gracefully", async (_name, open) => {
    const { client, server, clock } = await pairOf({
      watch: async (out, { draining }) => {
        await out.send("first");
        await new Promise<void>((resolve) => draining.addEventListener("abort", () => resolve()));
        await out.send("last");
      },
    });
    const shop = await open(client);
    const { tx, rx } = channel<string>();
    const call = shop.watch(tx);
    const items: string[] = [];
    const reading = (async () => {
      for await (const item of rx) items.push(item);
    })();
    await settle();
    const before = clock.now();
    await server.close();
    await Promise.all([reading, call]);
    expect(items).toEqual(["first", "last"]);
    expect(clock.now()).toBe(before);
    client.abort();
  });

  it("lets streams that outlive their calls end gracefully, where a handler has read it", async () => {
    const keeping = (out: Tx<string>, context: CallContext): void => {
      out.keepOpen();
      context.draining.addEventListener("abort", () => void out.sendAll(["bye", "bye", "bye"]));
    };
    const { server, client, shop } = await pairOf(
      { watch: keeping },
      { client: { initialChannelCredit: 1 } },
    );
    const { tx, rx } = channel<string>();
    await shop.watch(tx);
    const closing = server.close();
    const items: string[] = [];
    for await (const item of rx) items.push(item);
    expect(items).toEqual(["bye", "bye", "bye"]);
    await closing;
    client.abort();
  });

  it("bounds the wait for such streams by the time of the close", async () => {
    const { server, client, shop, clock } = await pairOf({
      watch: (out, context) => {
        out.keepOpen();
        expect(context.draining.aborted).toBe(false);
      },
    });
    const { tx } = channel<string>();
    await shop.watch(tx);
    const before = clock.now();
    await clock.until(server.close({ timeoutMs: 700 }));
    expect(clock.now() - before).toBe(700);
    client.abort();
  });

  it("costs nothing where no handler reads it: streams that are kept are cut at once", async () => {
    const { server, client, shop, clock } = await pairOf({ watch: (out) => out.keepOpen() });
    const { tx } = channel<string>();
    await shop.watch(tx);
    const before = clock.now();
    await server.close({ timeoutMs: 700 });
    expect(clock.now()).toBe(before);
    client.abort();
  });

  it("is aborted already where it is read late", async () => {
    let context: CallContext | undefined;
    const { server, client, shop } = await pairOf({
      find: (id, given) => {
        context = given;
        return { id, name: "saw" };
      },
    });
    await shop.find(1n);
    await server.close();
    expect(context?.draining.aborted).toBe(true);
    client.abort();
  });
});

it("a session that ends on purpose waits 250 ms for a peer that does not close its half", async () => {
  const { client, clientLink, clock } = await pairOf();
  clientLink.close = () => {};
  const before = clock.now();
  await clock.until(client.close());
  expect(clock.now() - before).toBe(250);
});

interface ShopLike {
  watch(out: Tx<string>): Promise<void>;
}
