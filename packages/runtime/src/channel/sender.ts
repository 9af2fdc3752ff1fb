/**
 * The sending end of a channel: credit and the sends that wait for it. Source: `protocol/calls.md` §5.2.
 *
 * ```
 *  open ──close()──► closing ──last send out, credit in hand──► ended
 *    │                  │
 *    └── Reset, connection end, fail ──► ended(error)
 * ```
 */
import { CodecError } from "../errors.js";
import type { ItemType } from "../shape/shape.js";
import type { WireId } from "../wire/message.js";
import { type ChannelEnd, closedHere } from "./end.js";
import type { ChannelPort } from "./port.js";

/** More credit than this is not counted. */
const mostCredit = 2 ** 31 - 1;

interface WaitingSend<T> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** What came of an attempt to send without waiting. */
export type TrySend = "sent" | "full" | "closed";

/** Sends items as the receiver grants them. */
export class Sender<T> {
  readonly id: WireId;
  private readonly type: ItemType<T>;
  private readonly port: ChannelPort;
  private credit: number;
  private readonly waiting: WaitingSend<T>[] = [];
  private isClosing = false;
  private ended: ChannelEnd | undefined = undefined;
  private stopCloseWait: (() => void) | undefined = undefined;
  private readonly closers: (() => void)[] = [];

  /** @param credit items that may be sent at once: what the receiving side announced for its connection */
  constructor(id: WireId, type: ItemType<T>, port: ChannelPort, credit: number) {
    this.id = id;
    this.type = type;
    this.port = port;
    this.credit = credit;
  }

  /** Whether items can still be sent. */
  get isOpen(): boolean {
    return this.ended === undefined && !this.isClosing;
  }

  /**
   * Sends an item, or lets it wait for credit behind those that wait already. `resolve` is called when it has left.
   * Rejects with the channel's error when it has ended, and with CodecError when the item does not fit its type.
   */
  send(item: T, resolve: () => void, reject: (error: unknown) => void): void {
    if (!this.isOpen) {
      reject(this.ended?.error ?? closedHere());
      return;
    }
    this.waiting.push({ item, resolve, reject });
    if (this.waiting.length === 1) this.pump();
  }

  /** Sends an item if that needs no waiting. @throws CodecError when it does not fit its type */
  trySend(item: T): TrySend {
    if (!this.isOpen) return "closed";
    if (this.credit === 0 || this.waiting.length !== 0 || this.port.isBusy) return "full";
    this.port.sendItem(this.id, this.type, item);
    this.credit -= 1;
    return "sent";
  }

  /** Sends no more once what waits has left; `closed` is called when the peer was told. Closing twice is harmless. */
  close(closed: () => void): void {
    if (this.ended !== undefined) {
      closed();
      return;
    }
    this.closers.push(closed);
    if (this.isClosing) return;
    this.isClosing = true;
    this.pump();
  }

  /** Calls back when nothing can be sent any more, whoever ended it. */
  whenEnded(callback: () => void): void {
    if (this.ended === undefined) this.closers.push(callback);
    else callback();
  }

  /** The receiver takes more. */
  grant(items: number): void {
    this.credit = Math.min(mostCredit, this.credit + items);
    this.pump();
  }

  /** Sends what waits, as far as credit and the link allow. */
  pump(): void {
    const { waiting, port } = this;
    while (waiting.length !== 0 && this.credit !== 0 && this.ended === undefined) {
      if (port.isBusy) {
        port.wait();
        return;
      }
      this.sendFirst();
    }
    if (this.isClosing && waiting.length === 0 && this.ended === undefined) this.finish();
  }

  /** Nothing can be sent any more; the peer knows. */
  end(end: ChannelEnd): void {
    if (this.ended !== undefined) return;
    this.ended = end;
    this.stopCloseWait?.();
    const error = end.error ?? closedHere();
    for (const send of this.waiting.splice(0)) send.reject(error);
    for (const closed of this.closers.splice(0)) closed();
    this.port.forget(this.id);
  }

  private sendFirst(): void {
    const send = this.waiting.shift();
    if (send === undefined) return;
    try {
      this.port.sendItem(this.id, this.type, send.item);
    } catch (error) {
      send.reject(error);
      if (!(error instanceof CodecError)) throw error;
      return;
    }
    this.credit -= 1;
    send.resolve();
  }

  /**
   * A peer of version 0.8.2 has no room for a Close when its window is full and unread, and then hangs: Close waits for
   * credit, which comes while somebody reads, but not for ever.
   */
  private finish(): void {
    const { port } = this;
    if (this.credit === 0) {
      this.stopCloseWait ??= port.afterCloseWait(() => this.sendClose());
    } else if (port.isBusy) {
      port.wait();
    } else {
      this.sendClose();
    }
  }

  private sendClose(): void {
    this.port.sendClose(this.id);
    this.end({ error: undefined });
  }
}
