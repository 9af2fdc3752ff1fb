/**
 * Counts what goes over the link of a session, for snapshots, and reports it to an observer if there is one. It reads
 * the clock once for each arrival and once for each batch, never for a single message. It also knows whether the link
 * is full, which is one state with one event for each change:
 *
 * ```
 *  free ──link and outbox hold more than the capacity──► full
 *    ▲                                                     │
 *    └──the link has passed on everything, or has ended────┘
 * ```
 */
import type { OutboundSnapshot, TrafficSnapshot } from "../call/snapshot.js";
import type { Clock } from "../clock.js";
import type { SessionError } from "../errors.js";
import type { Link } from "../link/link.js";
import { notify, type Observer, type ObserverEvents } from "../observer.js";

/** Counts frames and bytes both ways. */
export class LinkTraffic {
  /** When the latest arrival began, whole ms of the session's clock; undefined before the first. */
  lastInMs: number | undefined = undefined;
  /** When the latest batch was begun; undefined before the first. */
  lastOutMs: number | undefined = undefined;
  /** Bytes of large frames that wait for the link to have room. */
  lateBytes = 0;
  /** When an arrival or a batch last held something other than pings and pongs. */
  lastUsedMs: number;
  readonly #clock: Clock;
  readonly #observer: Observer | undefined;
  readonly #capacityBytes: number;
  #link: Link | undefined = undefined;
  #framesIn = 0;
  #bytesIn = 0;
  #framesOut = 0;
  #bytesOut = 0;
  /** Counts when the current arrival began, and when the link came. */
  #before: TrafficSnapshot = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 };
  #arrivalFrames = 0;
  #arrivalBytes = 0;
  /** Pings and pongs of the current arrival, and of the current batch. */
  #pingsIn = 0;
  #pingsOut = 0;
  #headerBytes = 0;
  #isFull = false;
  /** Events of a commit, which an observer gets after it. */
  readonly #waiting: (() => void)[] = [];
  /** The counts at the last {@link hasSigns}. */
  #seen = { received: 0, passedOn: 0, buffered: 0 };

  /** @param capacityBytes past this many bytes in the link, senders wait */
  constructor(capacityBytes: number, clock: Clock, observer: Observer | undefined) {
    this.#capacityBytes = capacityBytes;
    this.#clock = clock;
    this.#observer = observer;
    this.lastUsedMs = Math.floor(clock.now());
  }

  /** Later frames go over this link, which holds nothing. */
  attach(link: Link): void {
    // An observer that calls while a link ends can fill it once more.
    this.onDrain();
    this.#link = link;
    this.#headerBytes = link.framing.headerBytes;
    this.#before = this.counts;
  }

  /** Whether senders must wait: from the moment that the link holds too much until it has drained. */
  get isCongested(): boolean {
    return this.#isFull;
  }

