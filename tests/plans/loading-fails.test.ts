/** The code that reads types of other versions cannot be loaded: calls that need it fail and say so, others go on. */
import * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession, openSession } from "@voxrpc/runtime/link";
import { connectPair, memoryLinkPair } from "@voxrpc/runtime/testing";
import { describe, expect, it, vi } from "vitest";
import { frame } from "../support/frames.js";
import { translate } from "../support/golden-service.js";
import { client as clientOfRawPeer, endVictims, expectEnded, say } from "../support/victim.js";
import { VoxService } from "../support/vox-types.js";

endVictims();

const network = vi.hoisted(() => ({ isOffline: true, loads: 0 }));

vi.mock("../../packages/runtime/src/driver/on-demand.js", async (importOriginal) => {
  network.loads += 1;
  if (network.isOffline) throw new Error("offline");
  return importOriginal();
});

const methods = `service Test {
  point(value: Point) -> Point
  made(x: u32) -> Point
  number(value: u32) -> u32
  text(value: string) -> string
}`;
const own = new VoxService(`struct Point { x: u32 } ${methods}`);
const other = new VoxService(`struct Point { x: u32, y: u32 = 7 } ${methods}`);

function dispatcher(server: VoxService) {
  return $.dispatcher("Test", [
    server.handled("point", ([value]) => value),
    server.handled("made", ([x]) => ({ x, y: 2 })),
    server.handled("number", ([value]) => value),
    server.handled("text", ([value]) => value),
  ]);
}

/** A client that compares types without a load. */
async function connect() {
  const pair = await connectPair(dispatcher(other));
  const caller = pair.client.client(own.service);
  return { pair, call: (name: string, value: unknown) => caller.call(own.method(name), [value]) };
}

/** A client that also loads the code that compares types. */
async function connectSmall() {
  const [ours, theirs] = memoryLinkPair();
  const [session, serving] = await Promise.all([openSession(ours), acceptSession(theirs, dispatcher(other))]);
  return {
    call: (name: string, value: unknown) => session.client(own.service).call(own.method(name), [value]),
    async end() {
      await session.close();
      await serving.closed;
    },
  };
}

const cannotBeLoaded = {
  code: "InvalidPayload",
  detail: expect.stringMatching(/the code that reads types of other versions cannot be loaded: .*/),
};

describe("where the code that reads other versions cannot be loaded", () => {
  it("calls that need it fail with the reason, and others go on", async () => {
    const { pair, call } = await connect();
    await expect(call("point", { x: 1 })).rejects.toMatchObject(cannotBeLoaded);
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

  it("a small client reads what has the bytes of its own types, also behind what it cannot read", async () => {
    const { call, end } = await connectSmall();
    expect(await call("number", 1)).toBe(1);
    await expect(call("made", 1)).rejects.toMatchObject(cannotBeLoaded);
    expect(await call("text", "a")).toBe("a");
    expect(await call("number", 2)).toBe(2);
    await expect(call("made", 1)).rejects.toMatchObject(cannotBeLoaded);
    await end();
  });

  it.each<[string, number, Uint8Array, RegExp]>([
    ["many that are empty", 2000, new Uint8Array(), /more than 1000 announcements that wait/],
    [
      "one that is too large",
      1,
      new Uint8Array(100_001),
      /more than 100000 bytes of schemas in one announcement/,
    ],
    ["too many bytes", 9, new Uint8Array(99_999), /more than 800000 bytes of schemas on one connection/],
  ])("announcements that wait are bounded: %s", async (_title, count, payload, reason) => {
    network.loads = 0;
    const victim = await clientOfRawPeer({ limits: { maxSchemaBytes: 100_000, maxSchemas: 1000 } });
    await say(
      victim,
      Array.from({ length: count }, (_, id) =>
        frame.schemas({ ...translate.method, id: BigInt(id) }, payload),
      ),
      count > 100 ? 100 : 1,
    );
    await expectEnded(victim, reason);
    expect(network.loads).toBeLessThanOrEqual(1);
  });

  // The last test: what is loaded stays.
  it("it is loaded the next time, also for calls of the same session", async () => {
    network.isOffline = true;
    const { pair, call } = await connect();
    const small = await connectSmall();
    for (const each of [call, small.call])
      await expect(each("made", 1)).rejects.toMatchObject(cannotBeLoaded);
    await expect(call("point", { x: 1 })).rejects.toMatchObject(cannotBeLoaded);
    network.isOffline = false;
    for (const each of [call, small.call]) {
      expect(await each("made", 1)).toEqual({ x: 1 });
      expect(await each("point", { x: 1 })).toEqual({ x: 1 });
      expect(await each("text", "a")).toBe("a");
    }
    await small.end();
    await pair[Symbol.asyncDispose]();
  });
});
