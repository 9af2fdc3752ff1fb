/**
 * The receiving end of a channel: a bounded buffer and the grants that keep it filled. Source: `protocol/calls.md` §5.
 *
 * ```
 *  open ──Close──► draining(buffered items) ──taken──► ended
 *    │                        │
 *    ├── Reset, connection end: draining, then ended(error)
 *    └── cancel() ──► ended
 * ```
 */
import { Reader } from "../bytes/reader.js";
import { ChannelError } from "../errors.js";
import { decodeError } from "../shape/codec-error.js";
import type { ItemType } from "../shape/shape.js";
import type { WireId } from "../wire/message.js";
import { type ChannelEnd, endOfItems } from "./end.js";
import type { ChannelPort } from "./port.js";

/** Takes an item, or learns how the channel has ended. */
export interface Taker<T> {
  item(item: T): void;
  ended(end: ChannelEnd): void;
}

/** Reading an item runs no code of others. */
const reader: Reader = /*@__PURE__*/ new Reader();

/** Keeps items until they are taken. */
export class Receiver<T> {
  readonly id: WireId;
  private readonly type: ItemType<T>;
  private readonly port: ChannelPort;
  /** Items that the peer may still send. */
  private allowed: number;
  /** Taken items that make a grant. */
  private readonly batch: number;
  private takenSinceGrant = 0;
  private items: T[] = [];
  /** Where in `items` the next one stands. */
  private first = 0;
  private readonly takers: Taker<T>[] = [];
  private ending: ChannelEnd | undefined = undefined;

  /** @param credit items that the peer may send before it is granted more: what we announced for the connection */
  constructor(id: WireId, type: ItemType<T>, port: ChannelPort, credit: number) {
    this.id = id;
    this.type = type;
    this.port = port;
    this.allowed = credit;
    this.batch = Math.max(1, Math.floor(credit / 2));
  }

  /** Items that wait to be taken. */
  get buffered(): number {
    return this.items.length - this.first;
  }

  /** Whether the peer may still send. */
  get isOpen(): boolean {
    return this.ending === undefined;
  }

  /** An Item has arrived. One that cannot be read, or that was not granted, resets the channel. */
  accept(bytes: Uint8Array, start: number, end: number): void {
    if (this.ending !== undefined) return;
    if (this.allowed === 0) {
      this.refuse(new ChannelError("ChannelReset", "the peer sent more items than it was granted"));
      return;
    }
    this.allowed -= 1;
    let item: T;
    try {
      reader.reset(bytes, start, end);
      item = this.type.read(reader);
    } catch (fault) {
      const cause = decodeError(fault, reader, this.type.shape, "item");
      this.refuse(new ChannelError("ItemUnreadable", `an item cannot be read: ${cause.message}`, { cause }));
      return;
    }
    const taker = this.takers.shift();
    if (taker === undefined) {
      this.items.push(item);
      return;
    }
    this.countTaken();
    taker.item(item);
  }

  /** The next item goes to `taker`, behind those that wait already. */
  take(taker: Taker<T>): void {
    if (this.first < this.items.length) {
      const item = this.items[this.first] as T;
      this.items[this.first] = undefined as T;
      this.first += 1;
      if (this.first === this.items.length) {
        this.items = [];
        this.first = 0;
      }
      this.countTaken();
      taker.item(item);
    } else if (this.ending !== undefined) {
      taker.ended(this.ending);
    } else {
      this.takers.push(taker);
    }
  }

  /** Nothing more will arrive. What is buffered can still be taken. */
  end(end: ChannelEnd): void {
    if (this.ending !== undefined) return;
    this.ending = end;
    for (const taker of this.takers.splice(0)) taker.ended(end);
    this.port.forget(this.id);
  }

  /** Nobody takes any more: the peer is told, what is buffered is dropped. Harmless after the end. */
  cancel(): void {
    this.items = [];
    this.first = 0;
    if (this.ending !== undefined) return;
    this.port.sendReset(this.id);
    this.end(endOfItems);
  }

  private refuse(error: ChannelError): void {
    this.port.sendReset(this.id);
    this.end({ error });
  }

  private countTaken(): void {
    if (this.ending !== undefined) return;
    this.takenSinceGrant += 1;
    if (this.takenSinceGrant < this.batch) return;
    const items = this.takenSinceGrant;
    this.takenSinceGrant = 0;
    this.allowed += items;
    this.port.sendGrant(this.id, items);
  }
}
