/**
 * The receiving end of a channel: a bounded buffer and the grants that keep it filled. Source: `protocol/calls.md` §5.
 *
 * ```
 *  open ──Close──► draining(buffered items) ──taken──► ended
 *    │                        │
 *    ├── Reset, connection end: draining, then ended(error)
 *    ├── cancel() ──► ended
 *    └── giveUp() ──► ended(error)
 *
 *  open ──link lost, its call is made again──► suspended ──continueAs──► open
 * ```
 */
import { Reader } from "../bytes/reader.js";
import { type ChannelSnapshot, snapshotId } from "../call/snapshot.js";
import { ChannelError } from "../errors.js";
import { describeShape } from "../shape/describe-shape.js";
import type { ItemType } from "../shape/shape.js";
import type { WireId } from "../wire/message.js";
import { type ChannelEnd, endingOf, endOfItems, itemUnreadable } from "./end.js";
import { type ChannelOrigin, methodText } from "./origin.js";
import type { ChannelPort } from "./port.js";
import type { ChannelEnding, ChannelWatch } from "./watch.js";

/** The end of a channel that this side resets, as an observer gets it. */
const receiverDropped: ChannelEnding = { kind: "reset", reason: "ReceiverDropped" };
const brokenRule: ChannelEnding = { kind: "reset", reason: "Protocol" };

/** Places of taken items that a buffer keeps. It keeps more when it holds more items. */
const maxTaken = 1024;

/** Takes an item, or learns how the channel has ended. */
export interface Consumer<T> {
  item(item: T): void;
  ended(end: ChannelEnd): void;
}

/** Shared by all receivers, because no other code runs while one reads an item. */
const reader: Reader = /*@__PURE__*/ new Reader();

/** Keeps items until they are taken. */
export class Receiver<T> {
  #channelId: WireId;
  readonly #type: ItemType<T>;
  readonly #port: ChannelPort;
  readonly #origin: ChannelOrigin | undefined;
  /** Undefined when there is no observer. */
  #watch: ChannelWatch | undefined;
  readonly #initialCredit: number;
  #received = 0;
  /** Between two channels: buffered items can be taken, and the receiver sends nothing to the peer. */
  #isSuspended = false;
  /** Buffered items of an earlier channel: they were granted by its credit. */
  #earlier = 0;
  /** Items that the peer may still send. */
  #allowed: number;
  /** Taken items that make a grant. */
  readonly #batch: number;
  #consumedSinceGrant = 0;
  #items: T[] = [];
  /** Memory of the items that wait, as estimated. */
  #held = 0;
  /** Index of the next item in `items`. */
  #first = 0;
  readonly #consumers: Consumer<T>[] = [];
  #ending: ChannelEnd | undefined = undefined;

  /**
   * @param credit items that the peer may send before it gets a grant: what this side announced for the connection
   * @param origin undefined for a channel that no call opened
   */
  constructor(id: WireId, type: ItemType<T>, port: ChannelPort, credit: number, origin?: ChannelOrigin) {
    this.#channelId = id;
    this.#type = type;
    this.#port = port;
    this.#origin = origin;
    this.#initialCredit = credit;
    this.#allowed = credit;
    this.#watch = port.watch?.(id, "rx", type.shape, origin);
    this.#watch?.opened(credit);
    this.#batch = Math.max(1, Math.floor(credit / 2));
  }

  get id(): WireId {
    return this.#channelId;
  }

  /** Items that wait to be taken. */
  get buffered(): number {
    return this.#items.length - this.#first;
  }

  /** Places that the buffer takes in memory, those of items that were taken included. */
  get bufferSlots(): number {
    return this.#items.length;
  }

  /** Whether the peer may still send. */
  get isOpen(): boolean {
    return this.#ending === undefined;
  }

  /** Whether reads fail after the buffered items. */
  get hasFailed(): boolean {
    return this.#ending?.error !== undefined;
  }

