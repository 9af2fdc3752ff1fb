/** Tx and Rx on their channels: what dropping, closing and binding them does. */
import { describe, expect, it } from "vitest";
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { asyncDispose } from "../call/dispose.js";
import type { ItemType } from "../shape/shape.js";
import { type InboundBinder, type OutboundBinder, readRx, readTx, writeRx, writeTx } from "./binder.js";
import { connectionEnded, endOfItems } from "./end.js";
import { FakePort, u32Items } from "./fake-port.fixture.js";
import { channel } from "./pair.js";
import { Receiver } from "./receiver.js";
import { Rx } from "./rx.js";
import { Sender } from "./sender.js";
import { Tx } from "./tx.js";

/** Binds the other half of whatever is passed, as a call does; numbers from 100 in steps of two. */
class CallerSide implements OutboundBinder {
  readonly isRepeated = false;
  readonly port = new FakePort();
  receiver: Receiver<unknown> | undefined = undefined;
  sender: Sender<unknown> | undefined = undefined;
  #next = 100;

  passTx<T>(tx: Tx<T>, type: ItemType<T>): number {
    const id = this.#take();
    const receiver = new Receiver<T>(id, type, this.port, 1);
    this.receiver = receiver as Receiver<unknown>;
    tx.pair?.bind(receiver);
    return id;
  }

  passRx<T>(rx: Rx<T>, type: ItemType<T>): number {
    const id = this.#take();
    const sender = new Sender<T>(id, type, this.port, 4);
    this.sender = sender as Sender<unknown>;
    rx.pair?.bind(sender);
    return id;
  }

  #take(): number {
    const id = this.#next;
    this.#next += 2;
    return id;
  }
}

/** Makes bound handles of ids, as a handler's arguments are. */
class HandlerSide implements InboundBinder {
  readonly ids: number[] = [];
  readonly port = new FakePort();

  openTx<T>(id: number, type: ItemType<T>): Tx<T> {
    this.ids.push(id);
    const tx = new Tx<T>();
    tx.bind(new Sender<T>(id, type, this.port, 4));
    return tx;
  }

  openRx<T>(id: number, type: ItemType<T>): Rx<T> {
    this.ids.push(id);
    const rx = new Rx<T>();
    rx.bind(new Receiver<T>(id, type, this.port, 4));
    return rx;
  }
}

function writing(binder: OutboundBinder, write: (w: Writer) => number): number[] {
  const w = new Writer(32);
  w.binder = binder;
  const end = write(w);
  return [...w.buffer.subarray(0, end)];
}

function reading(bytes: readonly number[], binder: InboundBinder): Reader {
  const r = new Reader();
  r.reset(Uint8Array.from(bytes), 0, bytes.length);
  r.binder = binder;
  return r;
}

function boundTx(): { readonly tx: Tx<number>; readonly port: FakePort } {
  const port = new FakePort();
  const tx = new Tx<number>();
  tx.bind(new Sender(7, u32Items, port, 1));
  return { tx, port };
}

function boundRx(credit = 1) {
  const port = new FakePort();
  const rx = new Rx<number>();
  const receiver = new Receiver(7, u32Items, port, credit);
  rx.bind(receiver);
  return { rx, port, receiver };
}

const closes = (port: FakePort): number => port.said.filter((text) => text.startsWith("close ")).length;
const resets = (port: FakePort): number => port.said.filter((text) => text.startsWith("reset ")).length;
const accept = (receiver: Pick<Receiver<unknown>, "accept"> | undefined, ...bytes: number[]): void =>
  receiver?.accept(Uint8Array.from(bytes), 0, bytes.length);

describe("Tx", () => {
  it("tx_drop_triggers_close_signal, tx_drop_emits_close_on_drop_for_bound_sink", async () => {
    const { tx, port } = boundTx();
    await tx[asyncDispose]();
    expect(closes(port)).toBe(1);
  });

  it("tx_drop_emits_close_on_drop_for_paired_core_binding", async () => {
    const side = new CallerSide();
    const { tx, rx } = channel<number>();
    expect(writing(side, (w) => writeRx(w, 0, rx, u32Items))).toEqual([100]);
    await tx[asyncDispose]();
    expect(closes(side.port)).toBe(1);
  });

  it("tx_close_then_drop_emits_single_close_signal, tx_close_does_not_emit_drop_close_after_explicit_close", async () => {
    const { tx, port } = boundTx();
    await tx.close();
    expect(closes(port)).toBe(1);
    await tx[asyncDispose]();
    expect(closes(port)).toBe(1);
  });

  it("of no channel refuses to send", async () => {
    const tx = new Tx<number>();
    await expect(tx.send(1)).rejects.toMatchObject({
      code: "ChannelUnbound",
      message: "channel is not bound",
    });
    expect(tx.trySend(1)).toBe("closed");
  });
});

