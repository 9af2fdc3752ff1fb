/** The code that reads types of other versions is loaded when it is needed: what needs it waits, nothing else does. */
import { channel } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, type SessionPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { expectNothingUnheard } from "../support/unheard.js";
import { VoxService } from "../support/vox-types.js";

expectNothingUnheard();

const methods = `service Test {
  point(value: Point) -> Point
  number(value: u32) -> u32
  sum(start: Point, items: Rx<u32>) -> u32
}`;
const older = `struct Point { x: u32 } ${methods}`;
const newer = `struct Point { x: u32, y: u32 = 7 } ${methods}`;

interface Point {
  readonly x: number;
}

/** A fresh copy of the code, of which nothing is loaded. */
async function connect(): Promise<{ pair: SessionPair; call: Call; isLoaded: () => boolean }> {
  const plans = await import("../../packages/runtime/src/driver/plans.js");
  const client = new VoxService(older);
  const server = new VoxService(newer);
  const pair = await connectPair(
    $.dispatcher("Test", [
      server.handled("point", ([value]) => value),
      server.handled("number", ([value]) => value),
      server.handled("sum", async ([start, items]) => {
        let sum = (start as Point).x;
        for await (const item of items as AsyncIterable<number>) sum += item;
        return sum;
      }),
    ]),
  );
  const caller = pair.client.client(client.service);
  return {
    pair,
    call: (name, ...args) => caller.call(client.method(name), args),
    isLoaded: () => plans.loadedPlans() !== undefined,
  };
}

type Call = (name: string, ...args: unknown[]) => Promise<unknown>;

describe("the code that reads other versions", () => {
  it("is not loaded for types of our own; then calls of other types wait for it, and others overtake them", async () => {
    const { pair, call, isLoaded } = await connect();
    expect(await call("number", 1)).toBe(1);
    expect(isLoaded()).toBe(false);
    const order: string[] = [];
    const upload = channel<number>();
    const calls = [
      call("point", { x: 1 }).then((value) => order.push(`point ${JSON.stringify(value)}`)),
      call("sum", { x: 100 }, upload.rx).then((value) => order.push(`sum ${value}`)),
      call("number", 2).then((value) => order.push(`number ${value} ${isLoaded()}`)),
    ];
    // More than one window: items that arrive before their call is read give their room back once it is.
    await upload.tx.sendAll(Array.from({ length: 100 }, () => 1));
    await Promise.all(calls);
    expect(order[0]).toBe("number 2 false");
    expect(order.slice(1).sort()).toEqual(['point {"x":1}', "sum 200"]);
    expect(isLoaded()).toBe(true);
    await pair[Symbol.asyncDispose]();
  });
});
