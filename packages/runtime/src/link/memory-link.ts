/**
 * A transport inside one program: for tests, and for a client and a server in one process.
 *
 * ```
 *   open ──close──► closing ──what was sent is delivered──► closed
 *     └─────────────── abort, overflow, the peer's end ───────┘
 * ```
 */
import { SessionError } from "../errors.js";
import { bound, checkOptions, type OptionChecks, text } from "../options/checks.js";
import { boundaryFraming } from "./framing.js";
import type { Framing, Link, LinkSink } from "./link.js";

/** How a pair of memory links behaves. */
export interface MemoryLinkOptions {
  /** The name of both ends in texts. Default `memory`. */
  readonly description?: string | undefined;
  /**
   * Bytes that may wait for a reader that does not read. Past this bound both ends fail with `Io`. Senders that respect
   * `bufferedBytes`, as sessions do, stay far below it. Default 64 MiB.
   */
  readonly maxWaitingBytes?: number | undefined;
}

export const memoryLinkChecks: OptionChecks<MemoryLinkOptions> = {
  description: text,
  maxWaitingBytes: bound,
};

const defaultMaxWaitingBytes = 64 * 1024 * 1024;

/** Frames that were sent together. */
interface Batch {
  readonly bytes: Uint8Array;
  /** End of each frame in `bytes`. */
  readonly ends: readonly number[];
}

/**
 * One end of a pair; made by {@link memoryLinkPair}. Batches are copied once and delivered in a microtask, so that
 * nothing happens while the sender still runs.
 */
export class MemoryLink implements Link {
  readonly framing: Framing = boundaryFraming;
  readonly remoteAddress: string;
  readonly #maxWaitingBytes: number;
  #peer: MemoryLink | undefined = undefined;
  #sink: LinkSink | undefined = undefined;
  #state: "open" | "closing" | "closed" = "open";
  /** How the link ended, for a sink that comes later. */
  #endError: SessionError | undefined = undefined;
  #isEndReported = false;
  /** Batches that the peer has sent and the sink of this end has not seen. */
  #inbox: Batch[] = [];
  #waitingBytes = 0;
  #isScheduled = false;
  #isPaused = false;
  /** The session above cannot take more at the moment. */
  #isHeld = false;

  /** @internal use {@link memoryLinkPair} */
  constructor(description: string, maxWaitingBytes: number) {
    this.remoteAddress = description;
    this.#maxWaitingBytes = maxWaitingBytes;
  }

  get bufferedBytes(): number {
    const peer = this.#peer;
    return peer === undefined ? 0 : peer.#waitingBytes;
  }

  /** @internal */
  connectTo(peer: MemoryLink): void {
    this.#peer = peer;
  }

