/**
 * What goes over the link of a session: counted for snapshots, told to an observer if there is one. The clock is read
 * once an arrival and once a batch, never for a message.
 */
import type { OutboundSnapshot, TrafficSnapshot } from "../call/snapshot.js";
import type { Clock } from "../clock.js";
import type { SessionError } from "../errors.js";
import type { Link } from "../link/link.js";
import { notify, type Observer } from "../observer.js";

/** Counts frames and bytes both ways. */
export class LinkTraffic {
  /** When the latest arrival began, whole ms of the session's clock; undefined before the first. */
  lastInMs: number | undefined = undefined;
  /** When the latest batch was begun; undefined before the first. */
  lastOutMs: number | undefined = undefined;
  private readonly clock: Clock;
  private readonly observer: Observer | undefined;
  private readonly capacityBytes: number;
  private link: Link | undefined = undefined;
  private framesIn = 0;
  private bytesIn = 0;
  private framesOut = 0;
  private bytesOut = 0;
  /** Counts when the current arrival began, and when the link came. */
  private before: TrafficSnapshot = { framesIn: 0, bytesIn: 0, framesOut: 0, bytesOut: 0 };
  private arrivalFrames = 0;
  private arrivalBytes = 0;
  private headerBytes = 0;
  private isFull = false;

  /** @param capacityBytes past this many bytes in the link, senders wait */
  constructor(capacityBytes: number, clock: Clock, observer: Observer | undefined) {
    this.capacityBytes = capacityBytes;
    this.clock = clock;
    this.observer = observer;
  }

  /** What follows goes over this link. */
  attach(link: Link): void {
    this.link = link;
    this.headerBytes = link.framing.headerBytes;
    this.before = this.counts;
    this.isFull = false;
  }

  /** Whether the link holds so much that senders must wait. */
  get isCongested(): boolean {
    return this.link !== undefined && this.link.bufferedBytes > this.capacityBytes;
  }

  get counts(): TrafficSnapshot {
    const { framesIn, bytesIn, framesOut, bytesOut } = this;
    return { framesIn, bytesIn, framesOut, bytesOut };
  }

  /** What waits to leave. @param unsentBytes that the link has not been given yet */
  outbound(unsentBytes: number): OutboundSnapshot {
    const bufferedBytes = (this.link?.bufferedBytes ?? 0) + unsentBytes;
    return { bufferedBytes, capacityBytes: this.capacityBytes, isFull: this.isCongested };
  }

  /** The first frame of an arrival is here. */
  beginArrival(): void {
    this.lastInMs = Math.floor(this.clock.now());
  }

  /** One frame of an arrival. @param bodyBytes without its header */
  countFrame(bodyBytes: number): void {
    this.framesIn += 1;
    this.bytesIn += bodyBytes + this.headerBytes;
  }

  /** The arrival is through. */
  endArrival(): void {
    if (this.observer !== undefined) this.reportArrival(this.observer);
  }

  /** The first frame of a batch was committed. */
  beginBatch(): void {
    this.lastOutMs = Math.floor(this.clock.now());
  }

  /** A batch was given to the link. */
  endBatch(frames: number, bytes: number): void {
    this.framesOut += frames;
    this.bytesOut += bytes;
    if (this.observer !== undefined) this.reportBatch(this.observer, frames, bytes);
  }

  /** The link has passed on what it held. */
  onDrain(): void {
    if (!this.isFull) return;
    this.isFull = false;
    this.reportPressure("onOutboundDrained");
  }

  /** The link has ended. */
  onClosed(error: SessionError | undefined): void {
    if (this.observer === undefined) return;
    this.endArrival();
    this.onDrain();
    const { description: link = "" } = this.link ?? {};
    const bytesIn = this.bytesIn - this.before.bytesIn;
    const bytesOut = this.bytesOut - this.before.bytesOut;
    notify(this.observer, "onLinkClosed", { link, error, bytesIn, bytesOut });
  }

  private reportArrival(observer: Observer): void {
    const frames = this.framesIn - this.arrivalFrames;
    const bytes = this.bytesIn - this.arrivalBytes;
    this.arrivalFrames = this.framesIn;
    this.arrivalBytes = this.bytesIn;
    if (frames === 0 || observer.onFramesRead === undefined) return;
    notify(observer, "onFramesRead", { link: this.link?.description ?? "", frames, bytes });
  }

  private reportBatch(observer: Observer, frames: number, bytes: number): void {
    if (observer.onFramesWritten !== undefined)
      notify(observer, "onFramesWritten", { link: this.link?.description ?? "", frames, bytes });
    if (this.isFull || !this.isCongested) return;
    this.isFull = true;
    this.reportPressure("onOutboundFull");
  }

  private reportPressure(event: "onOutboundFull" | "onOutboundDrained"): void {
    const { description: link = "", bufferedBytes = 0 } = this.link ?? {};
    notify(this.observer, event, { link, bufferedBytes });
  }
}
