/** One stream of a server as a state: its last items, made again after a reconnect. */
import { type CallOptions, ChannelError, type Client, channel, type Tx, VoxError } from "@voxrpc/runtime";
import { type Clock, systemClock } from "@voxrpc/runtime/link";
import { LinkWatch } from "./link-watch.js";
import { Watched } from "./watched.js";

/** A stream as components see it. */
export interface StreamState<T> {
  /**
   * `opening`: the call is made, no item has come. `open`: items come. `recovering`: the stream was lost, and is made
   * again. `closed`: the server has closed it. `failed`: `error` says why.
   */
  readonly status: "opening" | "open" | "recovering" | "closed" | "failed";
  /** The last items, at most `maxItems`, the newest at the end. */
  readonly items: readonly T[];
  /** The newest item. */
  readonly last: T | undefined;
  /** Items that have come in all. */
  readonly received: number;
  /** Calls that were made: 1, and one more each time that the stream was lost, or that it is watched again. */
  readonly runs: number;
  /** Why the stream was lost or has failed. */
  readonly error: unknown;
}

/** How a stream is kept. */
export interface StreamOptions {
  /** The most items that are kept, 1 to 1,000,000. Default 100. */
  readonly maxItems?: number | undefined;
  /**
   * What becomes of the items when the stream is made again, after a loss or when a component that was hidden is shown:
   * `clear` forgets them, for a server that begins at the start; `keep` is for a server that goes on behind `last`.
   * Default `clear`.
   */
  readonly onAgain?: "clear" | "keep" | undefined;
  /**
   * The stream has no end of its own: a graceful end means that the server stops. The stream is then made again,
   * and waits for the next server. Default `false`: such an end is `closed`.
   */
  readonly endless?: boolean | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

/**
 * Makes the call that streams.
 * @param items for the call
 * @param options for the call: its signal ends the stream
 * @param last the newest item of earlier runs; undefined in the first run, and with `onAgain: "clear"`
 */
export type OpenStream<T> = (
  items: Tx<T>,
  options: Required<Pick<CallOptions, "signal">>,
  last: T | undefined,
) => Promise<unknown>;

const defaultMaxItems = 100;
const mostItems = 1_000_000;
/** Components render at most once in this time, ms, however many items come. */
const renderMs = 16;
/** Bounds of the pause before a stream is made again that has given no item, ms. */
const minPauseMs = 100;
const maxPauseMs = 5000;

/** Reads a stream while it is watched, and ends it when the last watcher leaves. */
export class StreamStore<T> extends Watched<StreamState<T>> {
  readonly #client: Client;
  readonly #open: OpenStream<T>;
  readonly #maxItems: number;
  readonly #keeps: boolean;
  readonly #endless: boolean;
  readonly #clock: Clock;
  #run: AbortController | undefined = undefined;
  #items: T[] = [];
  #received = 0;
  #runs = 0;
  #status: StreamState<T>["status"] = "opening";
  #error: unknown = undefined;
  #isRenderDue = false;

  /** @throws TypeError for options that are not valid */
  constructor(client: Client, open: OpenStream<T>, options: StreamOptions = {}) {
    super({ status: "opening", items: [], last: undefined, received: 0, runs: 0, error: undefined });
    const { maxItems = defaultMaxItems, onAgain = "clear", endless = false, clock = systemClock } = options;
    if (!Number.isInteger(maxItems) || maxItems < 1 || maxItems > mostItems)
      throw new TypeError(`maxItems must be an integer from 1 to ${mostItems}, not ${String(maxItems)}`);
    if (onAgain !== "clear" && onAgain !== "keep")
      throw new TypeError(`onAgain must be "clear" or "keep", not ${JSON.stringify(onAgain)}`);
    if (typeof endless !== "boolean") throw new TypeError(`endless must be a boolean, not ${typeof endless}`);
    this.#client = client;
    this.#open = open;
    this.#maxItems = maxItems;
    this.#keeps = onAgain === "keep";
    this.#endless = endless;
    this.#clock = clock;
  }

