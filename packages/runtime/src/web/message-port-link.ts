/**
 * Frames between two contexts of one program: windows, frames, workers, shared workers, service workers, and Node's
 * worker threads. Both ends are links of this class, so this module also defines the form of the messages.
 *
 * ```
 *   open ──close──► closing ──the peer has confirmed──► closed
 *     └──── the peer closes, failure, abort, overflow ───►┘
 * ```
 *
 * A message port has no backpressure of its own. So the receiver confirms each batch when its session has taken the
 * batch, and unconfirmed bytes count as buffered.
 */
import { SessionError } from "../errors.js";
import { checkLimits } from "../limits.js";
import { boundaryFraming } from "../link/framing.js";
import type { Framing, Link, LinkSink } from "../link/link.js";
import { type FrameSizeLimits, type LinkRole, MessageSizes, roleCheck } from "../link/opening-limits.js";
import { bound, checkOptions, type OptionChecks, text } from "../options/checks.js";

/** An object that sends and receives messages: a `MessagePort`, a `Worker`, or the global scope of a worker. */
export interface MessageEndpoint {
  postMessage(message: unknown, transfer: ArrayBuffer[]): void;
  addEventListener(type: "message" | "messageerror" | "close", listener: (event: object) => void): void;
  removeEventListener(type: "message" | "messageerror" | "close", listener: (event: object) => void): void;
  /** For ports: a port keeps messages until `start` is called. */
  start?(): void;
  /** For ports. */
  close?(): void;
}

/** How a link over a message port behaves. */
export interface MessagePortLinkOptions {
  /** Which side opens the session. */
  readonly role: LinkRole;
  /** Where the link leads, for error texts and observers. Default `message-port:`. */
  readonly description?: string | undefined;
  /** Default `defaultLimits`. */
  readonly limits?: FrameSizeLimits | undefined;
  /**
   * Bytes that may wait for a session that does not read. Past this bound the link fails with `Io`. A peer that
   * respects `bufferedBytes`, as sessions do, stays far below it. Default 64 MiB.
   */
  readonly maxWaitingBytes?: number | undefined;
}

export const messagePortLinkChecks: OptionChecks<MessagePortLinkOptions> = {
  role: roleCheck,
  description: text,
  limits: checkLimits,
  maxWaitingBytes: bound,
};

const defaultMaxWaitingBytes = 64 * 1024 * 1024;

/** Marks the messages of a link, because an endpoint may carry other messages, too. */
const mark = "vox";

/** The kinds of messages, with what follows the mark. */
const Kind = {
  /** Frames: a buffer and the end of each frame in it. */
  Batch: 0,
  /** Bytes of batches that the receiver has taken. */
  Taken: 1,
  /** No frames follow; confirmed with the same message. */
  Close: 2,
} as const;

interface Batch {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
}

/** A link over a message port, which belongs to the link from then on. */
export class MessagePortLink implements Link {
  readonly framing: Framing = boundaryFraming;
  readonly remoteAddress: string;
  readonly #endpoint: MessageEndpoint;
  readonly #sizes: MessageSizes;
  readonly #maxWaitingBytes: number;
  #sink: LinkSink | undefined = undefined;
  #state: "open" | "closing" | "closed" = "open";
  #fault: SessionError | undefined = undefined;
  #isEndReported = false;
  #isHeld = false;
  /** Batches that the session has not taken. */
  readonly #inbox: Batch[] = [];
  #waitingBytes = 0;
  #hasPeerClosed = false;
  /** Bytes that the peer has not confirmed. */
  #unconfirmedBytes = 0;

