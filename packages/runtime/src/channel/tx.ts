/** The sending end of a channel as applications see it. */

import { asyncDispose } from "../call/dispose.js";
import type { ChannelError } from "../errors.js";
import { brand } from "../options/brand.js";
import { byReference, copyOf } from "../shape/copy-of.js";
import type { BindableRx } from "./bindable.js";
import { abortedHere, type ChannelEnd, closedHere, notBound } from "./end.js";
import { ItemFault, passOn } from "./item-faults.js";
import { sendAll } from "./send-all.js";
import type { FinalMessage, Sender, TrySendResult } from "./sender.js";
import { suppressAtEnd } from "./suppress-at-end.js";
import { writableOf } from "./writable.js";

const sentAlready: Promise<void> = /*@__PURE__*/ Promise.resolve();

/** A use of a half that is not bound yet. */
interface EarlyUse<T> {
  bound(sender: Sender<T>): void;
  failed(error: ChannelError): void;
}

/**
 * Sends items to the other side of a call. A handler gets one for each `Tx` argument; a caller makes a pair with
 * `channel()`, passes one half to the call and keeps the other.
 *
 * A handler's Tx ends with its answer, unless {@link keepOpen} was called: gracefully when the handler returns, given
 * up when it throws.
 */
export class Tx<T> implements AsyncDisposable {
  static {
    brand(Tx, "Tx");
  }

  /** The other half of a caller's pair. @internal */
  pair: BindableRx<T> | undefined = undefined;
  /** What observers and snapshots call the channel, as given to `channel({ label })`. */
  readonly label: string | undefined;
  /** @internal */
  readonly [byReference] = true;
  #sender: Sender<T> | undefined = undefined;
  /** Uses that wait until the call is sent. */
  #early: EarlyUse<T>[] = [];
  #failure: ChannelError | undefined = undefined;
  /** Whether it was given to a call that is made later. */
  #isGiven = false;
  /** Given up before the call was sent. */
  #aborted: ChannelError | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #closed: Promise<void> | undefined = undefined;
  #isKept = false;
  /** Whether the application sends items, and has not ended the channel. */
  #isSending = false;

  /** @internal use `channel()` */
  constructor(label?: string) {
    this.label = label;
  }

  /** Whether items can still be sent. False before the call that carries the other half was sent. */
  get isOpen(): boolean {
    return this.#sender?.isOpen === true;
  }

  /**
   * Sends an item. Resolves when the item has left, which waits until the receiver has room. Await it to keep memory
   * bounded. Items leave in the order of the calls, as they were at the time of the call. A broadcast need not await
   * it: a rejection because the channel has ended counts as handled, and {@link closed} reports that end, too.
   * @throws ChannelError `ChannelReset` when the receiver has given up or the other side has ended the call,
   * `ChannelClosed` after {@link close} or {@link abort} and when this side has ended the call, `ConnectionClosed` when
   * the connection has ended, `ChannelUnbound` on a half that belongs to no call, `ItemUnreadable` when the receiver's
   * version of the type cannot hold the item: the channel is reset then
   * @throws CodecError `EncodeFailed` when the item does not fit its type; the channel goes on
   */
  send(item: T): Promise<void> {
    this.#isSending = true;
    const sender = this.#sender;
    if (sender === undefined) return this.#sendEarly(item);
    try {
      if (sender.sendNow(item)) return sentAlready;
    } catch (error) {
      return suppressAtEnd((_resolve, reject) => passOn(error, reject));
    }
    return suppressAtEnd((resolve, reject) => sender.send(item, resolve, reject));
  }

  /**
   * Sends every item, waiting for room, and closes the channel. When the receiver has left, or the other side has ended
   * the call, it stops at once, even while the iteration has no item yet. Then it ends the iteration (`return()`) and
   * resolves: the call gives the outcome. A caller runs it beside the call itself:
   * `const [count] = await Promise.all([shop.importProducts(rx), tx.sendAll(products)])`.
   *
   * @returns how many items have left
   * @throws what the iteration throws; the channel is aborted, so that the receiver's loop throws, too
   * @throws ChannelError `ConnectionClosed` when the connection has ended, `ChannelClosed` after {@link close} or
   * {@link abort} and when this side has ended the call, `ChannelUnbound` on a half that belongs to no call
   * @throws CodecError `EncodeFailed` when an item does not fit its type; the channel is aborted
   */
  sendAll(items: Iterable<T> | AsyncIterable<T>): Promise<number> {
    this.#isSending = true;
    return suppressAtEnd((resolve, reject) => {
      sendAll(this, items).then(resolve, reject);
    });
  }

