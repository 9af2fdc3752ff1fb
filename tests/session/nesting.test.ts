/** Handlers that call each other back: as deep as there are slots, and no deeper. */
import { connectPair, FakeClock } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

/** Each side calls the other back until the depth is reached. */
function nesting(): ShopHandler {
  return {
    add: async (depth, limit, context) => {
      if (depth >= limit) return depth;
      return context.client(Shop).add(depth + 1, limit);
    },
    find: (id) => ({ id, name: "" }),
    close: () => {},
    buy: () => 1,
    watch: (out) => out.closed,
    collect: async () => 0,
  };
}

describe("call-backs", () => {
  const limits = [
    [4, 4],
    [4, 2],
    [2, 4],
  ] as const;
  it.each(limits)("within %d and %d slots are answered", async (near, far) => {
    const clock = new FakeClock();
    const { client, server } = await connectPair(shopDispatcher(nesting()), {
      clock,
      server: { maxConcurrentRequests: near },
      client: { serve: shopDispatcher(nesting()), maxConcurrentRequests: far },
    });
    const depth = 2 * Math.min(near, far) - 1;
    expect(await client.client(Shop).add(0, depth)).toBe(depth);
    client.abort();
    server.abort();
    expect(clock.armed).toBe(0);
  });

  it.each(limits)("deeper than %d and %d slots fail, and the connection goes on", async (near, far) => {
    const clock = new FakeClock();
    const { client, server } = await connectPair(shopDispatcher(nesting()), {
      clock,
      server: { maxConcurrentRequests: near, onUnhandledError: () => {} },
      client: { serve: shopDispatcher(nesting()), maxConcurrentRequests: far },
    });
    const shop = client.client(Shop);
    const error = await clock.until(shop.add(0, 50).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: "Cancelled" });
    expect(await shop.add(0, 1)).toBe(1);
    expect(client.snapshot().connections[0]?.requests).toEqual([]);
    client.abort();
    server.abort();
    expect(clock.armed).toBe(0);
  });

  it("that wait while others are answered go on", async () => {
    const clock = new FakeClock();
    let release: (() => void)[] = [];
    const slow: ShopHandler = {
      ...nesting(),
      buy: () => new Promise((resolve) => release.push(() => resolve(1))),
    };
    const calling: ShopHandler = {
      ...nesting(),
      find: async (id, context) => ({ id, name: String(await context.client(Shop).buy(id)) }),
    };
    const { client, server } = await connectPair(shopDispatcher(calling), {
      clock,
      client: { serve: shopDispatcher(slow), maxConcurrentRequests: 2 },
    });
    const calls = [1n, 2n, 3n, 4n].map((id) => client.client(Shop).find(id));
    for (let round = 0; round < 4; round++) {
      await clock.elapse(20_000);
      const [first, ...rest] = release;
      release = rest;
      first?.();
    }
    await clock.elapse(20_000);
    for (const each of release) each();
    expect((await Promise.all(calls)).map(({ name }) => name)).toEqual(["1", "1", "1", "1"]);
    client.abort();
    server.abort();
  });
});
