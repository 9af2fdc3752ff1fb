/** The channels of one call that this side makes. */
import type { ChannelOutcome } from "../call/suppress-rejection.js";
import { type CallRejection, ChannelError, type MethodName } from "../errors.js";
import { EncodeFault } from "../postcard/faults.js";
import type { ItemType, Shape } from "../shape/shape.js";
import type { OutboundBinder } from "./binder.js";
import type { Channels } from "./channels.js";
import { type ChannelEnd, callOverHere, callOverThere } from "./end.js";
import { findHandles } from "./find-handles.js";
import type { Rx } from "./rx.js";
import type { Tx } from "./tx.js";

type Passed =
  | { readonly id: number; readonly tx: Tx<unknown>; readonly type: ItemType<unknown> }
  | { readonly id: number; readonly rx: Rx<unknown>; readonly type: ItemType<unknown> };

/**
 * Numbers the handles among the arguments while they are encoded, which may happen twice. Binds their pairs when the
 * Call is in the outbound batch. Ids follow the encoding order. A Call that cannot be encoded uses up none.
 */
export class CallChannels implements OutboundBinder {
  readonly #channels: Channels;
  readonly #method: MethodName | undefined;
  #passed: Passed[] = [];
  #isSuspended = false;

  constructor(channels: Channels, method?: MethodName) {
    this.#channels = channels;
    this.#method = method;
  }

  get isRepeated(): boolean {
    return this.#isSuspended;
  }

  /** Whether the Call can be made again: items that this side sends are lost, items that it receives are sent again. */
  get isRepeatable(): boolean {
    return this.#passed.every((entry) => "tx" in entry);
  }

  /** The link is lost, and the Call will be made again: receivers wait for the channels of the new Call. */
  suspend(): void {
    this.#isSuspended = true;
    for (const entry of this.#passed) if ("tx" in entry) entry.tx.pair?.bound?.suspend();
  }

  /** The arguments are encoded from the start. */
  restart(): void {
    this.#passed = [];
  }

  passTx<T>(tx: Tx<T>, type: ItemType<T>): number {
    const id = this.#number(tx);
    this.#passed.push({ id, tx: tx as Tx<unknown>, type: type as ItemType<unknown> });
    return id;
  }

  passRx<T>(rx: Rx<T>, type: ItemType<T>): number {
    const id = this.#number(rx);
    this.#passed.push({ id, rx: rx as Rx<unknown>, type: type as ItemType<unknown> });
    return id;
  }

  /** The Call is in the outbound batch. */
  bind(): void {
    const channels = this.#channels;
    const method = this.#method;
    for (const entry of this.#passed) {
      channels.ids.next();
      const earlier = "tx" in entry ? entry.tx.pair?.bound : undefined;
      if (earlier !== undefined) {
        channels.moveReceiver(entry.id, earlier);
      } else if ("tx" in entry) {
        entry.tx.fail(passedOn());
        const origin = { label: entry.tx.label, method };
        entry.tx.pair?.bind(channels.openReceiver(entry.id, entry.type, origin));
      } else {
        entry.rx.fail(passedOn());
        const origin = { label: entry.rx.label, method };
        entry.rx.pair?.bind(channels.openSender(entry.id, entry.type, origin));
      }
    }
    this.#isSuspended = false;
  }

  /** No more items come. Items that have arrived can still be read. */
  endReceivers(end: ChannelEnd): void {
    for (const entry of this.#passed) if ("tx" in entry) entry.tx.pair?.endWith(end);
  }

  /**
   * The call was answered with an error. Items that have arrived can be read, then reads fail. Items that wait to be
   * sent are dropped. A channel that has ended stays as it is: a stream that the handler closed before is complete.
   */
  endFailed(error: CallRejection): void {
    const text = `its call has failed with ${error.code}`;
    this.endReceivers({ error: callOverThere(text, error) });
    const over = callOverHere(text, error);
    for (const entry of this.#passed) if ("rx" in entry) entry.rx.pair?.giveUp(over);
  }

  /** The caller has given up. Gives up its channels, and tells the peer. @param cause the abort reason, or another */
  abandon(cause: unknown): void {
    const error = callOverHere("its call was given up", cause);
    for (const { pair } of this.#passed.map((entry) => ("tx" in entry ? entry.tx : entry.rx)))
      pair?.giveUp(error);
  }

  #number(handle: Tx<never> | Rx<never> | object): number {
    const channels = this.#channels;
    const passed = this.#passed;
    for (const entry of passed) {
      const other = "tx" in entry ? entry.tx : entry.rx;
      if (other === handle || other.pair === handle)
        throw new EncodeFault("the same channel is passed twice in the arguments");
    }
    channels.checkRoom(passed.length + 1);
    return channels.ids.peek() + 2 * passed.length;
  }
}

/** The call is made later. The application may not use the halves that it has passed meanwhile. */
export function give(shape: Shape, args: readonly unknown[]): void {
  for (const handle of findHandles(shape, args)) handle.give(passedOn());
}

/** The call was never sent. Fails the waiting reads and sends of both halves. */
export function abandonUnsent(shape: Shape, args: readonly unknown[], cause: unknown): void {
  const text = "channel is not bound: its call was not made";
  const error = new ChannelError("ChannelUnbound", text, { cause });
  for (const handle of findHandles(shape, args)) {
    handle.pair?.fail(error);
    handle.fail(error);
  }
}

/** A call has failed for its caller, perhaps while it goes on below: halves that are still open are given up. */
export function abandonFailed(shape: Shape, args: readonly unknown[], cause: unknown): void {
  abandonUnsent(shape, args, cause);
  const error = callOverHere("its call has failed", cause);
  for (const { pair } of findHandles(shape, args)) {
    // Items that have arrived before a stream's own end can still be read.
    if (pair !== undefined && !("bound" in pair && pair.bound?.isOpen !== true)) pair.giveUp(error);
  }
}

/** What the application learns about a call from the channels that it reads and writes. */
export function channelOutcomeOf(shape: Shape, args: readonly unknown[]): ChannelOutcome {
  const pairs = findHandles(shape, args).flatMap(({ pair }) => pair ?? []);
  const read = pairs.filter((pair) => "isLeft" in pair);
  return {
    isErrorObserved: pairs.some(({ isErrorObserved }) => isErrorObserved),
    isAbandoned: read.length > 0 && read.every(({ isLeft }) => isLeft),
  };
}

function passedOn(): ChannelError {
  return new ChannelError(
    "ChannelUnbound",
    "channel is not bound: this half was passed to a call, use the other one",
  );
}