  /** @throws TypeError, RangeError for an option that is not valid, with its name */
  constructor(endpoint: MessageEndpoint, options: MessagePortLinkOptions) {
    checkOptions(options, messagePortLinkChecks);
    this.#endpoint = endpoint;
    this.remoteAddress = options.description ?? "message-port:";
    this.#sizes = new MessageSizes(options.role, options.limits);
    this.#maxWaitingBytes = options.maxWaitingBytes ?? defaultMaxWaitingBytes;
    endpoint.addEventListener("message", this.#onMessage);
    endpoint.addEventListener("messageerror", this.#onUnreadable);
    endpoint.addEventListener("close", this.#onPortClosed);
    endpoint.start?.();
  }

  get bufferedBytes(): number {
    return this.#state === "closed" ? 0 : this.#unconfirmedBytes;
  }

  start(sink: LinkSink): void {
    if (this.#sink !== undefined) throw new TypeError("a link is started once");
    this.#sink = sink;
    queueMicrotask(() => {
      this.#deliver();
      if (this.#state === "closed") this.#report();
    });
  }

  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    const end = ends[count - 1];
    if (this.#state !== "open" || end === undefined) return true;
    // One copy, which is transferred to the receiver.
    const bytes = batch.slice(start, end);
    const own = Array.from({ length: count }, (_, index) => (ends[index] ?? end) - start);
    this.#unconfirmedBytes += bytes.length + count;
    this.#endpoint.postMessage([mark, Kind.Batch, bytes.buffer, own], [bytes.buffer]);
    return true;
  }

  setReading(isReading: boolean): void {
    this.#isHeld = !isReading;
    if (isReading) queueMicrotask(() => this.#deliver());
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#inbox.length = 0;
    this.#post([mark, Kind.Close]);
    if (this.#hasPeerClosed) this.#finish(undefined);
  }

  abort(): void {
    if (this.#state === "closed") return;
    if (this.#state === "open") this.#post([mark, Kind.Close]);
    this.#state = "closing";
    this.#finish(undefined);
  }

  readonly #onMessage = (event: object): void => {
    const data: unknown = "data" in event ? event.data : undefined;
    if (!Array.isArray(data) || data[0] !== mark || this.#state === "closed") return;
    const [, kind, first, second] = data as readonly unknown[];
    if (kind === Kind.Batch) this.#onBatch(first, second);
    else if (kind === Kind.Taken) this.#onTaken(first);
    else if (kind === Kind.Close) this.#onPeerClosed();
    else this.#fail(`an unknown message of kind ${String(kind)}`);
  };

  #onBatch(buffer: unknown, ends: unknown): void {
    if (this.#state !== "open") return;
    if (!(buffer instanceof ArrayBuffer) || !areEnds(ends, buffer.byteLength)) {
      this.#fail("a batch of frames that is none");
      return;
    }
    let from = 0;
    for (const end of ends) {
      const fault = this.#sizes.count(end - from);
      if (fault !== undefined) {
        this.#finish(fault);
        return;
      }
      from = end;
    }
    this.#inbox.push({ bytes: new Uint8Array(buffer), ends });
    this.#waitingBytes += buffer.byteLength;
    if (this.#waitingBytes > this.#maxWaitingBytes) {
      const text = `io error: more than ${this.#maxWaitingBytes} bytes wait for a reader (option maxWaitingBytes)`;
      this.#finish(new SessionError("Io", text));
    } else {
      this.#deliver();
    }
  }

  #onTaken(bytes: unknown): void {
    if (typeof bytes !== "number" || !(bytes >= 0 && bytes <= this.#unconfirmedBytes)) {
      this.#fail("a confirmation of bytes that were not sent");
      return;
    }
    this.#unconfirmedBytes -= bytes;
    if (this.#unconfirmedBytes === 0 && bytes > 0 && this.#state === "open") this.#sink?.onDrain();
  }

  #onPeerClosed(): void {
    this.#hasPeerClosed = true;
    if (this.#state === "closing") this.#finish(undefined);
    else this.#deliver();
  }

  readonly #onUnreadable = (): void => this.#fail("a message that cannot be read here");

  /** The other context is gone. Everything that it posted has arrived before. */
  readonly #onPortClosed = (): void => {
    this.#hasPeerClosed = true;
    if (this.#inbox.length === 0 || this.#state !== "open") this.#finish(undefined);
  };

  get #canDeliver(): boolean {
    return this.#state === "open" && !this.#isHeld;
  }

  #deliver(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    let taken = 0;
    while (this.#canDeliver) {
      const batch = this.#inbox.shift();
      if (batch === undefined) break;
      this.#waitingBytes -= batch.bytes.length;
      taken += batch.bytes.length + batch.ends.length;
      this.#deliverBatch(batch, sink);
    }
    if (taken > 0 && this.#state === "open") {
      sink.onIdle();
      this.#post([mark, Kind.Taken, taken]);
    }
    if (this.#hasPeerClosed && this.#inbox.length === 0 && this.#state === "open") {
      this.#post([mark, Kind.Close]);
      this.#finish(undefined);
    }
  }

  #deliverBatch({ bytes, ends }: Batch, sink: LinkSink): void {
    let from = 0;
    for (const end of ends) {
      if (this.#state !== "open") return;
      sink.onFrame(bytes, from, end);
      from = end;
    }
  }

  #post(message: readonly unknown[]): void {
    this.#endpoint.postMessage(message, []);
  }

  #fail(what: string): void {
    this.#finish(new SessionError("Protocol", `protocol error: ${this.remoteAddress} received ${what}`));
  }

  #finish(fault: SessionError | undefined): void {
    if (this.#state === "closed") return;
    const isLocal = this.#state === "closing";
    if (!isLocal && !this.#hasPeerClosed) this.#post([mark, Kind.Close]);
    this.#fault = isLocal ? undefined : fault;
    this.#state = "closed";
    this.#inbox.length = 0;
    const endpoint = this.#endpoint;
    endpoint.removeEventListener("message", this.#onMessage);
    endpoint.removeEventListener("messageerror", this.#onUnreadable);
    endpoint.removeEventListener("close", this.#onPortClosed);
    endpoint.close?.();
    queueMicrotask(() => this.#report());
  }

  #report(): void {
    if (this.#sink === undefined || this.#isEndReported) return;
    this.#isEndReported = true;
    this.#sink.onClosed(this.#fault);
  }
}

/** Whether these are ascending end offsets of frames that fill a buffer. */
function areEnds(ends: unknown, length: number): ends is readonly number[] {
  if (!Array.isArray(ends) || ends.length === 0) return false;
  let from = 0;
  for (const end of ends) {
    if (!Number.isInteger(end) || end < from || end > length) return false;
    from = end;
  }
  return from === length;
}
