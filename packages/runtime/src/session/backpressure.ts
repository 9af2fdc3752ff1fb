/**
 * Decides when the link of a session is not read. Only this keeps the calls of a peer from piling up behind a link that
 * does not take the answers of this side. Source: `protocol/session.md` §2.
 *
 * ```
 *  reading ──calls wait past the limit, and the link is congested; or there is a hold──► paused
 *     ▲                                                                                    │
 *     └────────────── the link has drained, or the calls are fewer; and no hold ───────────┘
 * ```
 *
 * **Why the session cannot hang.** While a side does not read, it does not get the peer's grants, cancels and answers.
 * Nothing that could leave waits for these: the link is congested, and the peer ends that by reading alone. So a
 * session whose two sides keep these rules hangs only if both are paused, which cannot happen:
 *
 * 1. The link counts as congested until it has drained completely. Then this side answers the calls that wait before it
 *    makes a call. So while calls of the peer wait for the link, this side makes none.
 * 2. Let A be the side whose calls began to wait later. A made all of them before B's calls began to wait. They were
 *    unread then: in B's link (`maxBufferedBytes` and one frame) and in the transport's own memory.
 * 3. `maxQueuedBytes` is more than that, so A is not paused. A reads, B's link drains, and B reads.
 *
 * A proxy in between adds its own two links to the bytes that may be unread; the default covers one proxy. With more
 * proxies, or a peer that never reads, keepalive ends the session: see {@link Keepalive.hold}.
 */
import type { Limits } from "../limits.js";

/**
 * Bytes that may still arrive when reading has stopped: the rest of one arrival. Transports give out 64 KiB or less.
 */
const arrivalBytes = 256 * 1024;

/** The link about which {@link Reading} decides. */
export interface ReadingOptions {
  readonly limits: Pick<Limits, "maxQueuedBytes" | "maxFrameBytes">;
  /** Whether the link has held more than it should, and has not drained since. */
  readonly isCongested: () => boolean;
  /** Starts and stops reading the link. @returns false when the transport cannot */
  readonly setReading: (isReading: boolean) => boolean;
}

/** Decides whether the link is read. */
export class Reading {
  readonly #options: ReadingOptions;
  readonly #maxBytes: number;
  #queuedBytes = 0;
  #holds = 0;
  #isReading = true;
  #isAnswering = false;

  constructor(options: ReadingOptions) {
    const { maxQueuedBytes, maxFrameBytes } = options.limits;
    this.#options = options;
    this.#maxBytes = maxQueuedBytes + 2 * maxFrameBytes + arrivalBytes;
  }

  /** Bytes that wait. */
  get queued(): number {
    return this.#queuedBytes;
  }

  /** Whether calls may leave; calls of the peer are answered first. */
  get mayCall(): boolean {
    return !this.#isAnswering && !this.#options.isCongested();
  }

  /** The link is empty. @param answer answers calls that have waited, until the link is congested again */
  onDrain(answer: () => void): void {
    this.#isAnswering = true;
    try {
      answer();
    } finally {
      this.#isAnswering = false;
    }
    this.#decide();
  }

  /** Another link has taken the place of this one: it is read. */
  onLinkRestored(): void {
    this.#isReading = true;
    this.#decide();
  }

  /**
   * Calls of the peer begin to wait, or have waited.
   * @param bytes size of the calls; less than 0 for calls that have waited
   * @returns false, and counts nothing, when that is more than a peer may make this side keep
   */
  countQueued(bytes: number): boolean {
    if (bytes > 0 && this.#queuedBytes + bytes > this.#maxBytes) return false;
    this.#queuedBytes += bytes;
    this.#decide();
    return true;
  }

  /** The caller cannot take more until it calls {@link release}. @returns false when the transport cannot wait */
  hold(): boolean {
    this.#holds += 1;
    return this.#decide();
  }

  /** Takes back one {@link hold}. */
  release(): void {
    this.#holds -= 1;
    this.#decide();
  }

  #decide(): boolean {
    const isPaused =
      this.#holds > 0 ||
      (this.#queuedBytes > this.#options.limits.maxQueuedBytes && this.#options.isCongested());
    if (isPaused !== this.#isReading) return true;
    if (!this.#options.setReading(!isPaused)) return false;
    this.#isReading = !isPaused;
    return true;
  }
}
