/** What a peer can do with channels: every id, item, grant and end that it has no right to, in any number. */
import { type ChannelError, channel, defaultLimits, type Tx } from "@voxrpc/runtime";
import { settle } from "@voxrpc/runtime/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Channels } from "../../packages/runtime/src/channel/channels.js";
import { u32Items } from "../../packages/runtime/src/channel/fake-port.fixture.js";
import { allBundled } from "../../packages/runtime/src/driver/bundled-code.js";
import { itemExplanations } from "../../packages/runtime/src/driver/explanations.js";
import { Connection } from "../../packages/runtime/src/session/connection.js";
import { CoreHarness, even, odd } from "../support/core-harness.js";
import { announced, frame } from "../support/frames.js";
import { count, echo, serveGolden, sum, wait } from "../support/golden-service.js";
import { toHex } from "../support/golden-values.js";
import {
  callerOf,
  client,
  endVictims,
  expectAlive,
  expectEnded,
  held,
  say,
  server,
} from "../support/victim.js";

endVictims();

const u32Max = 2 ** 32 - 1;
const methods = announced(sum.method, count.method, echo.method, wait.method);

/** What handlers have come across, and the ends that they hold. */
class Handled {
  readonly ends: string[] = [];
  tx: Tx<number> | undefined = undefined;
  taken = 0;
  readonly dispatcher = serveGolden({
    sum: async (items) => {
      try {
        for await (const _ of items) this.taken += 1;
        this.ends.push("end");
      } catch (error) {
        this.ends.push(String((error as { code?: string }).code));
      }
      return BigInt(this.taken);
    },
    count: (_a, _b, tx) => {
      this.tx = tx;
      return new Promise<undefined>(() => {});
    },
    echo: () => 0,
    wait: () => new Promise<number>(() => {}),
  });
}

function* times(count: number, make: (index: number) => Uint8Array): Generator<Uint8Array> {
  for (let index = 0; index < count; index++) yield make(index);
}

/** Items of the peer's that are sent as credit allows, as if grants were read. */
const itemsOf = (id: number, total: number) => times(total, () => frame.item(id, [7]));

describe("items", () => {
  it("beyond what was granted end the channel, not the session", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher, { initialChannelCredit: 4 });
    // The handler takes none of them in the meantime: they arrive at one stroke.
    victim.peer.send(...methods, frame.call(1, sum.method, [1]), ...itemsOf(1, 100));
    await settle();
    expect(handled.ends).toEqual(["ChannelReset"]);
    expect(victim.peer.take()).toContain(toHex(frame.reset(1)));
    expect(held(victim.session).channels).toBe(0);
    await expectAlive(victim);
  });

  it("that are no items end the channel, not the session", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher);
    await say(victim, [
      ...methods,
      frame.call(1, sum.method, [1]),
      frame.item(1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
      frame.item(1, [1]),
    ]);
    expect(handled.ends).toEqual(["ItemUnreadable"]);
    await expectAlive(victim);
  });

  it.each([
    ["of our own parity", (index: number) => 2 * index],
    ["that are no safe integers", (index: number) => 2n ** 63n + BigInt(2 * index + 1)],
  ])("for channels %s are dropped without a trace", async (_, idOf) => {
    const victim = await server(new Handled().dispatcher);
    await say(
      victim,
      times(20_000, (index) => frame.item(idOf(index), [7])),
    );
    expect(victim.peer.take()).toEqual([]);
    await expectAlive(victim);
  });

  it("for 100,000 channels that no handler opens are kept for a few, and refused for the others", async () => {
    const victim = await server(new Handled().dispatcher);
    await say(
      victim,
      times(100_000, (index) => frame.item(2 * index + 1, [7])),
    );
    const resets = victim.peer.take();
    expect(resets).toHaveLength(100_000 - 256);
    expect(held(victim.session)).toMatchObject({ channels: 0, bufferedBytes: 0 });
    await expectAlive(victim);
  });

  it("for such channels cost the session of a peer that does not read the refusals", async () => {
    const victim = await server(new Handled().dispatcher, { limits: { maxBufferedBytes: 1000 } });
    victim.link.pause();
    await say(
      victim,
      times(20_000, (index) => frame.item(2 * index + 1, [7])),
    );
    await expectEnded(victim, /does not read the answers/);
  });

  it("for such channels may not be large in sum", async () => {
    const limits = { maxFrameBytes: 300_000, maxQueuedBytes: 1 };
    const victim = await server(new Handled().dispatcher, { limits });
    const item = new Uint8Array(100_000);
    await say(
      victim,
      times(100, (index) => frame.item(2 * index + 1, item)),
      10,
    );
    // Two frames and 256 KiB fit: the other items are refused.
    expect(victim.peer.take()).toHaveLength(92);
    await expectAlive(victim);
  });

  it("of a peer that does not read its grants are served without piling grants up", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher, { limits: { maxBufferedBytes: 1000 } });
    await say(victim, [...methods, frame.call(1, sum.method, [1])]);
    victim.link.pause();
    await say(victim, itemsOf(1, 20_000), 8);
    expect(handled.taken).toBe(20_000);
    expect(held(victim.session).bufferedBytes).toBeLessThan(1100);
    // Pending messages arrive at once when it reads on.
    victim.link.resume();
    await settle();
    const granted = victim.peer.take().filter((text) => text.startsWith(grantOf1));
    expect(granted.length).toBeLessThan(250);
    expect(granted.reduce((total, text) => total + readGrant(text), 0)).toBe(20_000);
  });

  it("in any bytes end their channel or nothing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 12 }), { maxLength: 20 }), async (items) => {
        const handled = new Handled();
        const victim = await server(handled.dispatcher);
        const frames = items.map((item) => frame.item(1, item));
        await say(victim, [...methods, frame.call(1, sum.method, [1]), ...frames, frame.close(1)]);
        expect(handled.ends).toHaveLength(1);
        expect(["end", "ItemUnreadable", "ChannelReset"]).toContain(handled.ends[0]);
        await expectAlive(victim);
      }),
      { numRuns: 100 },
    );
  });
});

