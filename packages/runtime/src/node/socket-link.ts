/**
 * Frames over a byte stream: a socket of TCP, TLS or this machine, or any `Duplex` of Node (`linkOf`).
 *
 * ```
 *   open ──close──► closing ──the peer has closed, too──► closed
 *     └──── end of stream, failure, broken framing, abort ───►┘
 * ```
 *
 * While `closing`, the link sends the frames that wait, then the end of the stream. It reads and drops all bytes that
 * arrive: a socket that is closed over unread bytes resets the connection and loses the last frames. The caller of
 * `close` limits that time with `abort`. Source: `protocol/wire.md` §2.
 */
import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { SessionError } from "../errors.js";
import { checkLimits, defaultLimits } from "../limits.js";
import { FrameDecoder, localFraming, type StreamFraming, streamFraming } from "../link/framing.js";
import type { Framing, Link, LinkOrigin, LinkSink } from "../link/link.js";
import { type FrameSizeLimits, type LinkRole, openingLimits, roleCheck } from "../link/opening-limits.js";
import { anyObject, checkOptions, type OptionChecks, text } from "../options/checks.js";
import { formatAddress, type SocketAddress } from "./address.js";
import { peerCertificate } from "./peer-certificate.js";
import { ReadingTurn } from "./reading-turn.js";
import { socketError } from "./socket-errors.js";
import { WritingTurn } from "./writing-turn.js";

/** Silence after which the kernel asks whether the peer's machine is still there, ms. */
const probeAfterMs = 60_000;

/**
 * Bytes that the socket gets at once. A socket reports unsent bytes only for whole writes: with pieces, the link sees
 * that a slow peer reads a large batch.
 */
const pieceBytes = 64 * 1024;
/** Batches up to here are not cut: most of a stream, whose batches are a little larger than a piece. */
const wholeBytes = 2 * pieceBytes;

/** As much as the platform reads at once: more may follow within the same turn. */
const wholeReadBytes = 64 * 1024;

/** How a link over a socket behaves. */
export interface SocketLinkOptions {
  /** Which side opened the connection: it decides how many of the first frames must be small. */
  readonly role: LinkRole;
  /**
   * Where the link leads, or where it was taken. Used in texts, and for the form of the frames, which differs on Unix
   * sockets. Default the peer's TCP address.
   */
  readonly address?: SocketAddress | undefined;
  /** The peer in error texts and for observers. Default the address. */
  readonly description?: string | undefined;
  /** Default {@link defaultLimits}. */
  readonly limits?: FrameSizeLimits | undefined;
}

export const socketLinkChecks: OptionChecks<SocketLinkOptions> = {
  role: roleCheck,
  address: anyObject,
  description: text,
  limits: checkLimits,
};

/** A link over a connected stream, which belongs to the link from then on. */
export class SocketLink implements Link {
  readonly framing: Framing;
  readonly remoteAddress: string;
  readonly origin: LinkOrigin;
  readonly #stream: Duplex;
  /** The stream, if it is a socket: the kernel copies written bytes, and the socket counts the bytes that it reads. */
  readonly #socket: Socket | undefined;
  #readBytes = 0;
  readonly #decoder: FrameDecoder;
  #sink: LinkSink | undefined = undefined;
  #state: "open" | "closing" | "closed" = "open";
  /** What went wrong, for a sink that comes later. */
  #fault: SessionError | undefined = undefined;
  /** Whether the kernel did not take all at once, so that `onDrain` is owed. */
  #isBehind = false;
  /** Pieces that wait because the kernel takes no more; the socket gets them one after the other. */
  #backlog: Buffer[] = [];
  #backlogBytes = 0;
  readonly #turn = new ReadingTurn();
  readonly #writing = new WritingTurn();
  /** Whether the next chunk belongs to the same turn. */
  #isTurnOpen = false;
  /** Whether the link waits while other links have their turn. */
  #isResting = false;
  /** Whether the owner wants nothing delivered. */
  #isHeld = false;

