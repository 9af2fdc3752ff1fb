/** Channels of connections, driven by raw messages: rows of `protocol/behaviours.md` §4. */
import { channel } from "@voxrpc/runtime";
import * as $ from "@voxrpc/runtime/gen/v1";
import { connectPair, FakeClock, type SessionPair, settle } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Channels } from "../../packages/runtime/src/channel/channels.js";
import type { Receiver } from "../../packages/runtime/src/channel/receiver.js";
import { allBundled } from "../../packages/runtime/src/driver/bundled-code.js";
import { itemExplanations } from "../../packages/runtime/src/driver/explanations.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { Connection } from "../../packages/runtime/src/session/connection.js";
import { writeGrantCredit } from "../../packages/runtime/src/wire/channel-messages.js";
import { decodeMessage, MessageHead } from "../../packages/runtime/src/wire/message.js";
import { CoreHarness, even, odd } from "../support/core-harness.js";
import { Golden } from "../support/gen/session.vox.js";
import { count, serveGolden } from "../support/golden-service.js";
import { fromHex } from "../support/golden-values.js";

/** Channels of a connection of ours whose ids are even, and the wire below them. */
class ServerChannels {
  readonly harness = new CoreHarness();
  readonly channels: Channels;
  private readonly head = new MessageHead();

  constructor() {
    const connection = new Connection(0, even, odd, this.harness.core);
    this.channels = new Channels(
      connection,
      defaultLimits,
      this.harness.clock,
      itemExplanations(allBundled.explain),
      () => {},
    );
  }

  receive(hex: string): void {
    const bytes = fromHex(hex);
    decodeMessage(this.head, bytes, 0, bytes.length, defaultLimits);
    this.channels.onMessage(this.head, bytes);
  }
}

const u32Items: $.ItemType<number> = {
  shape: $.u32Shape,
  write: (w, p, value) => {
    if (p + 5 > w.limit) w.grow(p, 5);
    return $.writeU32(w, p, value);
  },
  read: $.readU32,
};

function taking(receiver: Receiver<number>): string[] {
  const log: string[] = [];
  const taker = {
    item: (item: number) => void log.push(String(item)),
    ended: ({ error }: { readonly error: Error | undefined }) => void log.push(error?.message ?? "end"),
  };
  receiver.consume(taker);
  receiver.consume(taker);
  return log;
}

const item123 = (channel: string): string => `0007${channel}00010000007b`;

describe("messages ahead of their receiver", () => {
  it("buffers_inbound_channel_items_until_rx_is_registered", () => {
    const server = new ServerChannels();
    server.receive(item123("63"));
    expect(taking(server.channels.openReceiver(99, u32Items))).toEqual(["123"]);
  });

  it("buffered_close_before_registration_keeps_channel_terminal", () => {
    const server = new ServerChannels();
    server.receive("00074d0100");
    const receiver = server.channels.openReceiver(77, u32Items);
    server.receive(item123("4d"));
    expect(taking(receiver)).toEqual(["end", "end"]);
    expect(server.channels.canOpen(77)).toBe(false);
    expect(server.harness.take()).toEqual([]);
  });
});

/** A handler that sends `n` items, and how many of them have left. */
function sending(): { readonly dispatcher: $.Dispatcher; sent: number } {
  const progress = { sent: 0, dispatcher: serveGolden({}) };
  const handled = count.handled(async ([from, n, out]) => {
    for (let i = 0; i < n; i++) {
      await out.send(from + i);
      progress.sent += 1;
    }
  });
  progress.dispatcher = $.dispatcher("Golden", [handled]);
  return progress;
}

/** Grants the peer of `client` one more item on its channel 1, whatever was read. */
async function grantOne({ client }: SessionPair): Promise<void> {
  const { outbox } = client.core;
  outbox.commit(writeGrantCredit(outbox.writer, outbox.begin(), 0, 1, 1));
  await settle();
}

describe("credit", () => {
  it.each([
    ["grant_credit_unblocks_driver_created_tx_channel", 16],
    ["configured_channel_capacity_controls_initial_credit", 2],
  ] as const)("%s", async (_name, credit) => {
    const progress = sending();
    const options = { initialChannelCredit: credit };
    const pair = await connectPair(progress.dispatcher, { client: options, server: options });
    const { tx } = channel<number>();
    const call = pair.client.client(Golden).$try.count(0, credit + 5, tx);
    await settle();
    expect(progress.sent).toBe(credit);
    await grantOne(pair);
    expect(progress.sent).toBe(credit + 1);
    pair.client.abort();
    await pair.server.closed;
    expect(await call).toMatchObject({ ok: false });
  });
});

describe("the end of a connection", () => {
  it("close_virtual_connection_closes_registered_rx_channels", async () => {
    const clock = new FakeClock();
    await using pair = await connectPair(sending().dispatcher, { clock });
    const caller = await pair.client.open(Golden);
    const { tx, rx } = channel<number>();
    const call = caller.$try.count(0, 0, tx);
    await call;
    const open = channel<number>();
    const up = caller.$try.sum(open.rx);
    const held = channel<number>();
    void caller.$try.count(0, 1000, held.tx);
    await settle();
    pair.client.closeConnection(1);
    expect(await rx.next()).toEqual({ done: true, value: undefined });
    await up;
    for (let i = 0; i < 16; i++) expect(await held.rx.next()).toEqual({ done: false, value: i });
    await expect(held.rx.next()).rejects.toMatchObject({
      code: "ConnectionClosed",
      message: expect.stringContaining("Local"),
    });
  });
});