describe("ends", () => {
  it("of 100,000 channels that no handler opens are forgotten", async () => {
    const victim = await server(new Handled().dispatcher);
    await say(
      victim,
      times(100_000, (index) => (index % 2 === 0 ? frame.close : frame.reset)(2 * index + 1)),
    );
    expect(held(victim.session)).toMatchObject({ channels: 0, bufferedBytes: 0 });
    await expectAlive(victim);
  });

  it("of more channels than are remembered fail the calls that open them later, which do not wait for ever", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher, { limits: { maxUnclaimedChannels: 4 } });
    await say(
      victim,
      times(10, (index) => frame.close(2 * index + 1)),
    );
    await say(victim, [
      ...methods,
      ...times(10, (index) => frame.call(2 * index + 1, sum.method, [2 * index + 1])),
    ]);
    expect(held(victim.session)).toMatchObject({ requests: 0, channels: 0 });
    // Four calls have found their streams ended, the others are refused.
    expect(handled.ends).toEqual(Array.from({ length: 4 }, () => "end"));
    await expectAlive(victim);
  });

  it("come in storms, before and behind each other, and end a channel once", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher);
    const storms = [frame.close(1), frame.reset(1), frame.item(1, [1])];
    const storm = times(30_000, (index) => storms[index % 3] as Uint8Array);
    await say(victim, [...methods, frame.call(1, sum.method, [1]), ...storm]);
    expect(handled.ends).toEqual(["end"]);
    expect(held(victim.session)).toMatchObject({ requests: 0, channels: 0 });
    await expectAlive(victim);
  });

  it("of the sending half by the wrong side change nothing", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher);
    await say(victim, [
      ...methods,
      frame.call(1, count.method, [0, 0, 1]),
      frame.close(1),
      frame.item(1, [5]),
    ]);
    expect(await handled.tx?.trySend(3)).toBe("sent");
    expect(held(victim.session)).toMatchObject({ requests: 1, channels: 1 });
    await expectAlive(victim);
  });
});

describe("grants", () => {
  it("of 2^32 - 1, again and again, are counted up to a bound", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher);
    await say(victim, [
      ...methods,
      frame.call(1, count.method, [0, 0, 1]),
      ...times(5000, () => frame.grant(1, u32Max)),
    ]);
    const [channelOfCall] = victim.session.snapshot().connections[0]?.channels ?? [];
    expect(channelOfCall?.availableCredit).toBe(2 ** 31 - 1);
    expect(handled.tx?.trySend(1)).toBe("sent");
    await expectAlive(victim);
  });

  it("let nothing pile up at a peer that grants everything and reads nothing", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher, { limits: { maxBufferedBytes: 1000 } });
    await say(victim, [...methods, frame.call(1, count.method, [0, 0, 1]), frame.grant(1, u32Max)]);
    victim.link.pause();
    let sent = 0;
    for (let turn = 0; turn < 5000; turn++) {
      if (handled.tx?.trySend(turn) === "sent") sent += 1;
      if (turn % 50 === 0) await settle();
    }
    expect(sent).toBeLessThan(400);
    expect(held(victim.session).bufferedBytes).toBeLessThan(2000);
  });

  it("for channels that receive, that have ended or that were never opened change nothing", async () => {
    const handled = new Handled();
    const victim = await server(handled.dispatcher);
    await say(victim, [
      ...methods,
      frame.call(1, sum.method, [1]),
      ...[1, 2, 3, 2n ** 64n - 1n].map((id) => frame.grant(id, u32Max)),
      frame.close(1),
      frame.grant(1, u32Max),
      frame.grant(1, 0),
    ]);
    expect(handled.ends).toEqual(["end"]);
    await expectAlive(victim);
  });
});

