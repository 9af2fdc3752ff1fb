/** The receiving end of a channel as applications see it. */

import { asyncDispose } from "../call/dispose.js";
import type { ChannelError } from "../errors.js";
import { brand } from "../options/brand.js";
import { byReference } from "../shape/copy-of.js";
import type { BindableTx } from "./bindable.js";
import { type ChannelEnd, callOverHere, endingOf, notBound } from "./end.js";
import type { Consumer, Receiver } from "./receiver.js";

const endOfStream: IteratorReturnResult<undefined> = { done: true, value: undefined };

/**
 * Receives items from the other side of a call, in order: `for await (const item of rx)`. The loop ends when the
 * sender has closed the channel. It throws when the channel was cut or given up before. When you leave the loop early
 * (`break`, `return`, a throw), Rx tells the sender and drops buffered items. A handler gets an Rx for each `Rx`
 * argument; a caller makes a pair with `channel()`.
 *
 * A handler's Rx ends when the handler has answered, unless {@link keepOpen} was called.
 */
export class Rx<T> implements AsyncIterableIterator<T, undefined>, AsyncDisposable {
  static {
    brand(Rx, "Rx");
  }

  /** The other half of a caller's pair. @internal */
  pair: BindableTx<T> | undefined = undefined;
  /** What observers and snapshots call the channel, as given to `channel({ label })`. */
  readonly label: string | undefined;
  /** @internal */
  readonly [byReference] = true;
  #receiver: Receiver<T> | undefined = undefined;
  /** Takers that wait until the call is sent. */
  #early: Consumer<T>[] = [];
  #failure: ChannelError | undefined = undefined;
  /** Whether it was given to a call that is made later. */
  #isGiven = false;
  #isCancelled = false;
  #isRead = false;
  #isKept = false;

  /** @internal use `channel()` */
  constructor(label?: string) {
    this.label = label;
  }

  /**
   * The next item, or the end of the channel. You may call it again before it has settled; items come in the order of
   * the calls.
   * @throws ChannelError `ChannelReset` when the sender has given up or the other side has ended the call,
   * `ConnectionClosed` when the connection has ended, `ItemUnreadable` for an item that cannot be decoded: each after
   * the items that came before. `ChannelClosed` when this side has ended the call
   */
  next(): Promise<IteratorResult<T, undefined>> {
    this.#isRead = true;
    return new Promise((resolve, reject) => {
      this.#consume({
        item: (value) => resolve({ done: false, value }),
        ended: ({ error }) => (error === undefined ? resolve(endOfStream) : reject(error)),
      });
    });
  }

  /** Gives up; see {@link cancel}. `for await` calls it when you leave the loop. Never rejects. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.cancel();
    return Promise.resolve(endOfStream);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Gives up: tells the sender, and drops buffered items. Harmless after the end. */
  cancel(): void {
    this.#isCancelled = true;
    this.#receiver?.cancel();
    for (const taker of this.#early.splice(0)) taker.ended({ error: undefined });
  }

  /** A handler's Rx goes on after the handler has answered. */
  keepOpen(): void {
    this.#isKept = true;
  }

  [asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  /** The items as a stream; cancelling it gives up. */
  toReadableStream(): ReadableStream<T> {
    this.#isRead = true;
    return new ReadableStream<T>(
      {
        pull: async (controller) => {
          const { done, value } = await this.next();
          if (done === true) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => this.cancel(),
      },
      { highWaterMark: 0 },
    );
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
      this.#receiver === undefined &&
      (this.#isGiven || (this.#failure === undefined && this.#early.length === 0 && !this.#isCancelled))
    );
  }

  /** Whether the application reads it, and so learns that it has failed. @internal */
  get isErrorObserved(): boolean {
    return this.#isRead && (this.#failure !== undefined || this.#receiver?.hasFailed === true);
  }

  /** Whether the application has left it. @internal */
  get isLeft(): boolean {
    return this.#isCancelled;
  }

  /** @internal */
  get bound(): Receiver<T> | undefined {
    return this.#receiver;
  }

  /** @internal */
  bind(receiver: Receiver<T>): void {
    this.#receiver = receiver;
    if (this.#isCancelled) receiver.cancel();
    for (const taker of this.#early.splice(0)) receiver.consume(taker);
  }

  /** This half was given to a call, or no call will ever bind it. @internal */
  fail(error: ChannelError): void {
    this.#isGiven = false;
    if (this.#receiver !== undefined || this.#failure !== undefined) return;
    this.#failure = error;
    for (const taker of this.#early.splice(0)) taker.ended({ error });
  }

  /** The call has ended: buffered items can still be read. @internal */
  endWith(end: ChannelEnd): void {
    this.#receiver?.end(end, endingOf(end, "Local"));
  }

  /** The call has ended: buffered items are dropped. @internal */
  giveUp(error: ChannelError): void {
    this.#receiver?.giveUp(error);
  }

  /** The handler has answered. @internal */
  release(): void {
    if (!this.#isKept)
      this.#receiver?.giveUp(callOverHere("its handler has answered and did not keep it open"));
  }

  /** Whether it has failed with this error. @internal */
  hasEndedWith(error: unknown): boolean {
    return this.#receiver?.hasEndedWith(error) === true;
  }

  #consume(taker: Consumer<T>): void {
    if (this.#receiver !== undefined) this.#receiver.consume(taker);
    else if (this.#failure !== undefined) taker.ended({ error: this.#failure });
    else if (this.#isCancelled) taker.ended({ error: undefined });
    else if (this.pair === undefined) taker.ended({ error: notBound() });
    else this.#early.push(taker);
  }
}
