/**
 * Frames over a WebSocket of the `ws` package, for both roles in Node: one binary message is one frame.
 * Source: `protocol/wire.md` §2.
 *
 * ```
 *   open ──close──► closing ──the close handshake is over──► closed
 *     └──── the peer closes, failure, a text message, abort ───►┘
 * ```
 *
 * The library answers pings. Compression is off: it costs more than it saves on small binary frames.
 *
 * The link writes its messages directly to the socket, many messages in one write. The library would keep several
 * objects for each message that waits for a slow peer. Frames of the library, like a pong, go between whole messages of
 * the link.
 */
import type { Socket } from "node:net";
import { SessionError } from "../errors.js";
import { checkLimits } from "../limits.js";
import { boundaryFraming } from "../link/framing.js";
import type { Framing, Link, LinkOrigin, LinkSink, UpgradeRequest } from "../link/link.js";
import {
  type FrameSizeLimits,
  type LinkRole,
  MessageSizes,
  roleCheck,
  tooLarge,
} from "../link/opening-limits.js";
import { closeError, noTextMessages } from "../link/websocket-close.js";
import { anyObject, checkOptions, having, type OptionChecks, text } from "../options/checks.js";
import { MessageFrames } from "./message-frames.js";
import { peerCertificate } from "./peer-certificate.js";
import { ReadingTurn } from "./reading-turn.js";
import { errorCode, socketError } from "./socket-errors.js";
import { WritingTurn } from "./writing-turn.js";

/**
 * The part of a WebSocket of the `ws` package that the link uses. The types of `ws` are a package of their own: if this
 * interface used them, applications would have to install that package.
 */
export interface NodeWebSocket {
  binaryType: string;
  on(event: "message", listener: (data: unknown, isBinary: boolean) => void): unknown;
  on(event: "error", listener: (fault: Error) => void): unknown;
  on(event: "close", listener: (code: number, reason: Buffer) => void): unknown;
  pause(): void;
  resume(): void;
  close(code?: number, reason?: string): void;
  terminate(): void;
}

/** How a link over a WebSocket of the `ws` package behaves. */
export interface WsLinkOptions {
  readonly role: LinkRole;
  /** Where the link leads, like `ws://127.0.0.1:4000/vox`. */
  readonly description: string;
  /** The request that became this WebSocket, on the acceptor's side. */
  readonly upgrade?: UpgradeRequest | undefined;
  /** The connection below the WebSocket. */
  readonly socket: Socket;
  /** Default `defaultLimits`. */
  readonly limits?: FrameSizeLimits | undefined;
}

export const wsLinkChecks: OptionChecks<WsLinkOptions> = {
  role: roleCheck,
  description: text,
  socket: having("a Socket", "on", "setNoDelay"),
  limits: checkLimits,
  upgrade: anyObject,
};

/** Most bytes that a frame's header has. Source: RFC 6455 §5.2. */
const largestHeaderBytes = 14;
/** Larger batches count as work of a turn. */
const largeBatchBytes = 64 * 1024;
const normalClosure = 1000;
const unsupportedData = 1003;
const messageTooBig = 1009;

/** A link over an open WebSocket, which belongs to the link from then on. */
export class WsLink implements Link {
  readonly framing: Framing = boundaryFraming;
  readonly remoteAddress: string;
  readonly origin: LinkOrigin;
  readonly #ws: NodeWebSocket;
  readonly #socket: Socket;
  readonly #frames: MessageFrames;
  readonly #sizes: MessageSizes;
  #sink: LinkSink | undefined = undefined;
  #state: "open" | "closing" | "closed" = "open";
  /** What went wrong, for a sink that comes later. */
  #fault: SessionError | undefined = undefined;
  /** Whether not all bytes have left, so that `onDrain` is to come. */
  #isBehind = false;
  /** Set between the first message of an arrival and its `onIdle`. */
  #isArriving = false;
  /** Messages that wait for the next turn: the library gives out all of a chunk, even when it is paused. */
  #waiting: Buffer[] = [];
  readonly #turn = new ReadingTurn();
  readonly #writing = new WritingTurn();
  /** Whether the link waits while other links have their turn. */
  #isResting = false;
  /** Whether the owner wants nothing delivered. */
  #isHeld = false;
  /** Bytes that the connection had read when the last of the opening messages arrived. */
  #readBytes: number;