describe("calls", () => {
  it.each([
    ["of our own parity", [2]],
    ["0", [0]],
    ["larger than a safe integer", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ])("with a channel id %s are answered with InvalidPayload", async (_, id) => {
    const victim = await server(new Handled().dispatcher);
    await say(victim, [...methods, frame.call(1, sum.method, id)]);
    expect(victim.peer.take().at(-1)).toMatch(invalidPayload(1));
    expect(held(victim.session)).toMatchObject({ requests: 0, channels: 0 });
    await expectAlive(victim);
  });

  it("with the same channel twice, in one call or in two, are answered with InvalidPayload", async () => {
    const victim = await server(new Handled().dispatcher);
    await say(victim, [
      ...methods,
      frame.call(1, echo.method, [1, 1]),
      frame.call(3, count.method, [0, 0, 3]),
    ]);
    await say(victim, [frame.call(5, count.method, [0, 0, 3])]);
    const invalid = victim.peer
      .take()
      .filter((text) => invalidPayload(1).test(text) || invalidPayload(5).test(text));
    expect(invalid).toHaveLength(2);
    expect(held(victim.session)).toMatchObject({ requests: 1, channels: 1 });
    await expectAlive(victim);
  });

  it("open as many channels as there may be, and no more", async () => {
    const kept: unknown[] = [];
    const keeping = serveGolden({
      count: (_a, _b, tx) => {
        tx.keepOpen();
        kept.push(tx);
        return undefined;
      },
    });
    const victim = await server(keeping, { limits: { maxChannels: 1000 } });
    await say(victim, [
      ...announced(count.method),
      ...times(5000, (index) => frame.call(2 * index + 1, count.method, [0, 0, ...varint(2 * index + 1)])),
    ]);
    expect(kept).toHaveLength(1000);
    expect(held(victim.session)).toMatchObject({ requests: 0, channels: 1000 });
    await expectAlive(victim);
  });
});

describe("channels behind the end of their connection", () => {
  it("are ended as soon as they are opened", async () => {
    const harness = new CoreHarness();
    const channels = new Channels(
      new Connection(0, even, odd, harness.core),
      defaultLimits,
      harness.clock,
      itemExplanations(allBundled.explain),
      () => {},
    );
    channels.end("Protocol", undefined);
    const ends: string[] = [];
    channels.openReceiver(1, u32Items).consume({
      item: () => ends.push("an item"),
      ended: ({ error }) => ends.push(`received: ${error?.code}`),
    });
    channels.openSender(3, u32Items).send(
      1,
      () => ends.push("sent"),
      (error) => ends.push(`sent: ${(error as ChannelError).code}`),
    );
    expect(ends).toEqual(["received: ConnectionClosed", "sent: ConnectionClosed"]);
    expect(channels.size).toBe(0);
  });
});

describe("a hostile server", () => {
  it("cannot put items into channels that its client did not open, nor beyond their credit", async () => {
    const victim = await client({ initialChannelCredit: 2 });
    const { tx, rx } = channel<number>();
    const calling = callerOf(victim).$try.count(0, 0, tx);
    await settle();
    await say(victim, [
      ...times(1000, (index) => frame.item(2 * index + 3, [1])),
      ...times(1000, (index) => frame.item(2 * index + 2, [1])),
      ...itemsOf(1, 100),
    ]);
    const taken: number[] = [];
    const reading = (async () => {
      for await (const item of rx) taken.push(item);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ChannelReset" });
    expect(taken).toEqual([7, 7]);
    await expectAlive(victim);
    victim.session.abort();
    expect(await calling).toMatchObject({ ok: false });
  });

  it("cannot keep a client's sends waiting behind the end of the call", async () => {
    const victim = await client();
    const { tx, rx } = channel<number>();
    const calling = callerOf(victim).$try.sum(rx);
    const sends = Array.from({ length: 40 }, () =>
      tx.send(1).then(
        () => "sent",
        (error) => error.code,
      ),
    );
    await settle();
    await say(victim, [frame.response(1, [1, 3])]);
    expect(await calling).toMatchObject({ ok: false, error: { code: "Cancelled" } });
    expect((await Promise.all(sends)).slice(16)).toEqual(Array.from({ length: 24 }, () => "ChannelClosed"));
    await victim.clock.elapse(6000);
    expect(held(victim.session)).toMatchObject({ requests: 0, channels: 0 });
  });
});

/** A Response that says InvalidPayload: outcome Err, failure 2. */
const invalidPayload = (id: number): RegExp => new RegExp(`^00050${id}010{2}[0-9a-f]{8}0102`);

/** A GrantCredit of channel 1 begins so. */
const grantOf1 = toHex(frame.grant(1, 0)).slice(0, -2);

function readGrant(text: string): number {
  const bytes = Buffer.from(text.slice(grantOf1.length), "hex");
  return bytes.reduce((total, byte, index) => total + (byte & 0x7f) * 2 ** (7 * index), 0);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 0x80))];
}