  start(sink: LinkSink): void {
    if (this.#sink !== undefined) throw new TypeError("a link is started once");
    this.#sink = sink;
    if (this.#state === "closed") queueMicrotask(() => this.#report());
    else this.#schedule();
  }

  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    const peer = this.#peer;
    const end = ends[count - 1];
    if (this.#state !== "open" || peer === undefined || peer.#state !== "open" || end === undefined)
      return true;
    const bytes = batch.slice(start, end);
    peer.#inbox.push({ bytes, ends: ends.slice(0, count).map((each) => each - start) });
    peer.#waitingBytes += bytes.length;
    if (peer.#waitingBytes > this.#maxWaitingBytes) this.#overflow(peer);
    else peer.#schedule();
    return true;
  }

  close(): void {
    if (this.#state !== "open") return;
    const peer = this.#peer;
    this.#state = "closing";
    const wasWaiting = this.#waitingBytes > 0;
    this.#inbox = [];
    this.#waitingBytes = 0;
    if (peer === undefined) return;
    if (wasWaiting) queueMicrotask(() => peer.#reportDrained());
    peer.#schedule();
  }

  abort(): void {
    if (this.#state === "closed") return;
    const peer = this.#peer;
    this.#state = "closed";
    this.#finishLater(undefined);
    if (peer === undefined || peer.#state === "closed") return;
    const wasOpen = peer.#state === "open";
    peer.#state = "closed";
    peer.#finishLater(
      wasOpen ? new SessionError("Io", "io error: the peer has dropped the link") : undefined,
    );
  }

  setReading(isReading: boolean): void {
    this.#isHeld = !isReading;
    if (isReading) this.#schedule();
  }

  /** Stops reading: arriving frames wait, and the peer's `bufferedBytes` grows. For tests of slow readers. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Reads on. */
  resume(): void {
    this.#isPaused = false;
    this.#schedule();
  }

  #overflow(peer: MemoryLink): void {
    const text = `io error: more than ${this.#maxWaitingBytes} bytes wait for a reader (limit maxWaitingBytes)`;
    this.#state = "closed";
    peer.#state = "closed";
    this.#finishLater(new SessionError("Io", text));
    peer.#finishLater(new SessionError("Io", text));
  }

  #schedule(): void {
    if (this.#isScheduled || this.#state === "closed") return;
    this.#isScheduled = true;
    queueMicrotask(this.#deliver);
  }

  readonly #deliver = (): void => {
    this.#isScheduled = false;
    const sink = this.#sink;
    const peer = this.#peer;
    if (sink !== undefined && this.#state === "open" && !this.#isWaiting && this.#inbox.length > 0) {
      const batches = this.#inbox;
      const wasWaiting = this.#waitingBytes > 0;
      this.#inbox = [];
      let delivered = 0;
      for (const batch of batches) {
        if (this.#isWaiting) break;
        this.#deliverBatch(batch, sink);
        delivered += 1;
      }
      if (this.#isReading) {
        if (delivered < batches.length) this.#inbox = [...batches.slice(delivered), ...this.#inbox];
        sink.onIdle();
      }
      if (wasWaiting && this.#waitingBytes === 0 && peer !== undefined) peer.#reportDrained();
    }
    // A sink that comes later still gets the frames that were sent: until then the peer's end waits, too.
    const isLast = this.#inbox.length === 0 || !this.#isReading;
    if (peer !== undefined && peer.#state === "closing" && isLast) this.#end(peer);
  };

  #deliverBatch({ bytes, ends }: Batch, sink: LinkSink): void {
    let start = 0;
    for (const end of ends) {
      if (!this.#isReading) return;
      sink.onFrame(bytes, start, end);
      start = end;
    }
    if (this.#isReading) this.#waitingBytes -= bytes.length;
  }

  get #isWaiting(): boolean {
    return this.#isPaused || this.#isHeld;
  }

  #reportDrained(): void {
    if (this.#state === "open") this.#sink?.onDrain();
  }

  /** A sink may close the link in the middle of an arrival. */
  get #isReading(): boolean {
    return this.#state === "open";
  }

  /** All frames of the closing peer have been delivered: closes both ends, cleanly. */
  #end(peer: MemoryLink): void {
    const wasClosed = this.#state === "closed";
    this.#state = "closed";
    peer.#state = "closed";
    if (!wasClosed) this.#report();
    peer.#report();
  }

  #finishLater(error: SessionError | undefined): void {
    this.#inbox = [];
    this.#waitingBytes = 0;
    this.#endError = error;
    queueMicrotask(() => this.#report());
  }

  #report(): void {
    if (this.#sink === undefined || this.#isEndReported) return;
    this.#isEndReported = true;
    this.#sink.onClosed(this.#endError);
  }
}

/**
 * Makes two ends of one link: each receives what the other sends.
 * @throws TypeError, RangeError for an option that is not valid, with its name
 */
export function memoryLinkPair(options: MemoryLinkOptions = {}): [MemoryLink, MemoryLink] {
  checkOptions(options, memoryLinkChecks);
  const { description = "memory", maxWaitingBytes = defaultMaxWaitingBytes } = options;
  const first = new MemoryLink(description, maxWaitingBytes);
  const second = new MemoryLink(description, maxWaitingBytes);
  first.connectTo(second);
  second.connectTo(first);
  return [first, second];
}
