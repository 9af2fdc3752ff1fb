/** One peer's work lets others in: what one turn of the event loop may do is bounded, and nothing is lost by it. */
import { channel } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import type { Clock } from "@voxrpc/runtime/link";
import { systemClock } from "@voxrpc/runtime/link";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Golden } from "../support/gen/session.vox.js";
import { serveGolden } from "../support/golden-service.js";

/** Time that passes by itself: 10 µs at each look. */
const ticking = (): Clock => {
  let time = 0;
  return {
    now: () => {
      time += 0.01;
      return time;
    },
    setTimer: systemClock.setTimer,
    clearTimer: systemClock.clearTimer,
  };
};

/** How often the event loop has come round until a promise has settled. */
async function turnsUntil(promise: Promise<unknown> | undefined): Promise<number> {
  let turns = 0;
  let isOver = false;
  void promise?.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  return turns;
}

const many = 40_000;
const window = { initialChannelCredit: 1_000_000, limits: { maxInitialCredit: 1_000_000 } };

describe("a large window and a fast reader", () => {
  const ways: Readonly<Record<string, (out: $.Tx<number>) => Promise<unknown>>> = {
    "send in a loop": async (out) => {
      for (let item = 0; item < many; item++) await out.send(item);
    },
    "sends that are not awaited": (out) =>
      Promise.all(Array.from({ length: many }, (_, item) => out.send(item))),
    "sendAll of a list": (out) => out.sendAll(Array.from({ length: many }, (_, item) => item)),
    "sendAll of a generator": (out) =>
      out.sendAll(
        (async function* () {
          for (let item = 0; item < many; item++) yield item;
        })(),
      ),
  };

  it.each(Object.entries(ways))(
    "a handler that sends, %s: all arrives in order, over many turns",
    async (_, send) => {
      const dispatcher = serveGolden({
        count: async (_a, _b, out) => {
          await send(out);
          return undefined;
        },
      });
      await using pair = await connectPair(dispatcher, { clock: ticking(), client: window, server: window });
      const { tx, rx } = channel<number>();
      const call = pair.client.client(Golden).count(0, 0, tx);
      let expected = 0;
      const reading = (async () => {
        for await (const item of rx) if (item === expected) expected += 1;
      })();
      // 40,000 items are 2500 looks, 25 ms: five turns at least.
      expect(await turnsUntil(reading)).toBeGreaterThan(4);
      expect(expected).toBe(many);
      await call;
    },
  );

  it.each(Object.entries(ways))("a caller that sends, %s", async (_, send) => {
    const dispatcher = serveGolden({
      sum: async (items) => {
        let total = 0n;
        for await (const item of items) total += BigInt(item);
        return total;
      },
    });
    await using pair = await connectPair(dispatcher, { clock: ticking(), client: window, server: window });
    const { tx, rx } = channel<number>();
    const call = pair.client.client(Golden).sum(rx);
    const sending = send(tx).then(() => tx.close());
    expect(await turnsUntil(sending)).toBeGreaterThan(4);
    expect(await call).toBe((BigInt(many) * BigInt(many - 1)) / 2n);
  });
});
