/**
 * The sending end of a channel: credit and the sends that wait for it. Source: `protocol/calls.md` §5.2.
 *
 * ```
 *  open ──close()──► closing ──last send out, credit in hand: Close──► ended
 *    │                  │
 *    ├── giveUp() ──────┴──► giving up(error) ──credit in hand: Reset──► ended(error)
 *    └── Reset, connection end ──► ended(error)
 * ```
 */
import { type ChannelSnapshot, snapshotId } from "../call/snapshot.js";
import { ChannelError } from "../errors.js";
import { copyOf } from "../shape/copy-of.js";
import { describeShape } from "../shape/describe-shape.js";
import type { ItemType } from "../shape/shape.js";
import type { WireId } from "../wire/message.js";
import { type ChannelEnd, closedHere, endingOf, reasonOf } from "./end.js";
import { passOn } from "./item-faults.js";
import { type ChannelOrigin, methodText } from "./origin.js";
import type { ChannelPort } from "./port.js";
import type { ChannelEnding, ChannelWatch } from "./watch.js";

/** More credit than this is not counted. */
const maxCredit = 2 ** 31 - 1;

/** The end of a channel that this side gives up, as an observer gets it. */
const senderDropped: ChannelEnding = { kind: "reset", reason: "Local" };

interface WaitingSend<T> {
  /** A copy as it was given: the application may use the original again. */
  readonly item: T;
  /** For the observer; 0 when there is none. */
  readonly startedAt: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The last message to the receiver of a channel that was given up. `Close`: the answer of the call has the error. */
export type FinalMessage = "Close" | "Reset";

/** The outcome of an attempt to send without waiting. */
export type TrySendResult = "sent" | "full" | "closed";

/** Sends items as the receiver grants them. */
export class Sender<T> {
  readonly id: WireId;
  readonly #type: ItemType<T>;
  readonly #port: ChannelPort;
  readonly #origin: ChannelOrigin | undefined;
  /** Undefined when there is no observer. */
  readonly #watch: ChannelWatch | undefined;
  readonly #initialCredit: number;
  #credit: number;
  #sent = 0;
  readonly #waiting: WaitingSend<T>[] = [];
  #isClosing = false;
  /** Why this side has given up; the receiver may not know yet. */
  #givenUp: ChannelError | undefined = undefined;
  /** The last message to the receiver when this side has given up. */
  #finalMessage: FinalMessage = "Close";
  #ended: ChannelEnd | undefined = undefined;
  #stopCloseWait: (() => void) | undefined = undefined;
  /** Called when the last message to the receiver has left, or the channel has ended otherwise. */
  readonly #closers: ((end: ChannelEnd) => void)[] = [];
  /** Called when nothing can be sent any more. */
  readonly #leavers: ((end: ChannelEnd) => void)[] = [];

  /**
   * @param credit items that may be sent at once: the credit that the receiving side announced for its connection
   * @param origin undefined for a channel that no call opened
   */
  constructor(id: WireId, type: ItemType<T>, port: ChannelPort, credit: number, origin?: ChannelOrigin) {
    this.id = id;
    this.#type = type;
    this.#port = port;
    this.#initialCredit = credit;
    this.#credit = credit;
    this.#origin = origin;
    this.#watch = port.watch?.(id, "tx", type.shape, origin);
    this.#watch?.opened(credit);
  }

  /** Whether items can still be sent. */
  get isOpen(): boolean {
    return this.#ended === undefined && !this.#isClosing;
  }

