/**
 * Binding of channel handles while arguments are encoded or decoded. A handle travels as the id of its channel. The
 * caller puts a binder on the writer or reader before. The binder binds nothing before the whole message has been
 * written or read: an encoder may run twice, and a decoder may fail after the first channel.
 * Source: `protocol/postcard.md` §4.
 */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { decodeFault, EncodeFault } from "../postcard/faults.js";
import { writeU64Number } from "../postcard/u64.js";
import { takeVarint64 } from "../postcard/varints.js";
import type { ChannelShape, ItemType } from "../shape/shape.js";
import { Rx } from "./rx.js";
import { Tx } from "./tx.js";

/** Numbers the handles of one Call that is being encoded. */
export interface OutboundBinder {
  /** Whether the Call was sent before: its handles are bound already. */
  readonly isRepeated: boolean;
  /** The handler will send, and this side receives on the pair. @returns the channel's id */
  passTx<T>(tx: Tx<T>, type: ItemType<T>): number;
  /** The handler will receive, and this side sends on the pair. @returns the channel's id */
  passRx<T>(rx: Rx<T>, type: ItemType<T>): number;
}

/** Makes handles for the ids of one Call that is being decoded. */
export interface InboundBinder {
  /** @returns undefined when the id cannot be that of a new channel of the peer */
  openTx<T>(channelId: number, type: ItemType<T>): Tx<T> | undefined;
  /** @returns undefined when the id cannot be that of a new channel of the peer */
  openRx<T>(channelId: number, type: ItemType<T>): Rx<T> | undefined;
}

/** Writes a `Tx` argument. Room: 10. @throws EncodeFault unless it is an unused half of a `channel()` */
export function writeTx<T>(w: Writer, p: number, value: Tx<T>, type: ItemType<T>): number {
  const binder = w.binder as OutboundBinder | undefined;
  if (!(value instanceof Tx)) throw new EncodeFault("expected the tx of a channel()");
  if (binder === undefined) throw new EncodeFault("serializing Tx requires an active ChannelBinder");
  if (value.pair === undefined || !(value.isUnused || binder.isRepeated))
    throw new EncodeFault(usedBefore("tx"));
  return writeU64Number(w, p, binder.passTx(value, type));
}

/** Writes an `Rx` argument. Room: 10. @throws EncodeFault unless it is an unused half of a `channel()` */
export function writeRx<T>(w: Writer, p: number, value: Rx<T>, type: ItemType<T>): number {
  const binder = w.binder as OutboundBinder | undefined;
  if (!(value instanceof Rx)) throw new EncodeFault("expected the rx of a channel()");
  if (binder === undefined) throw new EncodeFault("serializing Rx requires an active ChannelBinder");
  if (value.pair === undefined || !(value.isUnused || binder.isRepeated))
    throw new EncodeFault(usedBefore("rx"));
  return writeU64Number(w, p, binder.passRx(value, type));
}

/** Reads a `Tx` argument: a sender on the channel. @throws DecodeFault for an id that cannot be a new channel */
export function readTx<T>(r: Reader, type: ItemType<T>): Tx<T> {
  const start = r.position;
  const id = takeVarint64(r);
  const binder = r.binder as InboundBinder | undefined;
  if (binder === undefined) throw decodeFault(r, "deserializing Tx requires an active ChannelBinder", start);
  return binder.openTx(id, type) ?? badChannelId(r, id, start);
}

/** Reads an `Rx` argument: a receiver on the channel. @throws DecodeFault for an id that cannot be a new channel */
export function readRx<T>(r: Reader, type: ItemType<T>): Rx<T> {
  const start = r.position;
  const id = takeVarint64(r);
  const binder = r.binder as InboundBinder | undefined;
  if (binder === undefined) throw decodeFault(r, "deserializing Rx requires an active ChannelBinder", start);
  return binder.openRx(id, type) ?? badChannelId(r, id, start);
}

function badChannelId(r: Reader, id: number, position: number): never {
  throw decodeFault(r, `channel id ${id} cannot be that of a new channel`, position);
}

function usedBefore(half: string): string {
  return `this ${half} is used already: make a channel() for each call`;
}

/** Shape of a `Tx` argument. */
export function txShape<T>(item: ItemType<T>): ChannelShape {
  return { kind: "channel", direction: "tx", item: item as ItemType<unknown>, read: readTx };
}

/** Shape of an `Rx` argument. */
export function rxShape<T>(item: ItemType<T>): ChannelShape {
  return { kind: "channel", direction: "rx", item: item as ItemType<unknown>, read: readRx };
}