  /**
   * Sends an item if that needs no waiting.
   * @returns `sent`; `full` when the receiver has no room or the link is busy, so that the item was not sent; `closed`
   * when the channel has ended
   * @throws CodecError `EncodeFailed` when the item does not fit its type. Unlike {@link send}, a small client does not
   * name the place inside the item, as that code must be loaded
   * @throws ChannelError `ItemUnreadable` as {@link send}
   */
  trySend(item: T): TrySendResult {
    this.#isSending = true;
    if (this.#sender === undefined) return this.#isPending ? "full" : "closed";
    try {
      return this.#sender.trySend(item);
    } catch (error) {
      throw error instanceof ItemFault ? error.unlocated : error;
    }
  }

  /**
   * Ends the channel gracefully: sends waiting items, then a Close. Resolves when the Close has left, or the channel
   * has ended otherwise; never rejects. Harmless twice.
   */
  close(): Promise<void> {
    this.#isSending = false;
    const sender = this.#sender;
    if (sender === undefined && !this.#isPending) return sentAlready;
    return new Promise((resolve) => {
      const closed = (): void => resolve();
      if (sender !== undefined) sender.close(closed);
      else this.#early.push({ bound: (bound) => bound.close(closed), failed: closed });
    });
  }

  /**
   * Gives the channel up. Items that wait are dropped. The receiver's loop throws `ChannelReset` after the items that
   * have arrived. Resolves when the Reset has left; never rejects. Harmless after the end.
   * @param reason the `cause` of the error with which sends on this side reject; it is not sent to the peer
   */
  abort(reason?: unknown): Promise<void> {
    this.#isSending = false;
    const sender = this.#sender;
    const error = abortedHere(reason);
    if (sender !== undefined) return new Promise((resolve) => sender.giveUp(error, "Reset", () => resolve()));
    if (this.#isPending) {
      this.#aborted = error;
      for (const use of this.#early.splice(0)) use.failed(error);
    }
    return sentAlready;
  }

  /**
   * Resolves, and never rejects, when the channel has ended: this side has closed or aborted it, the receiver has given
   * up, or it was cut. The same promise each time.
   */
  get closed(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.whenEnded(() => resolve()));
    return this.#closed;
  }

  /**
   * Aborted when {@link closed} resolves: for sources that wait for something, `out.sendAll(on(bus, "change", out))`.
   */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      this.whenEnded(({ error }) => controller.abort(error ?? closedHere()));
    }
    return this.#controller.signal;
  }

  /** A handler's Tx stays open after the handler has answered: close it yourself. */
  keepOpen(): void {
    this.#isKept = true;
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A stream that writes into the channel. Its abort aborts the channel. It fails when the receiver leaves. */
  toWritableStream(): WritableStream<T> {
    this.#isSending = true;
    return writableOf(this);
  }

  /** Calls back, once, when no item can be sent any more. @internal */
  whenEnded(callback: (end: ChannelEnd) => void): void {
    const sender = this.#sender;
    if (sender !== undefined) sender.whenEnded(callback);
    else if (!this.#isPending) callback({ error: this.#failure ?? this.#aborted ?? notBound() });
    else
      this.#early.push({
        bound: (bound) => bound.whenEnded(callback),
        failed: (error) => callback({ error }),
      });
  }

  /** It belongs to a call that is made later: the application can use it no more. @internal */
  give(error: ChannelError): void {
    if (!this.isUnused || this.pair === undefined) return;
    this.fail(error);
    this.#isGiven = true;
  }

  /** Whether it can still be given to a call. @internal */
  get isUnused(): boolean {
    return (
      this.#sender === undefined &&
      (this.#isGiven ||
        (this.#failure === undefined && this.#aborted === undefined && this.#early.length === 0))
    );
  }

  /** @internal */
  bind(sender: Sender<T>): void {
    this.#sender = sender;
    if (this.#aborted !== undefined) sender.giveUp(this.#aborted, "Reset");
    for (const use of this.#early.splice(0)) use.bound(sender);
  }

  /** This half was given to a call, or no call will ever bind it. @internal */
  fail(error: ChannelError): void {
    this.#isGiven = false;
    if (this.#sender !== undefined || this.#failure !== undefined) return;
    this.#failure = error;
    for (const use of this.#early.splice(0)) use.failed(error);
  }

  /** The handler has answered. @internal */
  release(): void {
    if (!this.#isKept) this.#sender?.close(nothing);
  }

  /** The call has ended before the channel: items that wait are dropped. @internal */
  giveUp(error: ChannelError, farewell: FinalMessage = "Reset"): void {
    this.#sender?.giveUp(error, farewell);
  }

  /** Whether the application sends items, and so learns that the call has failed. @internal */
  get isErrorObserved(): boolean {
    return this.#isSending;
  }

  /** Whether it has failed with this error. @internal */
  hasEndedWith(error: unknown): boolean {
    return this.#sender?.hasEndedWith(error) === true;
  }

  /** Whether a call may still bind it: the call that gets the other half. */
  get #isPending(): boolean {
    return this.#failure === undefined && this.#aborted === undefined && this.pair !== undefined;
  }

  #sendEarly(item: T): Promise<void> {
    if (!this.#isPending)
      return suppressAtEnd((_resolve, reject) => reject(this.#aborted ?? this.#failure ?? notBound()));
    const given = copyOf(item);
    return suppressAtEnd((resolve, reject) => {
      this.#early.push({ bound: (sender) => sender.send(given, resolve, reject), failed: reject });
    });
  }
}

function nothing(): void {}