  /**
   * Sends an item, or lets it wait for credit after those that wait already. Calls `resolve` when the item has left.
   * Rejects with the channel's error when the channel has ended, and with CodecError when the item does not fit its
   * type. An item that the receiver cannot read ends the channel.
   */
  send(item: T, resolve: () => void, reject: (error: unknown) => void): void {
    const watch = this.#watch;
    const startedAt = watch === undefined ? 0 : watch.sendStarted();
    if (!this.isOpen) {
      watch?.sendFinished("Closed", startedAt);
      reject(this.#endError);
      return;
    }
    this.#waiting.push({ item: copyOf(item), startedAt, resolve, reject });
    if (this.#waiting.length === 1) this.pump();
    // This item is the last in the queue: if any item waits, it does.
    if (watch !== undefined && this.#waiting.length !== 0) watch.sendWaiting(this.#credit);
  }

  /** As {@link send}, if that needs no waiting. @returns whether it has left @throws CodecError or ItemFault */
  sendNow(item: T): boolean {
    if (this.#watch !== undefined) return this.#watchedSendNow(item, this.#watch);
    if (this.#mustWait) return false;
    this.#sendItem(item);
    return true;
  }

  /** Sends an item if that needs no waiting. @throws CodecError or ItemFault when it does not fit its type */
  trySend(item: T): TrySendResult {
    return this.#watch === undefined ? this.#attempt(item) : this.#watchedTrySend(item, this.#watch);
  }

  /** Sends the items that wait, then a Close, and calls `closed` when that has left. Closing twice is harmless. */
  close(closed: (end: ChannelEnd) => void): void {
    if (this.#ended !== undefined) {
      closed(this.#ended);
      return;
    }
    this.#closers.push(closed);
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.pump();
  }

  /**
   * Ends the channel before all items were sent, and drops those that wait. Harmless after the end, and twice.
   * @param error sends reject with it, also those that wait
   * @param told called when the last message to the receiver has left
   */
  giveUp(error: ChannelError, farewell: FinalMessage, told?: (end: ChannelEnd) => void): void {
    if (this.#ended !== undefined) {
      told?.(this.#ended);
      return;
    }
    if (told !== undefined) this.#closers.push(told);
    if (this.#givenUp !== undefined) return;
    this.#givenUp = error;
    this.#finalMessage = farewell;
    this.#isClosing = true;
    this.#failWaiting(error);
    this.#leave({ error });
    this.pump();
  }

  /** Calls back when no item can be sent any more, no matter which side has ended the channel. */
  whenEnded(callback: (end: ChannelEnd) => void): void {
    if (this.#ended !== undefined) callback(this.#ended);
    else if (this.#givenUp !== undefined) callback({ error: this.#givenUp });
    else this.#leavers.push(callback);
  }

  /** The receiver takes more. */
  grant(items: number): void {
    this.#credit = Math.min(maxCredit, this.#credit + items);
    this.#watch?.creditGranted(items);
    this.pump();
  }

  /** Sends waiting items, as far as credit and the link allow. */
  pump(): void {
    const waiting = this.#waiting;
    const port = this.#port;
    while (waiting.length !== 0 && this.#credit !== 0 && this.#ended === undefined) {
      if (port.isBusy) {
        port.wait();
        return;
      }
      this.#sendFirst();
    }
    if (this.#isClosing && waiting.length === 0 && this.#ended === undefined) this.#finish();
  }

  /** No item can be sent any more, and the peer sends no grant. @param ending the end as an observer gets it */
  end(end: ChannelEnd, ending: ChannelEnding = endingOf(end, "Local")): void {
    if (this.#ended !== undefined) return;
    this.#ended = end;
    this.#stopCloseWait?.();
    this.#failWaiting(this.#endError);
    this.#watch?.ended(ending);
    this.#leave(end);
    for (const closed of this.#closers.splice(0)) closed(end);
    this.#port.forget(this.id);
  }

  /** Whether a send would reject with this error because the channel has ended. */
  hasEndedWith(error: unknown): boolean {
    return error !== undefined && (this.#givenUp ?? this.#ended?.error) === error;
  }

  /** The channel as it is at this moment. @param now the time of the connection's clock */
  snapshot(now: number): ChannelSnapshot {
    const queued = this.#waiting.length;
    const lastItemAt = this.#watch?.lastItemAt;
    return {
      id: snapshotId(this.id),
      direction: "tx",
      state: this.#isClosing ? "closing" : "open",
      label: this.#origin?.label,
      itemType: describeShape(this.#type.shape),
      method: methodText(this.#origin?.method),
      initialCredit: this.#initialCredit,
      availableCredit: this.#credit,
      queued,
      sent: this.#sent,
      received: 0,
      consumed: 0,
      granted: this.#credit + this.#sent - this.#initialCredit,
      isStalled: this.#credit === 0 && queued !== 0,
      lastItemMs: lastItemAt === undefined ? undefined : now - lastItemAt,
    };
  }

  /** The error with which sends reject after the end. */
  get #endError(): ChannelError {
    return this.#givenUp ?? this.#ended?.error ?? closedHere();
  }

  #failWaiting(error: ChannelError): void {
    for (const send of this.#waiting.splice(0)) {
      this.#watch?.sendFinished("Closed", send.startedAt);
      send.reject(error);
    }
  }

  #leave(end: ChannelEnd): void {
    for (const left of this.#leavers.splice(0)) left(end);
  }

  get #mustWait(): boolean {
    return !this.isOpen || this.#credit === 0 || this.#waiting.length !== 0 || this.#port.isBusy;
  }

  #attempt(item: T): TrySendResult {
    if (!this.isOpen) return "closed";
    if (this.#credit === 0 || this.#waiting.length !== 0 || this.#port.isFull) return "full";
    this.#sendItem(item);
    return "sent";
  }

  #watchedSendNow(item: T, watch: ChannelWatch): boolean {
    // `send` is called next, and reports to the observer.
    if (this.#mustWait) return false;
    const startedAt = watch.sendStarted();
    try {
      this.#sendItem(item);
    } catch (error) {
      watch.sendFinished("EncodeFailed", startedAt);
      throw error;
    }
    watch.sendFinished("Sent", startedAt);
    return true;
  }

  #watchedTrySend(item: T, watch: ChannelWatch): TrySendResult {
    let outcome: TrySendResult;
    try {
      outcome = this.#attempt(item);
    } catch (error) {
      watch.trySend("EncodeFailed");
      throw error;
    }
    if (outcome === "full") watch.trySend(this.#credit === 0 ? "FullCredit" : "FullRuntimeQueue");
    else watch.trySend(outcome === "sent" ? "Sent" : "Closed");
    return outcome;
  }

  /**
   * @throws CodecError or ItemFault when the item does not fit its type: it costs no credit then
   * @throws ChannelError `ItemUnreadable` when the receiver cannot read the item: the sender gives the channel up then
   */
  #sendItem(item: T): void {
    try {
      this.#port.sendItem(this.id, this.#type, item);
    } catch (error) {
      const watch = this.#watch;
      if (watch !== undefined) passOn(error, (located) => watch.encodeFailed(located));
      // Without this item the receiver would believe that the stream is complete.
      if (error instanceof ChannelError) this.giveUp(error, "Reset");
      throw error;
    }
    this.#credit -= 1;
    this.#sent += 1;
  }

  #sendFirst(): void {
    const send = this.#waiting.shift();
    if (send === undefined) return;
    try {
      this.#sendItem(send.item);
    } catch (error) {
      this.#watch?.sendFinished("EncodeFailed", send.startedAt);
      passOn(error, send.reject);
      return;
    }
    if (this.#watch !== undefined) this.#watch.sendFinished("Sent", send.startedAt);
    send.resolve();
  }

  /**
   * A 0.8.2 peer hangs when a Close or a Reset arrives while its window is full and unread. So both wait for credit,
   * which comes when the receiver reads. They do not wait for ever.
   */
  #finish(): void {
    const port = this.#port;
    if (this.#credit === 0) {
      this.#stopCloseWait ??= port.afterCloseWait(() => this.#sendEnd());
    } else if (port.isBusy) {
      port.wait();
    } else {
      this.#sendEnd();
    }
  }

  #sendEnd(): void {
    const { id } = this;
    const port = this.#port;
    const givenUp = this.#givenUp;
    if (givenUp === undefined || this.#finalMessage === "Close") {
      port.sendClose(id);
      this.end({ error: givenUp }, { kind: "closed", reason: "Local" });
    } else {
      port.sendReset(id, reasonOf(givenUp));
      this.end({ error: givenUp }, senderDropped);
    }
  }
}
