/** The channels of one call that the peer makes. */
import { ChannelError, type MethodName } from "../errors.js";
import type { SkippedChannels } from "../plan/skip.js";
import type { ItemType } from "../shape/shape.js";
import type { InboundBinder } from "./binder.js";
import type { Channels } from "./channels.js";
import { isLeaving } from "./end.js";
import { Rx } from "./rx.js";
import type { FinalMessage } from "./sender.js";
import { Tx } from "./tx.js";

type Opened =
  | { readonly id: number; readonly tx: Tx<unknown>; readonly type: ItemType<unknown> }
  | { readonly id: number; readonly rx: Rx<unknown>; readonly type: ItemType<unknown> };

/** Makes handles for the channels among arguments that are being decoded; opens them when all of them are read. */
export class HandlerChannels implements InboundBinder, SkippedChannels {
  readonly #channels: Channels;
  readonly #method: MethodName | undefined;
  readonly #opened: Opened[] = [];
  /** Channels in fields that this side does not have, with their directions. A peer can make up any number of them. */
  #skipped: Map<number, "tx" | "rx"> | undefined = undefined;

  constructor(channels: Channels, method?: MethodName) {
    this.#channels = channels;
    this.#method = method;
  }

  openTx<T>(id: number, type: ItemType<T>): Tx<T> | undefined {
    if (!this.#mayOpen(id)) return undefined;
    const tx = new Tx<T>();
    this.#opened.push({ id, tx: tx as Tx<unknown>, type: type as ItemType<unknown> });
    return tx;
  }

  openRx<T>(id: number, type: ItemType<T>): Rx<T> | undefined {
    if (!this.#mayOpen(id)) return undefined;
    const rx = new Rx<T>();
    this.#opened.push({ id, rx: rx as Rx<unknown>, type: type as ItemType<unknown> });
    return rx;
  }

  skipChannel(id: number, direction: "tx" | "rx"): void {
    if (!this.#mayOpen(id)) return;
    this.#skipped ??= new Map();
    if (this.#skipped.size < this.#channels.room) this.#skipped.set(id, direction);
  }

  /** The arguments are read. The handler may use its channels. Ends the channels that the handler never gets. */
  open(): void {
    const channels = this.#channels;
    const method = this.#method;
    for (const [id, direction] of this.#skipped ?? []) {
      if (direction === "tx") channels.decline(id);
      else channels.refuse(id);
    }
    const origin = { label: undefined, method };
    for (const entry of this.#opened) {
      if ("tx" in entry) entry.tx.bind(channels.openSender(entry.id, entry.type, origin));
      else entry.rx.bind(channels.openReceiver(entry.id, entry.type, origin));
    }
  }

  /** The arguments could not be read. Resets all their channels. */
  refuse(): void {
    for (const { id } of this.#opened) this.#channels.refuse(id);
    for (const id of this.#skipped?.keys() ?? []) this.#channels.refuse(id);
  }

  /** The handler has answered with its result. Closes or gives up the channels that it did not keep open. */
  release(): void {
    for (const entry of this.#opened) ("tx" in entry ? entry.tx : entry.rx).release();
  }

  /**
   * The call has failed. The caller takes and sends no more items, even on channels that the handler keeps open.
   * @param farewell the message to receivers of the caller after the answer, from which they know the error
   */
  giveUp(error: ChannelError, farewell: FinalMessage): void {
    for (const entry of this.#opened) {
      if ("tx" in entry) entry.tx.giveUp(error, farewell);
      else entry.rx.giveUp(error);
    }
  }

  /** The handler has failed, and the answer has not been sent. Gives up the channels on which the handler sends. */
  abortSenders(error: ChannelError): void {
    for (const entry of this.#opened) if ("tx" in entry) entry.tx.giveUp(error);
  }

  /** Whether a handler fails with this error because its caller, or the connection, has left. */
  hasLeftWith(error: unknown): boolean {
    if (!(error instanceof ChannelError && isLeaving(error))) return false;
    return this.#opened.some((entry) => ("tx" in entry ? entry.tx : entry.rx).hasEndedWith(error));
  }

  #mayOpen(id: number): boolean {
    if (!this.#channels.canOpen(id) || this.#opened.some((entry) => entry.id === id)) return false;
    return this.#skipped?.has(id) !== true;
  }
}
