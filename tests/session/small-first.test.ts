/** Small answers leave before large ones that wait for the link, and nothing is lost or changed by that. */
import { channel } from "@voxrpc/runtime";
import { connectPair, FakeClock, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

const large = "x".repeat(200_000);
const handler: ShopHandler = {
  add: (a, b) => a + b,
  find: (id) => ({ id, name: large }),
  close: () => {},
  buy: () => 1,
  watch: async (out) => void (await out.sendAll([large, "small", large])),
  collect: async () => 0,
};

async function pairOf() {
  const pair = await connectPair(shopDispatcher(handler), { clock: new FakeClock() });
  const shop = pair.client.client(Shop);
  await Promise.all([shop.add(0, 0), shop.find(0n)]);
  const answered: string[] = [];
  const log = (name: string, call: Promise<unknown>): Promise<unknown> =>
    call.then(
      () => answered.push(name),
      (error: { code: string }) => answered.push(`${name} ${error.code}`),
    );
  return { ...pair, shop, answered, log };
}

describe("a small answer", () => {
  it("arrives before the large answers that are written in the same tick", async () => {
    const { shop, answered, log, client } = await pairOf();
    await Promise.all([
      log("large", shop.find(1n)),
      log("large", shop.find(2n)),
      log("small", shop.add(1, 2)),
      log("small", shop.add(3, 4)),
    ]);
    expect(answered).toEqual(["small", "small", "large", "large"]);
    client.abort();
  });

  it("waits for one large answer at most, when the peer reads slowly", async () => {
    const { shop, answered, log, clientLink, client } = await pairOf();
    const calls = [1n, 2n, 3n].map((id) => log("large", shop.find(id)));
    clientLink.pause();
    await settle();
    calls.push(log("small", shop.add(1, 2)));
    await settle();
    clientLink.resume();
    await Promise.all(calls);
    expect(answered).toEqual(["large", "small", "large", "large"]);
    client.abort();
  });

  it("leaves the items of a stream in their order", async () => {
    const { shop, client } = await pairOf();
    const { tx, rx } = channel<string>();
    const lengths: number[] = [];
    const call = shop.watch(tx);
    for await (const item of rx) lengths.push(item.length);
    await call;
    expect(lengths).toEqual([200_000, 5, 200_000]);
    client.abort();
  });
});

describe("large answers that wait", () => {
  it.each<[string, (pair: Awaited<ReturnType<typeof pairOf>>) => unknown]>([
    ["the server closes the session", ({ server }) => server.close()],
    ["the client closes the session", ({ client }) => client.close()],
  ])("arrive before %s", async (_name, close) => {
    const pair = await pairOf();
    const { shop, log, answered, clientLink, client } = pair;
    const calls = [1n, 2n, 3n].map((id) => log("large", shop.find(id)));
    clientLink.pause();
    await settle();
    const closing = close(pair);
    await settle();
    clientLink.resume();
    await Promise.all(calls);
    await closing;
    expect(answered).toEqual(["large", "large", "large"]);
    await client.closed;
  });

  it("arrive before their virtual connection ends", async () => {
    const { log, answered, clientLink, client, server } = await pairOf();
    const more = await client.open(Shop);
    const calls = [1n, 2n, 3n].map((id) => log("large", more.find(id)));
    clientLink.pause();
    await settle();
    const [, virtual] = server.snapshot().connections;
    server.closeConnection(Number(virtual?.id));
    clientLink.resume();
    await Promise.all(calls);
    expect(answered).toEqual(["large", "large", "large"]);
    client.abort();
  });

  it("count as bytes that wait, so that no further call of the peer is started", async () => {
    const { shop, log, clientLink, client, server } = await pairOf();
    const calls = Array.from({ length: 40 }, (_, id) => log("large", shop.find(BigInt(id))));
    clientLink.pause();
    await settle();
    const { outbound } = server.snapshot();
    expect(outbound.isFull).toBe(true);
    expect(outbound.bufferedBytes).toBeLessThan(outbound.capacityBytes + 2 * large.length);
    clientLink.resume();
    await Promise.all(calls);
    expect(server.snapshot().outbound).toMatchObject({ bufferedBytes: 0, isFull: false });
    client.abort();
  });
});