  /** @throws TypeError, RangeError for an option that is not valid, with its name */
  constructor(stream: Duplex, options: SocketLinkOptions) {
    checkOptions(options, socketLinkChecks);
    const { role, address, description, limits = defaultLimits } = options;
    const { maxFrameBytes } = limits;
    const socket = stream instanceof Socket ? stream : undefined;
    this.#stream = stream;
    this.#socket = socket;
    this.remoteAddress =
      description ?? (address === undefined ? describePeer(socket) : formatAddress(address));
    this.origin = originOf(socket, address);
    const framing = framingOf(address);
    this.framing = framing;
    const opening = openingLimits(role, limits);
    this.#decoder = new FrameDecoder(
      { maxFrameBytes, opening },
      (bytes, start, end) => {
        this.#sink?.onFrame(bytes, start, end);
        this.#turn.count(end - start);
        if (this.#turn.isOver) this.#decoder.pause();
      },
      framing,
    );
    // For TCP only; Unix sockets and pipes ignore both.
    socket?.setNoDelay(true);
    socket?.setKeepAlive(true, probeAfterMs);
    stream.on("error", (fault) => this.#finish(socketError(fault, this.remoteAddress)));
    stream.on("close", () => this.#finish(socket === undefined ? cutShort(this.remoteAddress) : undefined));
  }

  get bufferedBytes(): number {
    return this.#state === "closed" ? 0 : this.#stream.writableLength + this.#backlogBytes;
  }

  get receivedBytes(): number {
    return this.#socket === undefined ? this.#readBytes : this.#socket.bytesRead;
  }

  start(sink: LinkSink): void {
    if (this.#sink !== undefined) throw new TypeError("a link is started once");
    this.#sink = sink;
    if (this.#state === "closed") {
      queueMicrotask(() => sink.onClosed(this.#fault));
      return;
    }
    // Bytes that arrived before have waited in the stream, which stops reading when its buffer is full.
    this.#stream.on("end", () => this.#onEnd());
    this.#stream.on("data", this.#onData);
    this.#stream.resume();
  }

  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    const end = ends[count - 1];
    if (this.#state !== "open" || count === 0 || end === undefined) return true;
    // A view: neither this nor the socket copies. The callback is always the same, so that a batch costs no closure.
    const view = Buffer.from(batch.buffer, batch.byteOffset + start, end - start);
    if (this.#backlogBytes !== 0 || view.length > wholeBytes) {
      this.#backlog.push(view);
      this.#backlogBytes += view.length;
      this.#writeBacklog();
    } else {
      this.#stream.write(view, this.#onWritten);
    }
    // A socket tries the kernel inside `write`. Nothing is left only when the kernel has copied every byte; otherwise
    // the view is kept until it has. Other streams may pass the view on, so they keep it always.
    if (this.bufferedBytes === 0) return this.#socket !== undefined;
    this.#isBehind = true;
    return false;
  }

  setReading(isReading: boolean): void {
    if (this.#state !== "open") return;
    this.#isHeld = !isReading;
    if (!isReading) this.#stream.pause();
    else if (this.#decoder.isBehind) this.#rest();
    else if (!this.#isResting) this.#stream.resume();
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#decoder.stop();
    // The socket ends by itself when the peer does: it must have the rest by then.
    for (const rest of this.#backlog.splice(0)) this.#stream.write(rest);
    this.#backlogBytes = 0;
    this.#stream.end();
    this.#stream.resume();
  }

  abort(): void {
    if (this.#state === "closed") return;
    this.#state = "closing";
    this.#decoder.stop();
    this.#stream.destroy();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#readBytes += chunk.length;
    // A plain array: a Buffer's `slice` shares memory, and two kinds of arrays would slow all decoders down.
    const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
    if (!this.#isTurnOpen) this.#turn.begin();
    this.#isTurnOpen = chunk.length >= wholeReadBytes;
    this.#onParsed(this.#decoder.push(bytes));
    if (this.#isTurnOpen && this.#turn.look()) this.#decoder.pause();
    if (this.#turn.isOver) this.#rest();
  };

  #onParsed(fault: SessionError | undefined): void {
    if (fault !== undefined) {
      if (this.#decoder.hasRead) this.#sink?.onRefused?.(fault);
      // The sink may have closed the link: frames that it has sent still leave.
      if (this.#state !== "open") return;
      this.#finish(fault);
      this.#stream.destroy();
    } else if (this.#state === "open") {
      this.#sink?.onIdle();
    }
  }

  /** A sink may abort the link in the middle of an arrival. */
  get #isEnded(): boolean {
    return this.#state === "closed";
  }

  /** Lets other links have their turn. */
  #rest(): void {
    if (this.#isResting || this.#state !== "open") return;
    this.#isResting = true;
    this.#stream.pause();
    setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#isResting = false;
    if (this.#state !== "open" || this.#isHeld) return;
    this.#turn.begin();
    this.#isTurnOpen = false;
    if (this.#decoder.isBehind) this.#onParsed(this.#decoder.resume());
    if (this.#turn.isOver) this.#rest();
    else if (this.#state === "open" && !this.#isHeld) this.#stream.resume();
  };

  /** The peer sends nothing more. It has ended the session, so it does not need the frames that it has not read. */
  #onEnd(): void {
    if (this.#state !== "open") return;
    const isBehind = this.bufferedBytes > 0;
    this.#finish(this.#decoder.finish());
    this.#stream.end();
    if (isBehind) this.#stream.destroy();
  }

  readonly #onWritten = (): void => {
    if (!this.#isBehind || this.#state !== "open" || this.#writing.defer(this.#onWritten)) return;
    if (this.#backlogBytes !== 0) this.#writeBacklog();
    if (this.bufferedBytes > 0) return;
    this.#isBehind = false;
    this.#sink?.onDrain();
  };

  /** Gives the socket as much of the backlog as the kernel takes, and one piece more. */
  #writeBacklog(): void {
    const stream = this.#stream;
    const backlog = this.#backlog;
    let written = 0;
    while (written < backlog.length && stream.writableLength === 0 && !this.#writing.defer(this.#onWritten)) {
      const first = backlog[written] as Buffer;
      const piece = first.subarray(0, pieceBytes);
      if (piece.length === first.length) written += 1;
      else backlog[written] = first.subarray(pieceBytes);
      this.#backlogBytes -= piece.length;
      this.#writing.spend(piece.length);
      stream.write(piece, this.#onWritten);
    }
    if (written > 0) backlog.splice(0, written);
  }

  /** Reports the end, once. A side that has closed the link itself gets no error of a later failure. */
  #finish(fault: SessionError | undefined): void {
    if (this.#state === "closed") return;
    // What had arrived before the end comes before it.
    while (this.#decoder.isBehind && !this.#isHeld) this.#decoder.resume();
    if (this.#isEnded) return;
    this.#fault = this.#state === "open" ? fault : undefined;
    this.#state = "closed";
    this.#decoder.stop();
    this.#sink?.onClosed(this.#fault);
  }
}

/** Unix sockets have their own framing, because they can carry file descriptors. Pipes of Windows use that of TCP. */
function framingOf(address: SocketAddress | undefined): StreamFraming {
  const isUnix = address !== undefined && "path" in address && process.platform !== "win32";
  return isUnix ? localFraming : streamFraming;
}

function describePeer(socket: Socket | undefined): string {
  if (socket === undefined) return "stream:";
  const scheme = socket instanceof TLSSocket ? "tls" : "tcp";
  const { remoteAddress, remotePort } = socket;
  // The peer may be gone before anyone has looked.
  if (remoteAddress === undefined || remotePort === undefined) return `${scheme}://(closed)`;
  return formatAddress({ host: remoteAddress, port: remotePort }).replace("tcp", scheme);
}

function originOf(socket: Socket | undefined, address: SocketAddress | undefined): LinkOrigin {
  if (address !== undefined && "path" in address) return { transport: "local" };
  if (socket === undefined) return { transport: "stream" };
  const { remoteAddress: peerAddress } = socket;
  if (!(socket instanceof TLSSocket)) return { transport: "tcp", peerAddress };
  return { transport: "tls", peerAddress, peerCertificate: peerCertificate(socket) };
}

/** The error for a stream other than a socket: such a stream reports no reset. */
function cutShort(place: string): SessionError {
  return new SessionError("Io", `io error: ${place} was destroyed before its end`);
}