  protected start(): void {
    if (this.#runs > 0) {
      this.#forget();
      this.#become("opening", undefined);
    }
    const run = new AbortController();
    this.#run = run;
    void this.#follow(run.signal);
  }

  protected stop(): void {
    this.#run?.abort();
    this.#run = undefined;
  }

  /** Reads the stream, and makes it again as long as that may help. */
  async #follow(signal: AbortSignal): Promise<void> {
    for (let pauseMs = 0; ; ) {
      const before = this.#received;
      const link = new LinkWatch(this.#client.$session, signal);
      try {
        await this.#readOnce(link.signal);
        if (!link.signal.aborted && !(this.#endless && this.#isConnectionOpen)) {
          this.#become("closed", undefined);
          return;
        }
      } catch (error) {
        if (!link.isLost && !signal.aborted && !this.#mayHelp(error)) {
          this.#become("failed", error);
          return;
        }
        link.error ??= error;
      } finally {
        link.leave();
      }
      if (signal.aborted) return;
      this.#become("recovering", link.error);
      // A call on a session without a link waits for the next one; the pause is for a server that refuses or ends it.
      if (link.isLost || this.#received > before) pauseMs = 0;
      const isEnd = link.error === undefined;
      await this.#pause(isEnd ? Math.max(minPauseMs, pauseMs) : pauseMs, signal);
      pauseMs = Math.min(maxPauseMs, Math.max(minPauseMs, 2 * pauseMs));
      if (signal.aborted) return;
      this.#forget();
    }
  }

  /** The stream is made again. */
  #forget(): void {
    if (!this.#keeps) this.#items = [];
  }

  #mayHelp(error: unknown): boolean {
    return error instanceof VoxError && error.retryable && this.#isConnectionOpen;
  }

  get #isConnectionOpen(): boolean {
    return this.#client.$caller.connection.isOpen;
  }

  async #readOnce(signal: AbortSignal): Promise<void> {
    this.#runs++;
    const { tx, rx } = channel<T>();
    const call = this.#call(tx, signal);
    // A call that never got as far as its stream leaves the stream without an end. Items that have arrived are read in
    // the turn of the event loop that ends before the timer.
    call.catch(() => void this.#clock.setTimer(0, () => rx.cancel()));
    try {
      for await (const item of rx) {
        if (signal.aborted) return;
        this.#take(item);
      }
    } catch (error) {
      if (signal.aborted || (error instanceof VoxError && error.retryable)) throw error;
      // This side has given up the stream: the call does not end by itself.
      if (error instanceof ChannelError && error.code === "ItemUnreadable") throw error;
      // The failure of the call says more than that of its stream.
      await call;
      throw error;
    }
    await call;
  }

  async #call(tx: Tx<T>, signal: AbortSignal): Promise<unknown> {
    return this.#open(tx, { signal }, this.#keeps ? this.#items.at(-1) : undefined);
  }

  #take(item: T): void {
    this.#received++;
    this.#items.push(item);
    // Old items leave in one step, not one by one.
    if (this.#items.length >= 2 * this.#maxItems) this.#items = this.#items.slice(-this.#maxItems);
    this.#status = "open";
    this.#error = undefined;
    if (this.#isRenderDue) return;
    this.#isRenderDue = true;
    this.#clock.setTimer(renderMs, () => {
      this.#isRenderDue = false;
      if (this.isAtWork) this.#publish();
    });
  }

  #become(status: StreamState<T>["status"], error: unknown): void {
    this.#status = status;
    this.#error = error;
    this.#publish();
  }

  #publish(): void {
    const items = this.#items.slice(-this.#maxItems);
    this.change({
      status: this.#status,
      items,
      last: items.at(-1),
      received: this.#received,
      runs: this.#runs,
      error: this.#error,
    });
  }

  #pause(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0 || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#clock.clearTimer(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = this.#clock.setTimer(ms, done);
      signal.addEventListener("abort", done);
    });
  }
}
