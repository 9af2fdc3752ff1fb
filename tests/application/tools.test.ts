/** Errors and events as guests in other people's tools: JSON, unbound functions, AsyncLocalStorage. */
import { AsyncLocalStorage } from "node:async_hooks";
import {
  CallError,
  ChannelError,
  CodecError,
  channel,
  DeclaredError,
  fail,
  type Observer,
  RejectedError,
  SessionError,
  VoxError,
} from "@voxrpc/runtime";
import { StoreError } from "@voxrpc/runtime/store";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopHandler, shopDispatcher, shopFind } from "./gen/shop.vox.js";

const handler: ShopHandler = {
  add: (a, b) => a + b,
  find: (id) => fail({ kind: "NotFound", id }),
  close: () => {},
  buy: () => {
    throw new Error("broken");
  },
  watch: async (out) => void (await out.sendAll(["a"])),
  collect: async () => 0,
};
const method = { service: "Shop", name: "find", id: 2n ** 63n };

describe("JSON.stringify takes", () => {
  it.each<[string, VoxError, object]>([
    [
      "a VoxError",
      new VoxError("Code", "text", { retryable: true }),
      { code: "Code", message: "text", retryable: true },
    ],
    [
      "a CodecError",
      new CodecError("DecodeFailed", "bad", { path: "a.b", offset: 3 }),
      { path: "a.b", offset: 3 },
    ],
    [
      "a SessionError",
      new SessionError("Io", "text", { cause: new Error("why") }),
      { cause: { message: "why" } },
    ],
    ["a ChannelError", new ChannelError("ChannelReset", "text"), { code: "ChannelReset" }],
    ["a StoreError", new StoreError("StoreFull", "text"), { code: "StoreFull" }],
    ["a RejectedError", new RejectedError("no"), { code: "Rejected" }],
    ["a CallError", new CallError("Cancelled", "why", method), { method: { id: "9223372036854775808" } }],
    [
      "a DeclaredError",
      new DeclaredError(method, {
        kind: "Full",
        at: 5n,
        bytes: new Uint8Array(3),
        map: new Map([[1n, new Set([2n])]]),
      }),
      { value: { kind: "Full", at: "5", bytes: "<3 bytes>", map: [["1", ["2"]]] } },
    ],
  ])("%s", (_name, error, expected) => {
    const json = JSON.parse(JSON.stringify({ error })) as object;
    expect(json).toMatchObject({
      error: { name: error.name, message: error.message, code: error.code, ...expected },
    });
  });

  it("an error whose value holds itself", () => {
    const value: { kind: string; self?: unknown } = { kind: "Circle" };
    value.self = value;
    expect(JSON.stringify(new DeclaredError(method, value))).toContain("Circle");
  });

  it("all events of a session, and the result of a call that has failed", async () => {
    const events: string[] = [];
    const observer = new Proxy<Observer>(
      {},
      {
        get: (_target, name) => (event: unknown) =>
          void events.push(`${String(name)} ${JSON.stringify(event)}`),
      },
    );
    await using pair = await connectPair(shopDispatcher(handler), { observer });
    const shop = pair.client.client(Shop);
    const results = [await shop.$try.find(1n), await shop.$try.buy(1n)];
    expect(JSON.stringify(results)).toContain('"NotFound"');
    const { tx, rx } = channel<string>();
    await Promise.all([shop.watch(tx), rx.next()]);
    for (const name of ["onRequestStarted", "onRequestFinished", "onHandlerError", "onChannelOpened"])
      expect(events.some((event) => event.startsWith(`${name} {`))).toBe(true);
    expect(JSON.stringify([pair.client.snapshot(), Shop.methods])).toContain("Shop");
  });
});

it("`isError` of a method, called without the method, recognises its errors", async () => {
  await using pair = await connectPair(shopDispatcher(handler));
  const shop = pair.client.client(Shop);
  const { isError } = shopFind;
  await expect(shop.find(1n)).rejects.toSatisfy(isError);
  await expect(shop.buy(1n)).rejects.not.toSatisfy(isError);
});

it("a context of AsyncLocalStorage holds behind calls and loops, and its owner's in callbacks of a call", async () => {
  const storage = new AsyncLocalStorage<number>();
  await using pair = await connectPair(shopDispatcher(handler));
  const shop = pair.client.client(Shop);
  const seen: (number | undefined)[] = [];
  const run = async (): Promise<void> => {
    await shop.add(1, 2);
    seen.push(storage.getStore());
    await shop.buy(1n).catch(() => {});
    seen.push(storage.getStore());
    const { tx, rx } = channel<string>();
    const call = shop.watch(tx);
    for await (const _item of rx) seen.push(storage.getStore());
    await call;
    seen.push(storage.getStore());
  };
  await Promise.all([storage.run(1, run), storage.run(2, run)]);
  await settle();
  expect(seen.filter((each) => each === 1)).toHaveLength(4);
  expect(seen.filter((each) => each === 2)).toHaveLength(4);
});
