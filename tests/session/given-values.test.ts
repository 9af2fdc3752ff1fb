/** Options and arguments are read when the application passes them: it may use its own objects again at once. */
import { channel, Metadata, withMiddleware } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { DeferredCaller } from "../../packages/runtime/src/call/deferred-caller.js";
import { FakePort, u32Items } from "../../packages/runtime/src/channel/fake-port.fixture.js";
import { Sender } from "../../packages/runtime/src/channel/sender.js";
import { type Record, Streams, streamsDispatcher } from "../interop/gen/streams.vox.js";
import { Golden } from "../support/gen/session.vox.js";
import { type Point, serveGolden, translate } from "../support/golden-service.js";
import { Gate, resumable } from "../support/resumable.js";
import { recordAt, streamsHandler } from "../support/stream-handlers.js";
import { expectNothingUnheard } from "../support/unheard.js";

expectNothingUnheard();

const origin: Point = { x: 0, y: 0 };

/** Says what it was called with, one at a time. */
const saying = serveGolden({
  translate: async (point, _b, { metadata }) => {
    await settle();
    return { x: point.x, y: Number(metadata.getU64("n") ?? 0n) };
  },
});

type Call = (point: Point, metadata: Metadata) => Promise<Point>;

/** Makes three calls with one object and one list of metadata, which say something else each time. */
async function threeCalls(call: Call): Promise<Point[]> {
  const point = { x: 0, y: 0 };
  const metadata = new Metadata();
  const calls = [1, 2, 3].map((n) => {
    point.x = n;
    metadata.set("n", n);
    return call(point, metadata);
  });
  point.x = 9;
  metadata.set("n", 9);
  return Promise.all(calls);
}

const asGiven = [1, 2, 3].map((n) => ({ x: n, y: n }));

describe("arguments and metadata of a call", () => {
  it("that waits for a slot", async () => {
    await using pair = await connectPair(saying, { server: { maxConcurrentRequests: 1 } });
    const client = pair.client.client(Golden);
    const call: Call = (point, metadata) => client.translate(point, origin, { metadata });
    expect(await threeCalls(call)).toEqual(asGiven);
  });

  it("that waits for middleware", async () => {
    await using pair = await connectPair(saying);
    const slow = Golden.create(
      withMiddleware(pair.client.holdCaller(), [async (_call, next) => settle().then(next)]),
    );
    const call: Call = (point, metadata) => slow.translate(point, origin, { metadata });
    expect(await threeCalls(call)).toEqual(asGiven);
  });

  it.each(["call", "tryCall"] as const)("that waits for its session (%s)", async (form) => {
    await using pair = await connectPair(saying);
    const held = pair.client.holdCaller();
    const deferred = new DeferredCaller(settle().then(() => held));
    const call: Call = async (point, metadata) => {
      const came = await deferred[form](translate.method, [point, origin], { metadata });
      return "ok" in came ? (came.ok ? came.value : Promise.reject(came.error)) : came;
    };
    expect(await threeCalls(call)).toEqual(asGiven);
  });

  it("that waits for another link", async () => {
    const pair = await resumable(saying);
    const client = pair.client.client(Golden);
    await pair.cut();
    const calls = threeCalls((point, metadata) => client.translate(point, origin, { metadata }));
    await pair.recover();
    expect(await calls).toEqual(asGiven);
    await pair.close();
  });

  it("that is made again on another link: it is still the same operation", async () => {
    const gate = new Gate<Point>();
    const pair = await resumable(serveGolden({ translate: (_a, _b, { signal }) => gate.wait(signal) }));
    const point = { x: 1, y: 1 };
    const call = pair.client.client(Golden).$try.translate(point, origin);
    await settle();
    await pair.cut();
    point.x = 9;
    await pair.recover();
    await settle();
    gate.open({ x: 5, y: 5 });
    expect(await call).toEqual({ ok: true, value: { x: 5, y: 5 } });
    expect(gate.runs).toBe(1);
    await pair.close();
  });
});

describe("the signal of a call", () => {
  it("is that which was given, whatever becomes of the options", async () => {
    await using pair = await connectPair(serveGolden({ translate: () => new Promise(() => {}) }));
    const given = new AbortController();
    const options: { signal: AbortSignal } = { signal: given.signal };
    const call = pair.client.client(Golden).$try.translate(origin, origin, options);
    options.signal = new AbortController().signal;
    given.abort();
    expect(await call).toMatchObject({ ok: false, error: { code: "Cancelled" } });
  });
});

describe("items", () => {
  it("that wait for credit", async () => {
    const { handler } = streamsHandler();
    const dispatcher = streamsDispatcher({
      ...handler,
      async records(n, out) {
        const record: Record = { ...recordAt(4), data: new Uint8Array(1) };
        const sends = Array.from({ length: n }, (_, at) => {
          record.data[0] = at;
          return out.send(record);
        });
        await Promise.all(sends);
      },
    });
    await using pair = await connectPair(dispatcher, { client: { initialChannelCredit: 2 } });
    const { tx, rx } = channel<Record>();
    const call = pair.client.client(Streams).records(20, tx);
    const came: number[] = [];
    for await (const { data } of rx) came.push(data[0] ?? -1);
    await call;
    expect(came).toEqual(Array.from({ length: 20 }, (_, at) => at));
  });

  it("that wait for their call", async () => {
    const { tx } = channel<number[]>();
    const item = [1];
    const sends = [tx.send(item)];
    item[0] = 2;
    sends.push(tx.send(item));
    item[0] = 3;
    const port = new FakePort();
    tx.bind(new Sender<number[]>(7, u32Items as unknown as $.ItemType<number[]>, port, 4));
    await Promise.all(sends);
    expect(port.said).toEqual(["item 7: 1", "item 7: 2"]);
  });
});
