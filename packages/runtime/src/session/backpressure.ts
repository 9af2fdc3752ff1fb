/**
 * When a session's link is not read: the only thing that keeps a peer's calls from piling up behind a link that does not
 * take our answers. Source: `protocol/session.md` §2.
 *
 * ```
 *  reading ──calls wait past the limit, and the link is congested; or somebody holds──► paused
 *     ▲                                                                                   │
 *     └────────────── the link has drained, the calls are fewer, nobody holds ────────────┘
 * ```
 *
 * **Why it always goes on.** While nothing is read, neither are the peer's grants, cancels and answers. Nothing that
 * could leave waits for them: the link is congested, which the peer ends by reading alone. So two sides that keep these
 * rules would have to be paused both:
 *
 * 1. The link counts as congested until it has drained completely. From then on the calls that wait are answered before
 *    any call of ours leaves. So while calls of the peer wait for the link, we make none.
 * 2. Let A be the side whose calls began to wait later. All of them were made before B's began to wait, and stood
 *    unread then: in B's link (`maxBufferedBytes` and one frame) and in the carrier's own memory.
 * 3. `maxQueuedBytes` is more than that, so A is not paused. A reads, B's link drains, and B reads.
 *
 * A proxy in between adds its own two links to what may stand unread; the default covers one. Beyond that, and for peers
 * that just never read, keepalive ends the session: see {@link Keepalive.hold}.
 */
import type { Limits } from "../limits.js";

/** What arrives at once, bytes: the rest of it still comes when reading has stopped. Carriers give out 64 KiB or less. */
const arrivalBytes = 256 * 1024;

/** What the decision is about. */
export interface ReadingOptions {
  readonly limits: Pick<Limits, "maxQueuedBytes" | "maxFrameBytes">;
  /** Whether the link holds more than it should. */
  readonly isCongested: () => boolean;
  /** Starts and stops reading the link. @returns false when the carrier cannot */
  readonly setReading: (isReading: boolean) => boolean;
}

/** Decides whether the link is read. */
export class Reading {
  private readonly options: ReadingOptions;
  private readonly mostBytes: number;
  private queuedBytes = 0;
  private holds = 0;
  private isFull = false;
  private isReading = true;
  private isAnswering = false;

  constructor(options: ReadingOptions) {
    const { maxQueuedBytes, maxFrameBytes } = options.limits;
    this.options = options;
    this.mostBytes = maxQueuedBytes + 2 * maxFrameBytes + arrivalBytes;
  }

  /** Bytes that wait. */
  get queued(): number {
    return this.queuedBytes;
  }

  /** Whether senders must wait: from the moment that the link holds too much until it has drained. */
  get isCongested(): boolean {
    if (!this.isFull) this.isFull = this.options.isCongested();
    return this.isFull;
  }

  /** Whether calls may leave; calls of the peer are answered first. */
  get mayCall(): boolean {
    return !this.isAnswering && !this.isCongested;
  }

  /** The link holds nothing any more. @param answer answers calls that have waited, until the link is congested again */
  onDrain(answer: () => void): void {
    this.isFull = false;
    this.isAnswering = true;
    try {
      answer();
    } finally {
      this.isAnswering = false;
    }
    this.decide();
  }

  /** Another link has taken the place of this one: it is read, and holds nothing. */
  onLinkRestored(): void {
    this.isFull = false;
    this.isReading = true;
    this.decide();
  }

  /**
   * Calls of the peer begin to wait, or have waited.
   * @param bytes how much; less than 0 for those that have waited
   * @returns false, and nothing is counted, when that is more than a peer can make us keep
   */
  countQueued(bytes: number): boolean {
    if (bytes > 0 && this.queuedBytes + bytes > this.mostBytes) return false;
    this.queuedBytes += bytes;
    this.decide();
    return true;
  }

  /** Somebody cannot take more at the moment. Ends with {@link release}. @returns false when the carrier cannot wait */
  hold(): boolean {
    this.holds += 1;
    return this.decide();
  }

  /** Takes back one {@link hold}. */
  release(): void {
    this.holds -= 1;
    this.decide();
  }

  private decide(): boolean {
    const isPaused =
      this.holds > 0 || (this.queuedBytes > this.options.limits.maxQueuedBytes && this.isCongested);
    if (isPaused !== this.isReading) return true;
    if (!this.options.setReading(!isPaused)) return false;
    this.isReading = !isPaused;
    return true;
  }
}
