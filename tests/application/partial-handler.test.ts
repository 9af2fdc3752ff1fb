/** A handler that lacks methods, on request: calls of those are calls of a method that does not exist. */
import {
  channel,
  type Dispatcher,
  fail,
  partialDispatcher,
  router,
  type ServerMiddleware,
  withMiddleware,
} from "@voxrpc/runtime";
import { connect, serve } from "@voxrpc/runtime/node";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { expectNothingUnheard } from "../support/unheard.js";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "./gen/shop.vox.js";

expectNothingUnheard();

const adding: Partial<ShopHandler> = { add: (a, b) => a + b };
const partial = (): Dispatcher => partialDispatcher(shopDispatcher, adding);

async function expectPart(shop: ShopClient): Promise<void> {
  expect(await shop.add(1, 2)).toBe(3);
  await expect(shop.find(1n)).rejects.toMatchObject({ code: "UnknownMethod", mayHaveRun: false });
  expect(await shop.$try.close()).toMatchObject({ ok: false, error: { code: "UnknownMethod" } });
}

describe("a dispatcher of a partial handler", () => {
  const passing: ServerMiddleware = (_context, _args, next) => next();

  it.each<[where: string, acceptor: () => Parameters<typeof connectPair>[0]]>([
    ["by itself", partial],
    ["in a list of a router", () => router([partial()])],
    ["for the name of a service in a router", () => router({ Shop: partial() })],
    ["of a connection", () => router({ Shop: () => partial() })],
    ["behind middleware", () => withMiddleware(partial(), [passing])],
    ["in a router behind middleware", () => withMiddleware(router([partial()]), [passing])],
    ["accepted by the application", () => ({ accept: (_, connection) => connection.accept(partial()) })],
  ])("%s answers the methods that it has, and UnknownMethod for others", async (_, acceptor) => {
    await using pair = await connectPair(acceptor(), { client: { service: Shop.name } });
    await expectPart(pair.client.client(Shop));
  });

  it("serves over TCP with the middleware of `serve`", async () => {
    const seen: string[] = [];
    const noting: ServerMiddleware = (context, _args, next) => {
      seen.push(context.method.name);
      return next();
    };
    await using server = await serve("tcp://127.0.0.1:0", partial(), { middleware: [noting] });
    await using shop = await connect(server.url, Shop);
    await expectPart(shop);
    expect(seen).toEqual(["add"]);
  });

  it("serves virtual connections, and the calls of a server to its client", async () => {
    await using pair = await connectPair(partial(), { client: { serve: partial() } });
    await expectPart(await pair.client.open(Shop));
    await expectPart(pair.server.client(Shop));
  });

  it("ends the channels of a call of a missing method", async () => {
    await using pair = await connectPair(partial());
    const shop = pair.client.client(Shop);
    const names = channel<string>();
    await expect(shop.watch(names.tx)).rejects.toMatchObject({ code: "UnknownMethod" });
    await expect(names.rx.next()).rejects.toMatchObject({ name: "ChannelError" });
    const items = channel<number>();
    await expect(shop.collect(items.rx)).rejects.toMatchObject({ code: "UnknownMethod" });
    await items.tx.closed;
  });

  it("keeps `this`, inherited methods and methods that are replaced later", async () => {
    class Prices {
      readonly price = 5;
      buy(): number {
        return this.price;
      }
    }
    class Sale extends Prices {
      find(id: bigint): ReturnType<ShopHandler["find"]> {
        return fail({ kind: "NotFound", id });
      }
    }
    const sale: Partial<ShopHandler> = new Sale();
    await using pair = await connectPair(partialDispatcher(shopDispatcher, sale));
    const shop = pair.client.client(Shop);
    expect(await shop.buy(1n)).toBe(5);
    await expect(shop.find(7n)).rejects.toMatchObject({ name: "DeclaredError", value: { id: 7n } });
    sale.buy = () => 4;
    expect(await shop.buy(1n)).toBe(4);
    await expect(shop.add(1, 2)).rejects.toMatchObject({ code: "UnknownMethod" });
  });

  it("of an empty handler answers UnknownMethod for every method", async () => {
    await using pair = await connectPair(partialDispatcher(shopDispatcher, {}));
    await expect(pair.client.client(Shop).add(1, 2)).rejects.toMatchObject({ code: "UnknownMethod" });
  });
});

describe("partialDispatcher throws a TypeError", () => {
  const wrapped = (handler: ShopHandler): Dispatcher =>
    withMiddleware(shopDispatcher(handler), [(_context, _args, next) => next()]);
  it.each<[mistake: string, make: unknown, handler: unknown, text: string]>([
    ["for a service", Shop, {}, "needs the generated function"],
    [
      "for a function that throws",
      () => {
        throw new Error("not ready");
      },
      {},
      "got one that throws",
    ],
    ["for a method of the handler", adding.add, {}, "got one that returns NaN"],
    [
      "for a function that reads into the handler",
      (handler: { config: { name: { first: string } } }) => handler.config.name.first,
      {},
      "got one that returns undefined",
    ],
    [
      "for a function with code around the methods",
      (handler: ShopHandler) =>
        shopDispatcher({ ...handler, add: (a, b, context) => handler.add(Number(a.toFixed()), b, context) }),
      {},
      "got one that throws",
    ],
    ["for a function that makes no dispatcher", () => 7, {}, "one that returns 7"],
    ["for middleware around the methods", wrapped, {}, "put middleware around the dispatcher"],
    ["for no handler", shopDispatcher, undefined, "handler must be an object with methods, got undefined"],
    ["for null", shopDispatcher, null, "handler must be an object with methods, got null"],
    ["for a method that is a value", shopDispatcher, { add: 7 }, "handler.add must be a function"],
    ["for a method that is null", shopDispatcher, { add: null }, "handler.add must be a function"],
  ])("%s", (_, make, handler, text) => {
    const call = () => partialDispatcher(make as typeof shopDispatcher, handler as Partial<ShopHandler>);
    expect(call).toThrow(TypeError);
    expect(call).toThrow(text);
  });
});
