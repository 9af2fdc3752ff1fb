import { describe, expect, it } from "vitest";
import type { ChannelError } from "../errors.js";
import { readCount } from "../postcard/counts.js";
import { readU32 } from "../postcard/u32.js";
import { listShape, u32Shape } from "../shape/build.js";
import type { ItemType } from "../shape/shape.js";
import { endOfItems, resetByPeer } from "./end.js";
import { FakePort, u32Items } from "./fake-port.fixture.js";
import { Receiver } from "./receiver.js";

const lists: ItemType<number[]> = {
  shape: listShape(u32Shape),
  write: () => 0,
  read: (r) => Array.from({ length: readCount(r, 1) }, () => readU32(r)),
};
const noReader = { item: () => {}, ended: () => {} };

function takeAll(receiver: Receiver<number[]>): void {
  while (receiver.buffered > 0) receiver.consume(noReader);
}

function setUp(credit: number) {
  const port = new FakePort();
  const receiver = new Receiver(7, u32Items, port, credit);
  const log: string[] = [];
  const take = (): void =>
    receiver.consume({
      item: (item) => log.push(String(item)),
      ended: ({ error }) => log.push(error === undefined ? "end" : error.message),
    });
  const accept = (...bytes: number[]): void =>
    receiver.accept(Uint8Array.from([9, ...bytes, 9]), 1, bytes.length + 1);
  return { port, receiver, log, take, accept };
}

describe("Receiver", () => {
  it("rx_recv_decodes_channel_items", () => {
    const { receiver, log, take, accept } = setUp(4);
    accept(0x2a);
    receiver.end(endOfItems);
    take();
    take();
    expect(log).toEqual(["42", "end"]);
  });

  it("rx_recv_returns_none_on_close", () => {
    const { receiver, log, take } = setUp(4);
    take();
    receiver.end(endOfItems);
    expect(log).toEqual(["end"]);
  });

  it("rx_recv_signals_reset, rx_recv_returns_reset_error: after what was buffered", () => {
    const { receiver, log, take, accept } = setUp(4);
    accept(1);
    receiver.end(resetByPeer());
    accept(2);
    take();
    take();
    expect(log).toEqual(["1", "channel reset by peer"]);
  });

  it.each([
    ["are taken", (receiver: Receiver<number[]>) => takeAll(receiver)],
    ["are dropped by a cancel", (receiver: Receiver<number[]>) => receiver.cancel()],
    [
      "are dropped with their call",
      (receiver: Receiver<number[]>) => receiver.giveUp(resetByPeer().error as ChannelError),
    ],
    ["are left when the connection ends", (receiver: Receiver<number[]>) => receiver.release()],
  ] as const)("items count in memory until they %s", (_how, end) => {
    const port = new FakePort();
    const receiver = new Receiver(7, lists, port, 8);
    for (const length of [1, 5, 2])
      receiver.accept(Uint8Array.from([length, ...new Array(length).fill(7)]), 0, 1 + length);
    expect(port.held).toBe((1 + 5 + 2) * 8);
    end(receiver);
    expect(port.held).toBe(0);
  });

  it("refuses an item that takes more memory than there is room for", () => {
    const port = new FakePort();
    port.decodedRoom = 39;
    const receiver = new Receiver(7, lists, port, 8);
    receiver.accept(Uint8Array.of(5, 1, 2, 3, 4, 5), 0, 6);
    expect(receiver.hasFailed).toBe(true);
    expect(port.held).toBe(0);
  });

  it("keeps no room for what was taken, also while something always waits", () => {
    const { receiver, log, take, accept } = setUp(4);
    accept(1);
    for (let i = 0; i < 10_000; i++) {
      accept(i & 0x7f);
      take();
    }
    expect(receiver.buffered).toBe(1);
    expect(receiver.bufferSlots).toBeLessThan(2000);
    expect(log.slice(0, 4)).toEqual(["1", "0", "1", "2"]);
    expect(log.at(-1)).toBe(String(9998 & 0x7f));
  });

  it("replenisher_batches_at_half_the_initial_window", () => {
    const { port, take, accept } = setUp(16);
    for (let i = 0; i < 8; i++) accept(i);
    for (let i = 0; i < 7; i++) take();
    expect(port.said).toEqual([]);
    take();
    expect(port.said).toEqual(["grant 7: 8"]);
  });

  it("replenisher_grants_one_by_one_for_single_credit_windows", () => {
    const { port, take, accept } = setUp(1);
    accept(5);
    expect(port.said).toEqual([]);
    take();
    expect(port.said).toEqual(["grant 7: 1"]);
    take();
    accept(6);
    expect(port.said).toEqual(["grant 7: 1", "grant 7: 1"]);
  });

  it("resets the channel when the peer sends more than it was granted", () => {
    const { port, log, take, accept } = setUp(2);
    accept(1);
    accept(2);
    accept(3);
    expect(port.said).toEqual(["reset 7", "forget 7"]);
    take();
    take();
    take();
    expect(log).toEqual(["1", "2", "the peer sent more items than it was granted"]);
  });

  it("resets the channel at an item that cannot be read; what came before can be taken", () => {
    const { port, log, take, accept } = setUp(4);
    accept(1);
    accept(0x80);
    accept(2);
    take();
    take();
    expect(log[0]).toBe("1");
    expect(log[1]).toMatch(/^an item cannot be read: .* at byte 1/);
    expect(port.said).toEqual(["reset 7", "forget 7"]);
  });

  it("cancel tells the peer and drops what is buffered; no grant follows the end", () => {
    const { port, receiver, log, take, accept } = setUp(2);
    accept(1);
    receiver.cancel();
    receiver.cancel();
    take();
    expect(log).toEqual(["end"]);
    expect(port.said).toEqual(["reset 7", "forget 7"]);
    const closed = setUp(2);
    closed.accept(1);
    closed.receiver.end(endOfItems);
    closed.take();
    expect(closed.port.said).toEqual(["forget 7"]);
  });
});
