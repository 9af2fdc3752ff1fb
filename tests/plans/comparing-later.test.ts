/**
 * A small client, without the code at hand that compares types with those of its peer: it is loaded when a peer has
 * others.
 */

import * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { memoryLinkPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { loadedPlans } from "../../packages/runtime/src/driver/plans.js";
import { expectNothingUnheard } from "../support/unheard.js";
import { VoxService } from "../support/vox-types.js";

expectNothingUnheard();

const methods = `service Test {
  many(values: Tree[]) -> Tree[]
  point(value: Point) -> Point
  risky(value: u32) -> u32 throws Problem
}
error enum Problem { Odd(u32) }`;
const tree = "struct Tree { label: string children: Tree[] }";
const own = `struct Point { x: u32 } ${tree} ${methods}`;

/** A client of `own` at a server of other types. */
async function connect(types: string, served: readonly string[]) {
  const client = new VoxService(own);
  const server = new VoxService(types);
  const [ours, theirs] = memoryLinkPair();
  const handlers: Record<string, $.HandledMethod> = {
    many: server.handled("many", ([values]) => values),
    point: server.handled("point", ([value]) => value),
    risky: server.handled("risky", ([value]) =>
      (value as number) % 2 === 0 ? value : $.fail({ kind: "Odd", value }),
    ),
  };
  const [session, serving] = await Promise.all([
    openSession(ours),
    acceptSession(
      theirs,
      $.dispatcher(
        "Test",
        served.map((name) => handlers[name] as $.HandledMethod),
      ),
    ),
  ]);
  return {
    call: (name: string, value: unknown) => session.client(client.service).call(client.method(name), [value]),
    async end() {
      await session.close();
      await serving.closed;
    },
  };
}

const leaf = { label: "leaf", children: [] };

// In this order: what is loaded stays.
describe("a small client", () => {
  it("loads nothing for a peer of its own types, those that contain themselves included", async () => {
    const { call, end } = await connect(own, ["many", "point", "risky"]);
    expect(await call("many", [{ label: "root", children: [leaf] }])).toEqual([
      { label: "root", children: [leaf] },
    ]);
    expect(await call("point", { x: 1 })).toEqual({ x: 1 });
    expect(await call("risky", 2)).toBe(2);
    await expect(call("risky", 3)).rejects.toMatchObject({ code: "User", value: { kind: "Odd", value: 3 } });
    expect(loadedPlans()).toBeUndefined();
    await end();
  });

  it("hears that a method is not there, and of values of another version, when the code is there", async () => {
    const other = own.replace("x: u32", "x: u32 y: u32 = 7");
    const { call, end } = await connect(other, ["point", "many"]);
    await expect(call("risky", 2)).rejects.toMatchObject({ code: "UnknownMethod" });
    expect(await call("point", { x: 1 })).toEqual({ x: 1 });
    expect(loadedPlans()).toBeDefined();
    await end();
  });

  it("sees another description under an id that does not say what a type is", async () => {
    const other = own.replace(tree, "struct Tree { label: string children: Tree[] weight: u32 = 7 }");
    const { call, end } = await connect(other, ["many"]);
    expect(await call("many", [leaf])).toEqual([leaf]);
    await end();
  });
});