  /** Stops and starts reading the link. @returns false when it cannot wait */
  setReading(isReading: boolean): boolean {
    if (this.#link?.setReading === undefined) return false;
    this.#link.setReading(isReading);
    return true;
  }

  /**
   * Whether the peer has given a sign of life since the last call. A sign is any byte that has arrived, of a whole
   * frame or not. If the link held bytes, any byte that it has passed on is a sign, too: a full transport goes on only
   * when the peer reads.
   */
  hasSigns(): boolean {
    const link = this.#link;
    const seen = this.#seen;
    const buffered = link?.bufferedBytes ?? 0;
    const received = link?.receivedBytes ?? this.#bytesIn;
    const passedOn = this.#bytesOut - buffered;
    this.#seen = { received, passedOn, buffered };
    return received !== seen.received || (seen.buffered > 0 && passedOn > seen.passedOn);
  }

  get counts(): TrafficSnapshot {
    return {
      framesIn: this.#framesIn,
      bytesIn: this.#bytesIn,
      framesOut: this.#framesOut,
      bytesOut: this.#bytesOut,
    };
  }

  /** Bytes that wait to leave. @param unsentBytes bytes that the link has not got yet */
  outbound(unsentBytes: number): OutboundSnapshot {
    const bufferedBytes = (this.#link?.bufferedBytes ?? 0) + unsentBytes;
    return { bufferedBytes, capacityBytes: this.#capacityBytes, isFull: this.isCongested };
  }

  /** The first frame of an arrival is here. */
  beginArrival(): void {
    this.lastInMs = Math.floor(this.#clock.now());
  }

  /** One frame of an arrival. @param bodyBytes without its header */
  countFrame(bodyBytes: number): void {
    this.#framesIn += 1;
    this.#bytesIn += bodyBytes + this.#headerBytes;
  }

  /** A frame of the arrival was a ping or pong: no use of the session. */
  countPingIn(): void {
    this.#pingsIn += 1;
  }

  /** The arrival has ended. */
  endArrival(): void {
    const frames = this.#framesIn - this.#arrivalFrames;
    const bytes = this.#bytesIn - this.#arrivalBytes;
    if (frames > this.#pingsIn) this.lastUsedMs = this.lastInMs ?? 0;
    this.#pingsIn = 0;
    this.#arrivalFrames = this.#framesIn;
    this.#arrivalBytes = this.#bytesIn;
    if (this.#observer !== undefined && frames > 0) this.#reportArrival(this.#observer, frames, bytes);
  }

  /** The first frame of a batch was committed. */
  beginBatch(): void {
    this.lastOutMs = Math.floor(this.#clock.now());
  }

  /** A frame of the batch is a ping or pong. */
  countPingOut(): void {
    this.#pingsOut += 1;
  }

  /**
   * A batch was given to the link.
   * @param isLater true in the middle of a commit: the observer may call, or end the session, when the caller of the
   * commit has recorded what it sends
   */
  endBatch(frames: number, bytes: number, isLater = false): void {
    if (frames > this.#pingsOut) this.lastUsedMs = this.lastOutMs ?? 0;
    this.#pingsOut = 0;
    this.#framesOut += frames;
    this.#bytesOut += bytes;
    if (this.#observer?.onFramesWritten !== undefined)
      this.#report("onFramesWritten", { link: this.#link?.remoteAddress ?? "", frames, bytes }, isLater);
    this.checkFull(isLater);
  }

  /** More is held than before. @param isLater as for {@link endBatch} */
  checkFull(isLater = false): void {
    if (this.#isFull || this.#heldBytes <= this.#capacityBytes) return;
    this.#isFull = true;
    this.#reportPressure("onBackpressure", isLater);
  }

  /** The link has passed on what it held, or another takes its place. */
  onDrain(): void {
    // An event says what holds when an observer gets it.
    this.#reportWaiting();
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#reportPressure("onBackpressureReleased");
  }

  get #heldBytes(): number {
    return (this.#link?.bufferedBytes ?? 0) + this.lateBytes;
  }

  /** The link has ended. */
  onClosed(error: SessionError | undefined): void {
    if (this.#observer !== undefined) this.endArrival();
    this.onDrain();
    if (this.#observer === undefined) return;
    const { remoteAddress: link = "" } = this.#link ?? {};
    const bytesIn = this.#bytesIn - this.#before.bytesIn;
    const bytesOut = this.#bytesOut - this.#before.bytesOut;
    this.#report("onLinkClosed", { link, error, bytesIn, bytesOut }, false);
  }

  #reportArrival(observer: Observer, frames: number, bytes: number): void {
    if (observer.onFramesRead !== undefined)
      notify(observer, "onFramesRead", { link: this.#link?.remoteAddress ?? "", frames, bytes });
  }

  #reportPressure(event: "onBackpressure" | "onBackpressureReleased", isLater = false): void {
    const { remoteAddress: link = "" } = this.#link ?? {};
    this.#report(event, { link, bufferedBytes: this.#heldBytes }, isLater);
  }

  /** Events keep their order: those that wait go first. */
  #report<K extends keyof ObserverEvents>(event: K, data: ObserverEvents[K], isLater: boolean): void {
    const observer = this.#observer;
    if (observer === undefined) return;
    if (!isLater) {
      this.#reportWaiting();
      notify(observer, event, data);
    } else if (this.#waiting.push(() => notify(observer, event, data)) === 1) {
      queueMicrotask(this.#reportWaiting);
    }
  }

  readonly #reportWaiting = (): void => {
    // A report may end the session, whose events come behind those that still wait.
    for (let report = this.#waiting.shift(); report !== undefined; report = this.#waiting.shift()) report();
  };
}
