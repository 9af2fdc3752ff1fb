/** Channels of calls that no handler serves to the end: nothing waits for ever, nothing is kept. */
import { type ChannelError, channel, fail } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { acceptSession } from "@voxrpc/runtime/link";
import {
  connectPair,
  FakeClock,
  memoryLinkPair,
  type PairOptions,
  type SessionPair,
  settle,
} from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import type { Driver } from "../../packages/runtime/src/driver/driver.js";
import { announced, frame } from "../support/frames.js";
import { Golden } from "../support/gen/session.vox.js";
import { count, crash, sum, wait } from "../support/golden-service.js";
import { handshakeFrames, RawPeer } from "../support/raw-peer.js";

const summing = sum.handled(async ([items]) => {
  let total = 0n;
  for await (const item of items) total += BigInt(item);
  return total;
});

const driverOf = (pair: SessionPair, side: "client" | "server"): Driver => pair[side].driver as Driver;

/** Sends that no test waits for: what became of each. */
function sending(tx: $.Tx<number>, items: readonly number[]): string[] {
  const became: string[] = [];
  for (const item of items)
    tx.send(item).then(
      () => became.push(`${item} sent`),
      (error: ChannelError) => became.push(`${item} ${error.code}`),
    );
  return became;
}

async function pairOf(methods: readonly $.HandledMethod[], options: PairOptions = {}) {
  const clock = new FakeClock();
  const pair = await connectPair($.dispatcher("Golden", methods), { clock, ...options });
  return { clock, pair, caller: pair.client.client(Golden) };
}

async function expectNothingLeft(pair: SessionPair, clock: FakeClock): Promise<void> {
  await clock.elapse(6000);
  const idle = { outgoing: 0, incoming: 0, timed: 0, channels: 0 };
  expect([driverOf(pair, "client").load, driverOf(pair, "server").load]).toEqual([idle, idle]);
  await Promise.all([pair.client.close(), pair.server.close()]);
  expect(clock.armed).toBe(0);
}

const oneAtATime = { server: { maxConcurrentRequests: 1, initialChannelCredit: 1 } };

describe("sends that wait for credit", () => {
  it("fail when their call is cancelled, whether or not a handler has it", async () => {
    const { pair, caller, clock } = await pairOf(
      [sum.handled(() => new Promise<bigint>(() => {}))],
      oneAtATime,
    );
    const { tx, rx } = channel<number>();
    const abort = new AbortController();
    const call = caller.$try.sum(rx, { signal: abort.signal });
    const became = sending(tx, [1, 2, 3]);
    await settle();
    expect(became).toEqual(["1 sent"]);
    abort.abort();
    await settle();
    expect(became).toEqual(["1 sent", "2 ChannelClosed", "3 ChannelClosed"]);
    expect((await call).ok).toBe(false);
    await expectNothingLeft(pair, clock);
  });

  it("fail when their call is of an unknown method", async () => {
    const { pair, caller, clock } = await pairOf([], oneAtATime);
    const { tx, rx } = channel<number>();
    const call = caller.$try.sum(rx);
    const became = sending(tx, [1, 2]);
    expect(await call).toMatchObject({ ok: false, error: { code: "UnknownMethod" } });
    await settle();
    expect(became).toEqual(["1 sent", "2 ChannelClosed"]);
    await expectNothingLeft(pair, clock);
  });

  it.each([
    ["its handler throws", () => Promise.reject(new Error("boom"))],
    ["its handler gives an error that it does not declare", () => fail("no")],
  ])("fail at the handler's end when %s", async (_, end) => {
    let became: string[] = [];
    const failing = crash.handled(([out]) => {
      became = sending(out, [1, 2]);
      return end() as Promise<number>;
    });
    const { pair, caller, clock } = await pairOf([failing], { client: { initialChannelCredit: 1 } });
    const { tx } = channel<number>();
    expect(await caller.$try.crash(tx)).toMatchObject({ error: { code: "Indeterminate" } });
    await settle();
    expect(became).toEqual(["1 sent", "2 ChannelClosed"]);
    await expectNothingLeft(pair, clock);
  });

  it("fail at the handler's end when its call has failed, even if it keeps the channel open", async () => {
    let later: $.Tx<number> | undefined;
    const failing = count.handled(([, , out]) => {
      out.keepOpen();
      later = out;
      throw new Error("boom");
    });
    const { pair, caller, clock } = await pairOf([failing]);
    const { tx } = channel<number>();
    await caller.$try.count(0, 0, tx);
    await settle();
    await expect(later?.send(1)).rejects.toMatchObject({ code: "ChannelClosed" });
    await expectNothingLeft(pair, clock);
  });
});

describe("items for calls that are refused", () => {
  it("do not take the room of those that are still to be read", async () => {
    const most = 4;
    const gates: (() => void)[] = [];
    const waiting = wait.handled(() => new Promise<number>((resolve) => gates.push(() => resolve(0))));
    const [ours, theirs] = memoryLinkPair();
    const clock = new FakeClock();
    const accepting = acceptSession(ours, $.dispatcher("Golden", [waiting, summing]), {
      clock,
      maxConcurrentRequests: 1,
      limits: { maxUnclaimedChannels: most },
    });
    const peer = new RawPeer(theirs);
    peer.send(...handshakeFrames("initiator"));
    const session = await accepting;
    await settle();
    peer.take();

    // The first call keeps the server busy; the others wait behind it, send an item each, and are cancelled.
    peer.send(...announced(wait.method, sum.method), frame.call(1, wait.method, [0]));
    for (let id = 3; id < 3 + 6 * most; id += 2)
      peer.send(frame.call(id, sum.method, [id]), frame.item(id, [7]), frame.cancel(id));
    peer.send(frame.call(99, sum.method, [99]), frame.item(99, [5]), frame.close(99));
    await settle();
    peer.take();
    gates[0]?.();
    await settle();
    // A Response to 99: Ok(5).
    expect(peer.take().at(-1)).toBe("000563010002000000000500");
    session.abort();
    await session.closed;
    expect(clock.armed).toBe(0);
  });

  it("of unknown methods make room, too, as soon as a later call was read", async () => {
    const most = 4;
    const { pair, caller, clock } = await pairOf([summing], {
      server: { limits: { maxUnclaimedChannels: most } },
    });
    for (let turn = 0; turn < 3 * most; turn++) {
      const unknown = channel<number>();
      const refused = caller.$try.first(unknown.rx);
      await unknown.tx.send(1);
      expect((await refused).ok).toBe(false);
      const { tx, rx } = channel<number>();
      const total = caller.sum(rx);
      await tx.send(turn);
      await tx.close();
      expect(await total).toBe(BigInt(turn));
    }
    await expectNothingLeft(pair, clock);
  });
});
