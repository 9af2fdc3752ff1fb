/**
 * Two copies of the package in one program: what one makes, the other knows. A new public class without a row fails
 * here.
 */
import * as root from "@voxrpc/runtime";
import * as link from "@voxrpc/runtime/link";
import * as proxy from "@voxrpc/runtime/proxy";
import * as store from "@voxrpc/runtime/store";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { expectNothingUnheard } from "../support/unheard.js";
import { Shop, type ShopHandler, shopDispatcher, shopFind } from "./gen/shop.vox.js";

expectNothingUnheard();

const own = { ...root, ...link, ...proxy, ...store };
vi.resetModules();
const other: typeof own = {
  ...(await import("@voxrpc/runtime")),
  ...(await import("@voxrpc/runtime/link")),
  ...(await import("@voxrpc/runtime/proxy")),
  ...(await import("@voxrpc/runtime/store")),
};
const method = { service: "Shop", name: "find", id: 7n };

/** An instance of each class, made by a copy. */
const instances: Readonly<Record<string, (copy: typeof own) => object>> = {
  VoxError: ({ VoxError }) => new VoxError("Code", "text"),
  CodecError: ({ CodecError }) => new CodecError("EncodeFailed", "text"),
  SessionError: ({ SessionError }) => new SessionError("Io", "text"),
  ChannelError: ({ ChannelError }) => new ChannelError("ChannelReset", "text"),
  StoreError: ({ StoreError }) => new StoreError("StoreFull", "text"),
  DeclaredError: ({ DeclaredError }) => new DeclaredError(method, { kind: "Closed" }),
  CallError: ({ CallError }) => new CallError("Cancelled"),
  CallTimeoutError: ({ CallTimeoutError }) => new CallTimeoutError(5),
  RejectedError: ({ RejectedError }) => new RejectedError("no"),
  UnauthenticatedError: ({ UnauthenticatedError }) => new UnauthenticatedError("Shop.find"),
  Failure: ({ fail }) => fail({ kind: "Closed" }),
  Dispatcher: ({ Dispatcher }) => new Dispatcher("Shop", [], undefined),
  Metadata: ({ Metadata }) => new Metadata(),
  Tx: ({ channel }) => channel<number>().tx,
  Rx: ({ channel }) => channel<number>().rx,
};
/** Classes that nothing is compared with: they are used by their methods. */
const unbranded = ["Session", "SessionRegistry", "RawConnection"];

type Class = abstract new (...args: never[]) => object;
const classOf = (copy: typeof own, name: string): Class =>
  (copy as unknown as Readonly<Record<string, Class>>)[name] as Class;

it("there are two copies", () => {
  expect(other.VoxError).not.toBe(own.VoxError);
});

it("every public class has a row", () => {
  const classes = Object.entries(own)
    .filter(
      ([, value]) => typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value)),
    )
    .map(([name]) => name);
  expect(classes.filter((name) => !unbranded.includes(name)).sort()).toEqual(Object.keys(instances).sort());
});

describe.each(Object.entries(instances))("%s", (name, make) => {
  it("is known across copies, and nothing else is taken for it", () => {
    for (const copy of [own, other]) {
      for (const each of [own, other]) expect(make(copy)).toBeInstanceOf(classOf(each, name));
      for (const value of [{}, null, undefined, "text", new Error("text"), Object.create(null)])
        expect(value instanceof classOf(copy, name)).toBe(false);
      for (const [another, makeOther] of Object.entries(instances)) {
        const isBelow = classOf(own, another).prototype instanceof Object && isExtended(another, name);
        expect([another, makeOther(copy) instanceof classOf(own, name)]).toEqual([another, isBelow]);
      }
    }
  });

  it("of another layout is refused with a hint", () => {
    const value = { [Symbol.for(`@voxrpc/runtime/${name}`)]: 99 };
    expect(() => value instanceof classOf(own, name)).toThrow("install one version");
  });
});

/** Whether one class is the other, or extends it. */
function isExtended(name: string, base: string): boolean {
  for (
    let each: object | null = classOf(own, name).prototype;
    each !== null;
    each = Object.getPrototypeOf(each)
  )
    if (each === classOf(own, base).prototype) return true;
  return false;
}

it("a class of the application that extends one of ours is its own", () => {
  class Mine extends own.VoxError {}
  expect(new Mine("Code", "text")).toBeInstanceOf(Mine);
  expect(new Mine("Code", "text")).toBeInstanceOf(other.VoxError);
  expect(new own.VoxError("Code", "text")).not.toBeInstanceOf(Mine);
});

describe("a handler and a caller that use another copy", () => {
  const handler = (): ShopHandler => ({
    add: (a, b) => a + b,
    find: () => other.fail({ kind: "NotFound", id: 1n }),
    close: () => {
      throw other.fail({ kind: "Closed" });
    },
    buy: () => 1,
    watch: async (out) => void (await out.sendAll(["a", "b"])),
    collect: async (items) => {
      let sum = 0;
      for await (const item of items) sum += item;
      return sum;
    },
  });

  it("fail as declared, and give metadata and channels", async () => {
    const dispatcher = shopDispatcher(handler());
    await using pair = await connectPair(
      new other.Dispatcher("Shop", dispatcher.methods, dispatcher.answering),
    );
    const shop = pair.client.client(Shop);
    const error: unknown = await shop.find(1n).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(other.DeclaredError);
    expect(shopFind.isError(error)).toBe(true);
    await expect(shop.close()).rejects.toMatchObject({ code: "User", value: { kind: "Closed" } });
    expect(await shop.add(1, 2, { metadata: new other.Metadata({ trace: "t" }) })).toBe(3);
    const { tx, rx } = other.channel<string>();
    const seen: string[] = [];
    const call = shop.watch(tx);
    for await (const item of rx) seen.push(item);
    await call;
    expect(seen).toEqual(["a", "b"]);
    const upload = other.channel<number>();
    const [sum] = await Promise.all([shop.collect(upload.rx), upload.tx.sendAll([1, 2, 3])]);
    expect(sum).toBe(6);
  });

  it("refuse with the reason of another copy's RejectedError", async () => {
    const acceptor = own.router({
      Shop: () => {
        throw new other.RejectedError("not today");
      },
    });
    await expect(connectPair(acceptor, { client: { service: "Shop" } })).rejects.toMatchObject({
      code: "Rejected",
      message: expect.stringContaining("not today"),
    });
  });
});
