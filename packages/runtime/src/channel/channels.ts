/**
 * The channels of one connection: the sender or receiver of each id, and the items of channels that are not claimed
 * yet, because their Call still waits for its turn. Source: `protocol/calls.md` §5.
 */
import { IdMap } from "../bytes/id-map.js";
import type { Reader } from "../bytes/reader.js";
import type { CloseReason } from "../call/session-handle.js";
import type { ChannelSnapshot } from "../call/snapshot.js";
import type { Clock } from "../clock.js";
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Observer } from "../observer.js";
import { EncodeFault, UnreadableItemFault } from "../postcard/faults.js";
import type { Connection } from "../session/connection.js";
import { hasParity, IdAllocator } from "../session/parity.js";
import { type Turn, turnOf } from "../session/turn.js";
import { describeShape } from "../shape/describe-shape.js";
import type { ItemType, Shape } from "../shape/shape.js";
import { unlocatedEncodeError } from "../shape/unlocated.js";
import {
  writeChannelClose,
  writeChannelReset,
  writeGrantCredit,
  writeItemHead,
} from "../wire/channel-messages.js";
import { ChannelBody, type MessageHead, type WireId } from "../wire/message.js";
import { Metadata, MetadataFlags } from "../wire/metadata.js";
import { errorKey } from "../wire/rejected-error.js";
import { beginPayload, endItem } from "../wire/request-messages.js";
import {
  type ChannelEnd,
  connectionEnded,
  endOfItems,
  itemUnreadable,
  linkLost,
  resetByPeer,
} from "./end.js";
import { EndedIds } from "./ended-ids.js";
import { type ItemExplanations, ItemFault } from "./item-faults.js";
import type { ChannelOrigin } from "./origin.js";
import type { ChannelPort } from "./port.js";
import { Receiver } from "./receiver.js";
import { Sender } from "./sender.js";
import { ChannelWatch } from "./watch.js";

/** How long a Close waits for credit, ms. */
const closeWaitMs = 5000;
/** Items of unclaimed channels up to this size are copied, so that they do not keep their chunk alive. */
const copiedItemBytes = 16 * 1024;
const u32Max = 0xffff_ffff;
const noMetadata: Metadata = /*@__PURE__*/ new Metadata();

/** The items and the end of a channel that is not claimed yet. */
interface Unclaimed {
  readonly items: { readonly bytes: Uint8Array; readonly start: number; readonly end: number }[];
  bytes: number;
  end: ChannelEnd | undefined;
}

/** Channels of one connection. */
export class Channels implements ChannelPort {
  readonly watch: ChannelPort["watch"];
  /** Hands out the ids of channels that our calls open. */
  readonly ids: IdAllocator;
  readonly #connection: Connection;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #explain: ItemExplanations;
  readonly #senders = new IdMap<Sender<unknown>>();
  readonly #receivers = new IdMap<Receiver<unknown>>();
  readonly #unclaimed = new Map<number, Unclaimed>();
  /** Grants that wait until the link takes more, by channel. */
  readonly #pendingGrants = new IdMap<{ readonly id: WireId; items: number }>();
  #endedByPeer: EndedIds;
  /** Called when one of them has ended. */
  readonly #onOver: () => void;
  /** Highest id of a channel that a Call of the peer has opened. */
  #newestOfPeer = 0;
  #isPumpDue = false;
  readonly #turn: Turn;
  /** The end of channels that are opened after the connection has ended. */
  #ending: ChannelEnd | undefined = undefined;

  /** @param observer undefined when there is none */
  constructor(
    connection: Connection,
    limits: Limits,
    clock: Clock,
    explain: ItemExplanations,
    onOver: () => void,
    observer?: Observer | undefined,
  ) {
    this.#connection = connection;
    this.#limits = limits;
    this.#clock = clock;
    this.#explain = explain;
    this.#turn = turnOf(clock);
    this.watch = observer === undefined ? undefined : watches(connection, clock, observer);
    this.#onOver = onOver;
    this.ids = new IdAllocator(connection.local.parity);
    this.#endedByPeer = this.#noneEnded();
  }

  /** How many channels are open on this side. */
  get size(): number {
    return this.#senders.size + this.#receivers.size;
  }

