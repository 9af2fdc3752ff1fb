/**
 * Frames over the platform's `WebSocket`: one binary message is one frame. Source: `protocol/wire.md` §2.
 *
 * ```
 *   open ──close──► closing ──the close handshake is over──► closed
 *     └──── the peer closes, failure, a text message, abort ───►┘
 * ```
 *
 * A browser's WebSocket cannot stop reading, so the link has no `setReading`: the credit of channels and the limit of
 * requests bound the bytes that a peer can make this side hold. A WebSocket has no event for a drained buffer either,
 * so the link polls `bufferedAmount` while that is above {@link transportBufferBytes}.
 */
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import type { SessionError } from "../errors.js";
import { checkLimits } from "../limits.js";
import { boundaryFraming } from "../link/framing.js";
import type { Framing, Link, LinkSink } from "../link/link.js";
import { type FrameSizeLimits, type LinkRole, MessageSizes, roleCheck } from "../link/opening-limits.js";
import { closeError, noTextMessages } from "../link/websocket-close.js";
import { shownAddress } from "../options/address-text.js";
import { clock as checkClock, checkOptions, having, type OptionChecks } from "../options/checks.js";

/** The part of the platform's `WebSocket` that the link uses. */
export interface PlatformWebSocket {
  readonly url: string;
  readonly readyState: number;
  readonly bufferedAmount: number;
  binaryType: string;
  send(data: Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(
    type: "close",
    listener: (event: { readonly code: number; readonly reason: string }) => void,
  ): void;
}

/** How a link over a WebSocket behaves. */
export interface WebSocketLinkOptions {
  /** Which side opened the connection. In a browser always `initiator`, the default. */
  readonly role?: LinkRole | undefined;
  /** Default `defaultLimits`. */
  readonly limits?: FrameSizeLimits | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
}

export const webSocketLinkChecks: OptionChecks<WebSocketLinkOptions> = {
  role: roleCheck,
  limits: checkLimits,
  clock: checkClock,
};

/** The platform may hold this many bytes that count as sent: every message passes through its buffer. */
const transportBufferBytes = 64 * 1024;
/** Pause between two looks at `bufferedAmount`, ms: much shorter than a round trip, much longer than a look. */
const pollMs = 10;
/** `WebSocket.OPEN`. */
const openState = 1;
/** Status of a clean end, and of data that the link does not accept. Source: RFC 6455 §7.4.1. */
const normalClosure = 1000;
/** Browsers let applications send 1000 and codes from 3000 on only. */
const refusedData = 3003;

/**
 * Whether the platform sends the bytes that an array has later. The standard says that `send` takes the data as it is
 * at the call, and browsers copy it. workerd, the platform with a `WebSocketPair`, does not.
 */
function sendsLater(): boolean {
  return "WebSocketPair" in globalThis;
}

const socketCheck = /*@__PURE__*/ having("a WebSocket", "send", "close");

/** A link over an open WebSocket, which belongs to the link from then on. */
export class WebSocketLink implements Link {
  readonly framing: Framing = boundaryFraming;
  readonly remoteAddress: string;
  readonly #socket: PlatformWebSocket;
  readonly #sizes: MessageSizes;
  readonly #clock: Clock;
  readonly #copies = sendsLater();
  #sink: LinkSink | undefined = undefined;
  #state: "open" | "closing" | "closed" = "open";
  /** What went wrong, for a sink that comes later. */
  #fault: SessionError | undefined = undefined;
  /** Frames that arrived before the link had a sink. */
  #early: Uint8Array[] = [];
  /** Set while the platform holds more than it is allowed to. */
  #timer: TimerHandle | undefined = undefined;

  /**
   * @param socket open, with no message read yet
   * @throws TypeError for a socket that is not open
   */
  constructor(socket: PlatformWebSocket, options: WebSocketLinkOptions = {}) {
    checkOptions(options, webSocketLinkChecks);
    socketCheck(socket, "socket");
    if (socket.readyState !== openState) throw new TypeError("a WebSocketLink takes an open WebSocket");
    this.#socket = socket;
    // A socket of workerd has no URL on the side of the server.
    this.remoteAddress = shownAddress(socket.url ?? "");
    this.#sizes = new MessageSizes(options.role ?? "initiator", options.limits);
    this.#clock = options.clock ?? systemClock;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("message", ({ data }) => this.#onMessage(data));
    socket.addEventListener("close", ({ code, reason }) =>
      this.#finish(closeError(code, reason, this.remoteAddress)),
    );
  }

  get bufferedBytes(): number {
    if (this.#state === "closed") return 0;
    const { bufferedAmount } = this.#socket;
    return bufferedAmount > transportBufferBytes ? bufferedAmount : 0;
  }

  start(sink: LinkSink): void {
    if (this.#sink !== undefined) throw new TypeError("a link is started once");
    this.#sink = sink;
    queueMicrotask(() => this.#deliverEarly());
  }

  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    if (this.#state !== "open") return true;
    let from = start;
    for (let index = 0; index < count; index++) {
      const end = ends[index] ?? from;
      const message = this.#copies ? batch.slice(from, end) : batch.subarray(from, end);
      this.#socket.send(message as Uint8Array<ArrayBuffer>);
      from = end;
    }
    if (this.#timer === undefined && this.bufferedBytes > 0) this.#lookLater();
    return true;
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#socket.close(normalClosure);
  }

  abort(): void {
    if (this.#state === "closed") return;
    this.#state = "closing";
    this.#socket.close(normalClosure);
    // The platform has no way to drop what it holds. The peer may never answer the close, so the end is reported now.
    queueMicrotask(() => this.#finish(undefined));
  }

  #onMessage(data: unknown): void {
    if (this.#state !== "open") return;
    if (!(data instanceof ArrayBuffer)) {
      this.#refuse(noTextMessages());
      return;
    }
    const fault = this.#sizes.count(data.byteLength);
    if (fault !== undefined) {
      this.#refuse(fault);
      return;
    }
    const bytes = new Uint8Array(data);
    if (this.#sink === undefined || this.#early.length > 0) this.#early.push(bytes);
    else this.#deliver(this.#sink, bytes);
  }

  #deliver(sink: LinkSink, bytes: Uint8Array): void {
    sink.onFrame(bytes, 0, bytes.length);
    if (this.#state === "open") sink.onIdle();
  }

  #deliverEarly(): void {
    const sink = this.#sink;
    if (sink === undefined) return;
    for (let bytes = this.#early.shift(); bytes !== undefined; bytes = this.#early.shift()) {
      if (this.#state === "closing") break;
      sink.onFrame(bytes, 0, bytes.length);
      if (this.#early.length === 0 && this.#state === "open") sink.onIdle();
    }
    if (this.#state === "closed") sink.onClosed(this.#fault);
  }

  #refuse(fault: SessionError): void {
    this.#socket.close(refusedData, fault.message.slice(0, 100));
    this.#finish(fault);
  }

  #lookLater(): void {
    this.#timer = this.#clock.setTimer(pollMs, () => {
      this.#timer = undefined;
      if (this.#state !== "open") return;
      if (this.bufferedBytes > 0) this.#lookLater();
      else this.#sink?.onDrain();
    });
  }

  /** Reports the end, once. A local close is never a failure. */
  #finish(fault: SessionError | undefined): void {
    if (this.#state === "closed") return;
    this.#fault = this.#state === "open" ? fault : undefined;
    this.#state = "closed";
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    if (this.#sink !== undefined && this.#early.length === 0) this.#sink.onClosed(this.#fault);
  }
}
