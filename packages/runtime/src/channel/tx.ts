/** The sending end of a channel as applications see it. */
import { asyncDispose } from "../call/dispose.js";
import { ChannelError } from "../errors.js";
import { notBound } from "./end.js";
import type { ReceivingHalf } from "./halves.js";
import type { Sender, TrySend } from "./sender.js";

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
 * A handler's Tx is closed when the handler is through, unless {@link keepOpen} was called.
 */
export class Tx<T> implements AsyncDisposable {
  /** The other half of a caller's pair. @internal */
  pair: ReceivingHalf<T> | undefined = undefined;
  /** What observers and snapshots call the channel, as given to `channel({ label })`. */
  readonly label: string | undefined;
  private sender: Sender<T> | undefined = undefined;
  /** What waits for the call to be sent. */
  private early: EarlyUse<T>[] = [];
  private failure: ChannelError | undefined = undefined;
  private isKept = false;

  /** @internal use `channel()` */
  constructor(label?: string) {
    this.label = label;
  }

  /** Whether items can still be sent. False before the call that carries the other half was sent. */
  get isOpen(): boolean {
    return this.sender?.isOpen === true;
  }

  /**
   * Sends an item. Resolves when it has left, which waits for the receiver to have room: await it, and memory stays
   * bounded. Items leave in the order of the calls.
   * @throws ChannelError `ChannelReset` when the receiver has given up, `ChannelClosed` after {@link close},
   * `ConnectionClosed` when the connection has ended, `ChannelUnbound` on a half that belongs to no call
   * @throws CodecError `EncodeFailed` when the item does not fit its type; the channel goes on
   */
  send(item: T): Promise<void> {
    const { sender } = this;
    if (sender === undefined) return this.sendEarly(item);
    try {
      if (sender.sendNow(item)) return sentAlready;
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => sender.send(item, resolve, reject));
  }

  /**
   * Sends every item, waiting for room, and closes the channel. When the receiver has enough it stops at the next
   * item, ends the iteration and resolves: the call says what came of it. For a caller, beside the call itself:
   * `const [count] = await Promise.all([shop.importProducts(rx), tx.sendAll(products)])`.
   *
   * @returns how many items have left
   * @throws ChannelError `ConnectionClosed` when the connection has ended, `ChannelClosed` after {@link close},
   * `ChannelUnbound` on a half that belongs to no call
   * @throws CodecError `EncodeFailed` when an item does not fit its type; the channel is closed
   * @throws what the iteration throws; the channel is closed
   */
  async sendAll(items: Iterable<T> | AsyncIterable<T>): Promise<number> {
    let sent = 0;
    try {
      for await (const item of items) {
        if (!(await this.sendUnlessReset(item))) break;
        sent += 1;
      }
    } finally {
      await this.close();
    }
    return sent;
  }

  /**
   * Sends an item if that needs no waiting: `full` when the receiver has no room or the link is busy (the item was not
   * sent), `closed` when the channel has ended.
   * @throws CodecError `EncodeFailed` when the item does not fit its type
   */
  trySend(item: T): TrySend {
    if (this.sender !== undefined) return this.sender.trySend(item);
    return this.isPending ? "full" : "closed";
  }

  /** Ends the channel in good order: what waits is sent first. Resolves when the receiver was told. Harmless twice. */
  close(): Promise<void> {
    const { sender } = this;
    if (sender === undefined && !this.isPending) return sentAlready;
    return new Promise((resolve) => {
      if (sender !== undefined) sender.close(resolve);
      else this.early.push({ bound: (bound) => bound.close(resolve), failed: () => resolve() });
    });
  }

  /** Resolves, and never rejects, when the channel has ended: closed here, given up by the receiver, or cut. */
  get ended(): Promise<void> {
    const { sender } = this;
    return new Promise((resolve) => {
      if (sender !== undefined) sender.whenEnded(resolve);
      else if (!this.isPending) resolve();
      else this.early.push({ bound: (bound) => bound.whenEnded(resolve), failed: () => resolve() });
    });
  }

  /** A handler's Tx stays open after the handler has answered: close it yourself. */
  keepOpen(): void {
    this.isKept = true;
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A stream that writes into the channel; aborting it closes the channel. */
  writable(): WritableStream<T> {
    return new WritableStream<T>({
      write: (item) => this.send(item),
      close: () => this.close(),
      abort: () => this.close(),
    });
  }

  /** Whether it can still be given to a call. @internal */
  get isUnused(): boolean {
    return this.sender === undefined && this.failure === undefined && this.early.length === 0;
  }

  /** @internal */
  bind(sender: Sender<T>): void {
    this.sender = sender;
    for (const use of this.early.splice(0)) use.bound(sender);
  }

  /** It was given to a call, or nothing will ever bind it. @internal */
  fail(error: ChannelError): void {
    if (this.sender !== undefined || this.failure !== undefined) return;
    this.failure = error;
    for (const use of this.early.splice(0)) use.failed(error);
  }

  /** The handler is through. @internal */
  release(): void {
    if (!this.isKept) this.sender?.close(() => {});
  }

  /** The call is over before the channel is: nobody takes what waits. @internal */
  abandon(): void {
    this.sender?.abandon();
  }

  /** Whether a call may still bind it: that which is given its pair. */
  private get isPending(): boolean {
    return this.failure === undefined && this.pair !== undefined;
  }

  /** @returns false when the receiver has given up */
  private async sendUnlessReset(item: T): Promise<boolean> {
    try {
      await this.send(item);
      return true;
    } catch (error) {
      if (error instanceof ChannelError && error.code === "ChannelReset") return false;
      throw error;
    }
  }

  private sendEarly(item: T): Promise<void> {
    if (!this.isPending) return Promise.reject(this.failure ?? notBound());
    return new Promise((resolve, reject) => {
      this.early.push({ bound: (sender) => sender.send(item, resolve, reject), failed: reject });
    });
  }
}