  /** An Item has arrived. An item that cannot be read, or for which there was no credit, resets the channel. */
  accept(bytes: Uint8Array, start: number, end: number): void {
    if (this.#ending !== undefined) return;
    if (this.#allowed === 0) {
      this.#refuse(new ChannelError("ChannelReset", "the peer sent more items than it was granted"));
      return;
    }
    this.#allowed -= 1;
    let item: T;
    try {
      reader.allow(this.#port.decodedRoom).reset(bytes, start, end);
      item = this.#type.read(reader);
    } catch (fault) {
      const cause = this.#port.decodeError(fault, reader, this.#type.shape);
      this.#watch?.decodeFailed(cause);
      this.#refuse(itemUnreadable("an item cannot be read", cause));
      return;
    }
    this.#received += 1;
    if (this.#watch !== undefined) this.#watch.itemReceived();
    const taker = this.#consumers.shift();
    if (taker === undefined) {
      this.#items.push(item);
      if (reader.decodedBytes !== 0) this.#hold(reader.decodedBytes);
      return;
    }
    this.#countConsumed();
    taker.item(item);
  }

  /** The next item goes to `taker`, after the takers that wait already. */
  consume(taker: Consumer<T>): void {
    if (this.#first < this.#items.length) {
      // Assumes that all items have the same size. Only the sum counts, and that is right.
      if (this.#held !== 0) this.#hold(-Math.ceil(this.#held / this.buffered));
      const item = this.#items[this.#first] as T;
      this.#items[this.#first] = undefined as T;
      this.#first += 1;
      this.#compact();
      this.#countConsumed();
      taker.item(item);
    } else if (this.#ending !== undefined) {
      taker.ended(this.#ending);
    } else {
      this.#consumers.push(taker);
    }
  }

  /** The channel is lost with its link; another may follow. */
  suspend(): void {
    if (this.#ending !== undefined) return;
    this.#isSuspended = true;
    this.#watch?.ended({ kind: "closed", reason: "ConnectionClosed" });
    this.#port.forget(this.#channelId);
  }

  /** Goes on with the items of another channel, after the buffered ones. @param credit as in the constructor */
  continueAs(channelId: WireId, credit: number): void {
    this.#isSuspended = false;
    this.#channelId = channelId;
    this.#allowed = credit;
    this.#consumedSinceGrant = 0;
    this.#earlier = this.buffered;
    if (this.#ending === undefined) {
      this.#watch = this.#port.watch?.(channelId, "rx", this.#type.shape, this.#origin);
      this.#watch?.opened(credit);
      return;
    }
    // The application has left the channel meanwhile.
    this.#port.sendReset(channelId);
    this.#port.forget(channelId);
  }

  /** No more items arrive. Buffered items can still be taken. @param ending the end as an observer gets it */
  end(end: ChannelEnd, ending: ChannelEnding = endingOf(end, "Remote")): void {
    if (this.#ending !== undefined) return;
    this.#ending = end;
    this.#watch?.ended(ending);
    for (const taker of this.#consumers.splice(0)) taker.ended(end);
    if (!this.#isSuspended) this.#port.forget(this.#channelId);
  }

  /** The application takes no more items. Tells the peer, and drops buffered items. Harmless after the end. */
  cancel(): void {
    this.#items = [];
    this.#first = 0;
    this.release();
    if (this.#ending !== undefined) return;
    if (!this.#isSuspended) this.#port.sendReset(this.#channelId);
    this.end(endOfItems, receiverDropped);
  }

  /**
   * The call has ended, and the channel ends with it. Tells the peer, and drops buffered items. Later reads reject with
   * the error, unless the reader has taken all items up to a graceful end.
   */
  giveUp(error: ChannelError): void {
    const isCut = this.buffered > 0;
    this.#items = [];
    this.#first = 0;
    this.release();
    if (this.#ending !== undefined) {
      if (isCut) this.#ending = { error };
      return;
    }
    if (!this.#isSuspended) this.#port.sendReset(this.#channelId);
    this.end({ error }, receiverDropped);
  }

  /** Whether a read fails with this error because the channel has ended. */
  hasEndedWith(error: unknown): boolean {
    return error !== undefined && this.#ending?.error === error;
  }

  /** The channel as it is at this moment. @param now the time of the connection's clock */
  snapshot(now: number): ChannelSnapshot {
    const lastItemAt = this.#watch?.lastItemAt;
    return {
      id: snapshotId(this.id),
      direction: "rx",
      state: "open",
      label: this.#origin?.label,
      itemType: describeShape(this.#type.shape),
      method: methodText(this.#origin?.method),
      initialCredit: this.#initialCredit,
      availableCredit: this.#allowed,
      queued: this.buffered,
      sent: 0,
      received: this.#received,
      consumed: this.#received - this.buffered,
      granted: this.#allowed + this.#received - this.#initialCredit,
      isStalled: false,
      lastItemMs: lastItemAt === undefined ? undefined : now - lastItemAt,
    };
  }

  /** Buffered items do not count as held memory any more. */
  release(): void {
    if (this.#held !== 0) this.#hold(-this.#held);
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    this.#port.holdDecoded(bytes);
  }

  /** Gives back the room of items that were taken: a buffer that is never empty must not grow for that reason. */
  #compact(): void {
    if (this.#first === this.#items.length) this.#items = [];
    else if (this.#first >= maxTaken && this.#first >= this.buffered)
      this.#items = this.#items.slice(this.#first);
    else return;
    this.#first = 0;
  }

  #refuse(error: ChannelError): void {
    this.#port.sendReset(this.#channelId);
    this.end({ error }, brokenRule);
  }

  #countConsumed(): void {
    if (this.#watch !== undefined) this.#watch.itemConsumed();
    if (this.#ending !== undefined || this.#isSuspended) return;
    if (this.#earlier !== 0) {
      this.#earlier -= 1;
      return;
    }
    this.#consumedSinceGrant += 1;
    if (this.#consumedSinceGrant < this.#batch) return;
    const items = this.#consumedSinceGrant;
    this.#consumedSinceGrant = 0;
    this.#allowed += items;
    this.#watch?.creditGranted(items);
    this.#port.sendGrant(this.#channelId, items);
  }
}