  /** @throws TypeError, RangeError for an option that is not valid, with its name */
  constructor(ws: NodeWebSocket, options: WsLinkOptions) {
    checkOptions(options, wsLinkChecks);
    const { role, description, socket, limits, upgrade } = options;
    this.#ws = ws;
    this.#socket = socket;
    this.remoteAddress = description;
    this.origin = {
      transport: "ws",
      peerAddress: socket.remoteAddress,
      upgrade,
      peerCertificate: peerCertificate(socket),
    };
    this.#frames = new MessageFrames(role === "initiator");
    this.#sizes = new MessageSizes(role, limits);
    this.#readBytes = socket.bytesRead;
    ws.binaryType = "nodebuffer";
    socket.setNoDelay(true);
    socket.on("data", this.#onBytes);
    ws.on("message", this.#onMessage);
    ws.on("error", (fault) => this.#fail(fault));
    ws.on("close", (code, reason) =>
      this.#finish(closeError(code, reason.toString("utf8"), this.remoteAddress)),
    );
    // Nothing is delivered before the link has a sink.
    ws.pause();
  }

  get bufferedBytes(): number {
    return this.#state === "closed" ? 0 : this.#socket.writableLength;
  }

  start(sink: LinkSink): void {
    if (this.#sink !== undefined) throw new TypeError("a link is started once");
    this.#sink = sink;
    if (this.#state === "closed") queueMicrotask(() => sink.onClosed(this.#fault));
    else this.#ws.resume();
  }

  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    if (this.#state !== "open" || count === 0) return true;
    const socket = this.#socket;
    const frames = this.#frames;
    let at = start;
    for (let from = 0, to = 0; from < count; from = to) {
      to = frames.pieceEnd(at, ends, from, count);
      socket.write(frames.write(batch, at, ends, from, to), to === count ? this.#onWritten : undefined);
      at = ends[to - 1] ?? at;
    }
    if (at - start > largeBatchBytes) this.#writing.spend(at - start);
    if (socket.writableLength > 0) this.#isBehind = true;
    // Everything was copied.
    return true;
  }

  setReading(isReading: boolean): void {
    if (this.#state !== "open") return;
    this.#isHeld = !isReading;
    if (!isReading) this.#ws.pause();
    else if (this.#waiting.length > 0) this.#rest();
    else if (!this.#isResting) this.#ws.resume();
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#waiting = [];
    this.#ws.close(normalClosure);
    this.#ws.resume();
  }

  abort(): void {
    if (this.#state === "closed") return;
    this.#state = "closing";
    this.#ws.terminate();
  }

  readonly #onMessage = (data: unknown, isBinary: boolean): void => {
    if (this.#state !== "open") return;
    if (!isBinary || !Buffer.isBuffer(data)) {
      this.#refuse(unsupportedData, noTextMessages());
      return;
    }
    const fault = this.#sizes.count(data.length);
    if (fault !== undefined) {
      this.#refuse(messageTooBig, fault);
      return;
    }
    this.#readBytes = this.#socket.bytesRead;
    if (!this.#sizes.isOpening) this.#socket.off("data", this.#onBytes);
    if (this.#isResting || this.#waiting.length > 0) {
      this.#waiting.push(data);
      return;
    }
    if (!this.#isArriving) {
      this.#isArriving = true;
      this.#turn.begin();
      // The library hands over all messages of a chunk before this task ends.
      queueMicrotask(this.#onArrived);
    }
    this.#deliver(data);
    if (this.#turn.isOver) this.#rest();
  };

  #deliver(data: Buffer): void {
    // A plain array: two kinds of arrays would slow all decoders down.
    this.#sink?.onFrame(new Uint8Array(data.buffer, data.byteOffset, data.length), 0, data.length);
    this.#turn.count(data.length);
  }

  /** Lets other links have their turn. */
  #rest(): void {
    if (this.#isResting || this.#state !== "open") return;
    this.#isResting = true;
    this.#ws.pause();
    setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#isResting = false;
    if (this.#state !== "open" || this.#isHeld) return;
    this.#turn.begin();
    this.#deliverWaiting();
    if (this.#waiting.length > 0) this.#rest();
    else if (this.#state === "open" && !this.#isHeld) this.#ws.resume();
  };

  /** Delivers waiting messages until the turn is over. */
  #deliverWaiting(): void {
    const waiting = this.#waiting;
    let delivered = 0;
    while (delivered < waiting.length && !this.#turn.isOver && this.#state === "open")
      this.#deliver(waiting[delivered++] as Buffer);
    if (this.#state !== "open") return;
    waiting.splice(0, delivered);
    if (delivered > 0) this.#sink?.onIdle();
  }

  readonly #onArrived = (): void => {
    this.#isArriving = false;
    if (this.#state === "open") this.#sink?.onIdle();
  };

  /**
   * The library has one limit for all messages, and waits for the last byte of a message. The first messages have
   * smaller limits, so that an unknown peer cannot make this side hold a large message: their bytes are counted as they
   * arrive.
   */
  readonly #onBytes = (): void => {
    const held = this.#socket.bytesRead - this.#readBytes;
    const { limit } = this.#sizes;
    // The chunk may hold further messages, so only a count far above the limit is certain.
    if (held > limit + largestHeaderBytes + 64 * 1024) this.#refuse(messageTooBig, tooLarge(held, limit));
  };

  readonly #onWritten = (): void => {
    if (!this.#isBehind || this.#state !== "open" || this.#socket.writableLength > 0) return;
    if (this.#writing.defer(this.#onWritten)) return;
    this.#isBehind = false;
    this.#sink?.onDrain();
  };

  #refuse(code: number, fault: SessionError): void {
    if (this.#sizes.hasTaken) this.#sink?.onRefused?.(fault);
    // The sink may have closed the link: frames that it has sent still leave.
    if (this.#isEnding) return;
    this.#ws.close(code, fault.message.slice(0, 100));
    this.#finish(fault);
    // The peer gets the close message if its connection takes it at once; no timer waits for its answer.
    setImmediate(() => this.#ws.terminate());
  }

  get #isClosed(): boolean {
    return this.#state === "closed";
  }

  /** A sink may close the link in the middle of an arrival. */
  get #isEnding(): boolean {
    return this.#state !== "open";
  }

  /** Errors of the library have codes that begin with `WS_ERR`; other errors are from the connection. */
  #fail(fault: Error): void {
    const code = errorCode(fault);
    const isLibrarys = code?.startsWith("WS_ERR") === true;
    this.#finish(
      isLibrarys
        ? new SessionError("Protocol", `protocol error: ${this.remoteAddress}: ${fault.message}`, {
            cause: fault,
          })
        : socketError(fault, this.remoteAddress),
    );
    this.#ws.terminate();
  }

  /** Reports the end, once. A local close is never a failure. */
  #finish(fault: SessionError | undefined): void {
    if (this.#state === "closed") return;
    // What had arrived before the end comes before it.
    while (this.#waiting.length > 0 && !this.#isHeld && !this.#isEnding) {
      this.#turn.begin();
      this.#deliverWaiting();
    }
    if (this.#isClosed) return;
    this.#fault = this.#state === "open" ? fault : undefined;
    this.#state = "closed";
    this.#waiting = [];
    this.#socket.off("data", this.#onBytes);
    this.#sink?.onClosed(this.#fault);
  }
}
