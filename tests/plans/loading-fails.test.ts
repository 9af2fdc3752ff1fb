/** The code that reads types of other versions cannot be loaded: calls that need it fail and say so, others go on. */
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { expectNothingUnheard } from "../unheard.js";
import { VoxService } from "./vox-types.js";

expectNothingUnheard();

const network = vi.hoisted(() => ({ isOffline: true }));

vi.mock("../../packages/runtime/src/driver/on-demand.js", async (importOriginal) => {
  if (network.isOffline) throw new Error("offline");
  return importOriginal();
});

const methods = "service Test { point(value: Point) -> Point  number(value: u32) -> u32 }";

async function connect() {
  const client = new VoxService(`struct Point { x: u32 } ${methods}`);
  const server = new VoxService(`struct Point { x: u32, y: u32 = 7 } ${methods}`);
  const pair = await connectPair(
    $.dispatcher("Test", [
      server.handled("point", ([value]) => value),
      server.handled("number", ([value]) => value),
    ]),
  );
  const { driver } = pair.client;
  if (driver === undefined) throw new Error("no driver");
  return { pair, call: (name: string, value: unknown) => driver.call(client.method(name), [value]) };
}

describe("where the code that reads other versions cannot be loaded", () => {
  it("calls that need it fail with the reason, and others go on", async () => {
    const { pair, call } = await connect();
    await expect(call("point", { x: 1 })).rejects.toMatchObject({
      code: "InvalidPayload",
      detail: expect.stringMatching(/the code that reads types of other versions cannot be loaded: .*/),
    });
    expect(await call("number", 1)).toBe(1);
    await pair[Symbol.asyncDispose]();
  });

  it("a session that closes waits for the calls that wait", async () => {
    const { pair, call } = await connect();
    const answer = expect(call("point", { x: 1 })).rejects.toMatchObject({ code: "InvalidPayload" });
    await pair.client.close();
    await answer;
    await pair[Symbol.asyncDispose]();
  });

  it("a session that is cut drops what waits", async () => {
    const { pair, call } = await connect();
    const answer = expect(call("point", { x: 1 })).rejects.toMatchObject({
      code: expect.stringMatching(/Closed|Indeterminate|Shutdown/),
    });
    await Promise.resolve();
    pair.clientLink.abort();
    await answer;
    await pair[Symbol.asyncDispose]();
  });

  it("it is loaded the next time", async () => {
    network.isOffline = false;
    const { pair, call } = await connect();
    expect(await call("point", { x: 1 })).toEqual({ x: 1 });
    await pair[Symbol.asyncDispose]();
  });
});