  /** How many more channels may be opened. */
  get room(): number {
    return this.#limits.maxChannels - this.size;
  }

  get decodedRoom(): number {
    return this.#connection.host.decoded.room;
  }

  holdDecoded(bytes: number): void {
    this.#connection.host.decoded.hold(bytes);
  }

  /** Whether a channel of the peer's Call may have this id. */
  canOpen(channelId: number): boolean {
    return (
      hasParity(channelId, this.#connection.peer.parity) &&
      Number.isSafeInteger(channelId) &&
      !this.#endedByPeer.has(channelId) &&
      !this.#senders.has(channelId) &&
      !this.#receivers.has(channelId) &&
      this.room > 0
    );
  }

  /** @throws EncodeFault when the connection cannot have this many more channels */
  checkRoom(more: number): void {
    const { maxChannels } = this.#limits;
    if (this.size + more > maxChannels)
      throw new EncodeFault(`more than ${maxChannels} channels on one connection (limit maxChannels)`);
  }

  /** This side sends on this channel from now on. */
  openSender<T>(channelId: number, type: ItemType<T>, origin?: ChannelOrigin): Sender<T> {
    const credit = this.#connection.peer.initialChannelCredit;
    const sender = new Sender(channelId, type, this, credit, origin);
    this.#senders.set(channelId, sender as Sender<unknown>);
    const early = this.#claim(channelId);
    if (early !== undefined) sender.end(early.end?.error === undefined ? resetByPeer() : early.end);
    if (this.#ending !== undefined) sender.end(this.#ending);
    return sender;
  }

  /** This side receives on this channel from now on, first the items that have arrived already. */
  openReceiver<T>(channelId: number, type: ItemType<T>, origin?: ChannelOrigin): Receiver<T> {
    const credit = this.#connection.local.initialChannelCredit;
    const receiver = new Receiver(channelId, type, this, credit, origin);
    this.#receivers.set(channelId, receiver as Receiver<unknown>);
    const early = this.#claim(channelId);
    for (const { bytes, start, end } of early?.items ?? []) receiver.accept(bytes, start, end);
    if (early?.end !== undefined) receiver.end(early.end);
    if (this.#ending !== undefined) receiver.end(this.#ending);
    return receiver;
  }

  /** A receiver goes on with the items of another channel. */
  moveReceiver(channelId: number, receiver: Receiver<unknown>): void {
    this.#receivers.set(channelId, receiver);
    receiver.continueAs(channelId, this.#connection.local.initialChannelCredit);
  }

  /** A Call with this channel was refused. Sends a Reset to the other end. */
  refuse(channelId: number): void {
    this.#claim(channelId);
    if (!this.#connection.host.mayAnswer()) return;
    this.sendReset(channelId);
    this.forget(channelId);
  }

  /** This side will not send on this channel. Sends a Close to its receiver. */
  decline(channelId: number): void {
    this.#claim(channelId);
    if (!this.#connection.host.mayAnswer()) return;
    this.sendClose(channelId);
    this.forget(channelId);
  }

  /** A channel message of the peer. */
  onMessage(head: MessageHead, bytes: Uint8Array): void {
    const { id } = head;
    switch (head.body) {
      case ChannelBody.Item: {
        const receiver = this.#receivers.get(id);
        if (receiver === undefined) this.#holdUnclaimed(id, bytes, head.payloadStart, head.payloadEnd);
        else receiver.accept(bytes, head.payloadStart, head.payloadEnd);
        break;
      }
      case ChannelBody.Close:
        this.#receivers.get(id)?.end(endOfItems);
        this.#endUnclaimed(id, endOfItems);
        break;
      case ChannelBody.Reset: {
        const end = resetByPeer(reasonOf(head, bytes));
        this.#receivers.get(id)?.end(end);
        this.#senders.get(id)?.end(end);
        this.#endUnclaimed(id, end);
        break;
      }
      case ChannelBody.GrantCredit:
        this.#senders.get(id)?.grant(head.additional);
        break;
    }
  }

  /** Sends waiting grants and items, as far as credit and the link allow. */
  pump(): void {
    for (const { id, items } of this.#pendingGrants.values()) {
      if (this.isBusy) {
        this.wait();
        return;
      }
      this.#pendingGrants.delete(id);
      this.sendGrant(id, items);
    }
    for (const sender of this.#senders.values()) {
      if (this.isBusy) {
        this.wait();
        return;
      }
      sender.pump();
    }
  }

  /** The connection has ended: receivers keep buffered items, senders fail. */
  end(reason: CloseReason, cause: unknown): void {
    const end = connectionEnded(reason, cause);
    this.#ending = end;
    this.#endAll(end);
  }

  /** The link is lost: as {@link end}, but calls may open channels on the next link. */
  cut(cause: unknown): void {
    this.#endAll(linkLost(cause));
  }

  /** The peer starts over: it may use any id. */
  restart(): void {
    this.#endedByPeer = this.#noneEnded();
    this.#newestOfPeer = 0;
  }

  #endAll(end: ChannelEnd): void {
    for (const receiver of [...this.#receivers.values()]) {
      receiver.end(end);
      // Items that are left belong to the application, and do not count any more.
      if (this.#ending !== undefined) receiver.release();
    }
    for (const sender of [...this.#senders.values()]) sender.end(end);
    for (const id of [...this.#unclaimed.keys()]) this.#claim(id);
    this.#pendingGrants.clear();
  }

  /** The open channels, ordered by id. */
  snapshot(): ChannelSnapshot[] {
    const now = this.#clock.now();
    return [...this.#senders.values(), ...this.#receivers.values()]
      .map((end) => end.snapshot(now))
      .sort((one, other) => Number(one.id) - Number(other.id));
  }

  #noneEnded(): EndedIds {
    return new EndedIds(this.#connection.peer.parity === "Odd" ? 1 : 2, this.#limits.maxChannels);
  }

  get isFull(): boolean {
    const { host } = this.#connection;
    return host.isCongested || host.outbox.isEncoding;
  }

  get isBusy(): boolean {
    return this.#turn.isOver || this.isFull;
  }

  sendItem<T>(channelId: WireId, type: ItemType<T>, item: T): void {
    const { outbox } = this.#connection.host;
    const w = outbox.writer;
    try {
      const start = beginPayload(w, writeItemHead(w, outbox.begin(), this.#connection.id, channelId));
      const end = endItem(w, start, type.write(w, start, item));
      outbox.commit(end);
      this.#turn.spend(end - start);
    } catch (fault) {
      outbox.discard();
      if (fault instanceof UnreadableItemFault)
        throw itemUnreadable("the receiver cannot read this item", fault);
      const error = this.#explain.encode(fault, type.shape, item, "item");
      throw error instanceof CodecError ? error : new ItemFault(unlocatedEncodeError(fault, "item"), error);
    }
  }

  decodeError(fault: unknown, reader: Reader, shape: Shape): CodecError {
    return this.#explain.decode(fault, reader, shape, "item");
  }

  sendClose(channelId: WireId): void {
    this.#send((w, p) => writeChannelClose(w, p, this.#connection.id, channelId, noMetadata));
  }

  sendReset(channelId: WireId, reason?: string): void {
    const metadata = reason === undefined ? noMetadata : new Metadata({ [errorKey]: reason });
    this.#send((w, p) => writeChannelReset(w, p, this.#connection.id, channelId, metadata));
  }

  sendGrant(channelId: WireId, items: number): void {
    if (this.#connection.host.isCongested) {
      // A peer can send on without reading its grants. They are added up here, so that they do not pile up.
      this.#pendingGrants.set(channelId, {
        id: channelId,
        items: Math.min(u32Max, items + (this.#pendingGrants.get(channelId)?.items ?? 0)),
      });
      return;
    }
    this.#send((w, p) => writeGrantCredit(w, p, this.#connection.id, channelId, items));
  }

  forget(channelId: WireId): void {
    this.#senders.delete(channelId);
    this.#receivers.delete(channelId);
    this.#pendingGrants.delete(channelId);
    if (typeof channelId === "number" && hasParity(channelId, this.#connection.peer.parity)) {
      this.#endedByPeer.add(channelId);
    }
    this.#onOver();
  }

  wait(): void {
    // A congested link calls back when it has drained. An encoder has finished within this turn.
    if (this.#isPumpDue || this.#connection.host.isCongested) return;
    this.#isPumpDue = true;
    const { rest = Promise.resolve() } = this.#turn;
    void rest.then(() => {
      this.#isPumpDue = false;
      if (this.#ending === undefined) this.pump();
    });
  }

  afterCloseWait(callback: () => void): () => void {
    const timer = this.#clock.setTimer(closeWaitMs, callback);
    return () => this.#clock.clearTimer(timer);
  }

  /** Sends a message of fixed size, or sends it later while another message is being encoded. */
  #send(write: (w: Connection["host"]["outbox"]["writer"], p: number) => number): void {
    if (this.#ending !== undefined) return;
    const { outbox } = this.#connection.host;
    if (outbox.isEncoding) queueMicrotask(() => this.#send(write));
    else outbox.commit(write(outbox.writer, outbox.begin()));
  }

  #claim(channelId: number): Unclaimed | undefined {
    if (channelId > this.#newestOfPeer && hasParity(channelId, this.#connection.peer.parity))
      this.#newestOfPeer = channelId;
    const early = this.#unclaimed.get(channelId);
    if (early === undefined) return undefined;
    this.#unclaimed.delete(channelId);
    this.#connection.host.countQueued(-early.bytes);
    return early;
  }

  /** Whether a Call that opens this channel may still come. */
  #mayBeClaimed(id: WireId): id is number {
    return (
      typeof id === "number" && hasParity(id, this.#connection.peer.parity) && !this.#endedByPeer.has(id)
    );
  }

  #unclaimedOf(id: number): Unclaimed | undefined {
    let early = this.#unclaimed.get(id);
    if (early === undefined) {
      if (this.#unclaimed.size >= this.#limits.maxUnclaimedChannels && !this.#dropOrphan()) return undefined;
      early = { items: [], bytes: 0, end: undefined };
      this.#unclaimed.set(id, early);
    }
    return early;
  }

  /**
   * Gives up a channel that will not be claimed, for example that of a Call of an unknown method, which was not read.
   * Calls are read in their order and so are their ids, more or less. @returns whether there was one
   */
  #dropOrphan(): boolean {
    const [oldest] = this.#unclaimed.keys();
    if (oldest === undefined || oldest >= this.#newestOfPeer) return false;
    this.refuse(oldest);
    return true;
  }

  #holdUnclaimed(id: WireId, bytes: Uint8Array, start: number, end: number): void {
    if (!this.#mayBeClaimed(id)) return;
    const early = this.#unclaimedOf(id);
    if (early?.end !== undefined) return;
    const credit = this.#connection.local.initialChannelCredit;
    if (
      early === undefined ||
      early.items.length >= credit ||
      early.bytes + end - start > this.#limits.maxFrameBytes ||
      !this.#connection.host.countQueued(end - start)
    ) {
      this.refuse(id);
      return;
    }
    early.bytes += end - start;
    early.items.push(
      end - start <= copiedItemBytes
        ? { bytes: bytes.slice(start, end), start: 0, end: end - start }
        : { bytes, start, end },
    );
  }

  #endUnclaimed(id: WireId, end: ChannelEnd): void {
    if (!this.#mayBeClaimed(id) || this.#senders.has(id) || this.#receivers.has(id)) return;
    const early = this.#unclaimedOf(id);
    if (early === undefined) this.refuse(id);
    else early.end ??= end;
  }
}

/** The reason that a Reset carries. A Reset of the reference has none. */
function reasonOf({ metadataStart, metadataEnd }: MessageHead, bytes: Uint8Array): string | undefined {
  // An empty list is its count alone.
  if (metadataEnd - metadataStart < 2) return undefined;
  for (const { key, value, flags } of Metadata.decode(bytes, metadataStart, metadataEnd)) {
    if (key === errorKey && typeof value === "string" && (flags & MetadataFlags.sensitive) === 0n)
      return value;
  }
  return undefined;
}

/** Makes the part that reports a channel to an observer. */
function watches(
  { host, id: connectionId }: Connection,
  clock: Clock,
  observer: Observer,
): NonNullable<ChannelPort["watch"]> {
  return (channelId, direction, shape, origin) =>
    new ChannelWatch(observer, clock, {
      link: host.description,
      connectionId,
      channelId,
      direction,
      label: origin?.label,
      itemType: describeShape(shape),
      method: origin?.method,
    });
}