describe("Rx", () => {
  it("rx_recv_returns_unbound_when_not_bound", async () => {
    const receiving = new Rx<number>().next();
    await expect(receiving).rejects.toMatchObject({
      code: "ChannelUnbound",
      message: "channel is not bound",
    });
  });

  it("rx_recv_surfaces_connection_closed", async () => {
    const { rx, receiver } = boundRx();
    receiver.end(connectionEnded("Protocol", undefined));
    await expect(rx.next()).rejects.toMatchObject({
      code: "ConnectionClosed",
      message: expect.stringContaining("Protocol"),
    });
  });

  it("rx_recv_notifies_replenisher_after_consuming_an_item", async () => {
    const { rx, receiver, port } = boundRx();
    accept(receiver, 0x7b);
    expect(await rx.next()).toEqual({ done: false, value: 123 });
    expect(port.said).toEqual(["grant 7: 1"]);
  });

  it("rx_recv_logical_receiver_decodes_items_and_notifies_replenisher", async () => {
    const side = new CallerSide();
    const { tx, rx } = channel<number>();
    writing(side, (w) => writeTx(w, 0, tx, u32Items));
    accept(side.receiver, 0xc1, 0x02);
    expect(await rx.next()).toEqual({ done: false, value: 321 });
    expect(side.port.said).toEqual(["grant 100: 1"]);
  });

  it("rx_drop_notifies_replenisher", async () => {
    const { rx, port } = boundRx();
    await rx[asyncDispose]();
    await rx[asyncDispose]();
    expect(resets(port)).toBe(1);
  });

  it("logical_rx_drop_notifies_replenisher", async () => {
    const side = new CallerSide();
    const { tx, rx } = channel<number>();
    writing(side, (w) => writeTx(w, 0, tx, u32Items));
    await rx[asyncDispose]();
    expect(resets(side.port)).toBe(1);
  });

  it("rx_drop_after_close_does_not_notify_replenisher", async () => {
    const { rx, port, receiver } = boundRx();
    receiver.end(endOfItems);
    expect(await rx.next()).toEqual({ done: true, value: undefined });
    await rx[asyncDispose]();
    expect(resets(port)).toBe(0);
  });
});

describe("a handle among arguments", () => {
  it("case1_serialize_tx_allocates_and_binds_paired_rx", async () => {
    const side = new CallerSide();
    const { tx, rx } = channel<number>();
    const bytes = writing(side, (w) => {
      w.buffer[0] = 42;
      return writeTx(w, 1, tx, u32Items);
    });
    expect(bytes).toEqual([0x2a, 0x64]);
    accept(side.receiver, 5);
    expect(await rx.next()).toEqual({ done: false, value: 5 });
  });

  it("case2_serialize_rx_allocates_and_binds_paired_tx", async () => {
    const side = new CallerSide();
    const { tx, rx } = channel<number>();
    const bytes = writing(side, (w) => {
      w.buffer[0] = 42;
      return writeRx(w, 1, rx, u32Items);
    });
    expect(bytes).toEqual([0x2a, 0x64]);
    await tx.send(5);
    expect(side.port.said).toEqual(["item 100: 5"]);
  });

  it("case3_deserialize_tx_binds_via_binder", () => {
    const side = new HandlerSide();
    const r = reading([7], side);
    const tx = readTx(r, u32Items);
    expect([side.ids, tx.isOpen]).toEqual([[7], true]);
  });

  it("case4_deserialize_rx_binds_via_binder", async () => {
    const side = new HandlerSide();
    const rx = readRx(reading([7], side), u32Items);
    rx.cancel();
    expect(side.port.said).toContain("reset 7");
  });

  it("channel_id_round_trips_through_ser_deser", () => {
    const side = new HandlerSide();
    const bytes = writing(new CallerSide(), (w) => writeTx(w, 0, channel<number>().tx, u32Items));
    const tx = readTx(reading(bytes, side), u32Items);
    expect([side.ids, tx.isOpen]).toEqual([[100], true]);
  });
});
