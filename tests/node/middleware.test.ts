import {
  CallTimeoutError,
  type ClientMiddleware,
  partialDispatcher,
  router,
  type ServerMiddleware,
  withMiddleware,
} from "@voxrpc/runtime";
import { type ConnectOptions, connect, type ServeOptions, serve } from "@voxrpc/runtime/node";
import { FakeClock } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, shopDispatcher } from "../application/gen/shop.vox.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const dispatcher = (): ReturnType<typeof shopDispatcher> =>
  partialDispatcher(shopDispatcher, { add: (a, b) => a + b });

async function addOver(
  acceptor: Parameters<typeof serve>[1],
  options: ServeOptions = {},
  client: ConnectOptions = {},
): Promise<number> {
  await using server = await serve("tcp://127.0.0.1:0", acceptor, options);
  await using shop = await connect(server.url, Shop, client);
  return await shop.add(1, 2);
}

describe("the option middleware", () => {
  const log: string[] = [];
  const note =
    (name: string): ServerMiddleware =>
    (_context, _args, next) => {
      log.push(name);
      return next();
    };
  const twice = [note("outer"), note("inner")];

  it.each([
    ["a dispatcher", () => addOver(dispatcher(), { middleware: twice })],
    ["a router", () => addOver(router([dispatcher()]), { middleware: twice })],
    [
      "a router whose factory takes its time",
      () => addOver(router({ Shop: async () => dispatcher() }), { middleware: twice }),
    ],
    ["what withMiddleware made of a router", () => addOver(withMiddleware(router([dispatcher()]), twice))],
  ])("of serve is around each call of %s", async (_name, add) => {
    log.length = 0;
    expect(await add()).toBe(3);
    expect(log).toEqual(["outer", "inner"]);
  });

  it("of serve is refused for an acceptor that decides by itself, before anything listens", async () => {
    const serving = serve("tcp://127.0.0.1:0", { accept: () => undefined }, { middleware: twice });
    await expect(serving).rejects.toThrow("wrap the dispatcher that your connection acceptor accepts with");
  });

  it("of connect is around each call of the client", async () => {
    const calls: string[] = [];
    const middleware: readonly ClientMiddleware[] = [
      (call, next) => {
        calls.push(call.method.name);
        return next();
      },
    ];
    expect(await addOver(dispatcher(), {}, { middleware })).toBe(3);
    expect(calls).toEqual(["add"]);
  });
});

describe("callTimeoutMs", () => {
  it("is the time-out of calls that are given none, and middleware sees it", async () => {
    const clock = new FakeClock();
    const given: (number | undefined)[] = [];
    const entered: (() => void)[] = [];
    const handler = { add: () => new Promise<number>(() => entered.shift()?.()) };
    await using server = await serve("tcp://127.0.0.1:0", partialDispatcher(shopDispatcher, handler));
    await using shop = await connect(server.url, Shop, {
      clock,
      callTimeoutMs: 50,
      middleware: [
        ({ options }, next) => {
          given.push(options.timeoutMs);
          return next();
        },
      ],
    });
    const failed = async (timeoutMs: number | undefined, elapsedMs: number): Promise<unknown> => {
      const running = new Promise<void>((resolve) => entered.push(resolve));
      const call = shop.add(1, 2, { timeoutMs }).catch((error: Error) => error.cause);
      await running;
      clock.advance(elapsedMs);
      return call;
    };
    expect(await failed(undefined, 50)).toBeInstanceOf(CallTimeoutError);
    expect(await failed(7, 7)).toMatchObject({ code: "Timeout", timeoutMs: 7 });
    expect(given).toEqual([50, 7]);
    await server.close({ timeoutMs: 0 });
  });
});
