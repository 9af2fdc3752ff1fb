/** Reports one channel to an observer. A channel has a watch only when there is an observer. */
import type { Clock } from "../clock.js";
import type {
  ChannelCloseReason,
  ChannelEvent,
  ChannelResetReason,
  ChannelSendFinishedEvent,
  ChannelTrySendEvent,
  Observer,
} from "../observer.js";
import { notify } from "../observer.js";

/** How a channel has ended, for an observer. */
export type ChannelEnding =
  | { readonly kind: "closed"; readonly reason: ChannelCloseReason }
  | { readonly kind: "reset"; readonly reason: ChannelResetReason };

/** Tells an observer about one end of a channel. */
export class ChannelWatch {
  /** When the last item was sent or received; undefined before the first. */
  lastItemAt: number | undefined = undefined;
  readonly #observer: Observer;
  readonly #clock: Clock;
  readonly #channel: ChannelEvent;

  constructor(observer: Observer, clock: Clock, channel: ChannelEvent) {
    this.#observer = observer;
    this.#clock = clock;
    this.#channel = channel;
  }

  opened(initialCredit: number): void {
    notify(this.#observer, "onChannelOpened", { ...this.#channel, initialCredit });
  }

  /** @returns the time, which {@link sendFinished} takes */
  sendStarted(): number {
    if (this.#observer.onChannelSendStarted !== undefined)
      notify(this.#observer, "onChannelSendStarted", { ...this.#channel });
    return this.#clock.now();
  }

  sendWaiting(credit: number): void {
    const waitsFor = credit === 0 ? "credit" : "link";
    notify(this.#observer, "onChannelSendWaiting", { ...this.#channel, waitingFor: waitsFor });
  }

  sendFinished(outcome: ChannelSendFinishedEvent["outcome"], startedAt: number): void {
    const now = this.#clock.now();
    if (outcome === "Sent") this.lastItemAt = now;
    if (this.#observer.onChannelSendFinished === undefined) return;
    const elapsedMs = now - startedAt;
    notify(this.#observer, "onChannelSendFinished", { ...this.#channel, outcome, elapsedMs });
  }

  trySend(outcome: ChannelTrySendEvent["outcome"]): void {
    if (outcome === "Sent") this.lastItemAt = this.#clock.now();
    notify(this.#observer, "onChannelTrySend", { ...this.#channel, outcome });
  }

  creditGranted(amount: number): void {
    notify(this.#observer, "onChannelCreditGranted", { ...this.#channel, amount });
  }

  itemReceived(): void {
    this.lastItemAt = this.#clock.now();
    if (this.#observer.onChannelItemReceived !== undefined)
      notify(this.#observer, "onChannelItemReceived", { ...this.#channel });
  }

  itemConsumed(): void {
    if (this.#observer.onChannelItemConsumed !== undefined)
      notify(this.#observer, "onChannelItemConsumed", { ...this.#channel });
  }

  encodeFailed(error: unknown): void {
    notify(this.#observer, "onEncodeError", this.#codecEvent(error));
  }

  decodeFailed(error: unknown): void {
    notify(this.#observer, "onDecodeError", this.#codecEvent(error));
  }

  ended({ kind, reason }: ChannelEnding): void {
    if (kind === "closed") notify(this.#observer, "onChannelClosed", { ...this.#channel, reason });
    else notify(this.#observer, "onChannelReset", { ...this.#channel, reason });
  }

  #codecEvent(error: unknown) {
    const { link, connectionId, channelId: id, method } = this.#channel;
    return { link, connectionId, subject: "item" as const, id, method, error };
  }
}
