/**
 * Frames on byte streams: a header with the body's length, then the body. Source: `protocol/wire.md` §2.
 *
 * {@link FrameDecoder} finds the frames of a stream that arrives in chunks cut at any byte:
 *
 * ```
 *   header (part of it here) ──last byte, length fits──► body ──last byte──► header
 *          │ length too large, or descriptors               │
 *          └────────────► failed ◄───────── end of stream ──┘
 * ```
 */
import { SessionError } from "../errors.js";
import { describeForeignBytes } from "./foreign-bytes.js";
import type { Framing } from "./link.js";

/** Memory allocated for an announced length before its bytes arrive; frames up to this size are allocated once. */
const firstAllocation = 64 * 1024;
/**
 * Larger frames grow by this factor, so that a peer sends at least a quarter of the bytes that it makes this side hold.
 */
const growth = 4;
/** Bytes of the stream's beginning that are kept to recognise other protocols. */
const recognisedBytes = 12;
const nothing = new Uint8Array(0);
/** One more than the largest length that a header can say. */
const lengthRange = 2 ** 32;
/** The most descriptors that a system passes with one frame; a first frame with more is another protocol. */
const maxDescriptors = 253;

/** Framing of a byte stream, where headers are read, too. */
export interface StreamFraming extends Framing {
  /**
   * Reads the header at `at`, all of which is there.
   * @returns bytes of the body; from 2³² on, which no limit allows, 2³² times the number of descriptors that come with
   *   it
   */
  readSize(bytes: Uint8Array, at: number): number;
}

/** Framing of byte streams: a 32-bit little-endian length. */
export const streamFraming: StreamFraming = {
  headerBytes: 4,
  writeHeader: writeWord,
  readSize: readWord,
};

/** Framing of Unix sockets: the length, then the number of file descriptors that come with the body. Vox sends none. */
export const localFraming: StreamFraming = {
  headerBytes: 8,
  writeHeader(buffer, offset, bodyBytes) {
    writeWord(buffer, offset, bodyBytes);
    writeWord(buffer, offset + 4, 0);
  },
  readSize(bytes, at) {
    const descriptors = readWord(bytes, at + 4);
    return descriptors === 0 ? readWord(bytes, at) : descriptors * lengthRange;
  },
};

/** Framing of transports that keep boundaries by themselves: none. */
export const boundaryFraming: Framing = {
  headerBytes: 0,
  writeHeader() {
    // There is no header.
  },
};

/** How large frames may be. */
export interface FrameLimits {
  /** Bytes of a frame's body. */
  readonly maxFrameBytes: number;
  /** Lower bounds for the first frames of the stream, in order: prologue and handshake are small. Default none. */
  readonly opening?: readonly number[] | undefined;
}

/** Takes one frame: `bytes[start, end)`. */
export type FrameHandler = (bytes: Uint8Array, start: number, end: number) => void;

/** Finds frames in a byte stream. Chunks are parsed in place; only a frame that spans several chunks is copied. */
export class FrameDecoder {
  readonly #onFrame: FrameHandler;
  readonly #limits: FrameLimits;
  readonly #framing: StreamFraming;
  readonly #headerBytes: number;
  /** Below {@link lengthRange}, so that descriptors are above every limit. */
  readonly #maxFrameBytes: number;
  /** Bytes of a partial header, and how many of them have arrived. */
  readonly #header: Uint8Array;
  #headerHeld = 0;
  /** A partial frame: its memory so far, its size, and how many bytes of it have arrived. */
  #body: Uint8Array = nothing;
  #bodyBytes = -1;
  #bodyHeld = 0;
  #frames = 0;
  /** The stream's first bytes, until the first frame has been given out. */
  #opening: Uint8Array = nothing;
  #isStopped = false;
  #isPaused = false;
  /** The rest of a chunk, which waits for {@link resume}. */
  #rest: Uint8Array = nothing;

  /** @param framing how the stream says where frames end. Default {@link streamFraming} */
  constructor(limits: FrameLimits, onFrame: FrameHandler, framing: StreamFraming = streamFraming) {
    this.#limits = limits;
    this.#onFrame = onFrame;
    this.#framing = framing;
    this.#headerBytes = framing.headerBytes;
    this.#maxFrameBytes = Math.min(limits.maxFrameBytes, lengthRange - 1);
    this.#header = new Uint8Array(framing.headerBytes);
  }

  /** No more frames are given out, even of a chunk that is being parsed. */
  stop(): void {
    this.#isStopped = true;
    this.#body = nothing;
    this.#rest = nothing;
  }

  /** No frame is given out before {@link resume}: the rest of the current chunk waits. */
  pause(): void {
    this.#isPaused = true;
  }

  /** Whether a frame has been given out: then the peer speaks Vox. */
  get hasRead(): boolean {
    return this.#frames > 0;
  }

  /** Whether part of a chunk waits. */
  get isBehind(): boolean {
    return this.#rest.length !== 0;
  }

  /** Gives out the frames that have waited. @returns as {@link push} */
  resume(): SessionError | undefined {
    const rest = this.#rest;
    this.#rest = nothing;
    return this.push(rest);
  }

  /**
   * Parses a chunk; its memory must not change afterwards. Not called while {@link isBehind}.
   * @returns the error that ends the stream, `Protocol`, when the peer announced a frame that is too large, or one with
   * file descriptors
   */
  push(chunk: Uint8Array): SessionError | undefined {
    const { length } = chunk;
    const framing = this.#framing;
    const headerBytes = this.#headerBytes;
    this.#isPaused = false;
    if (this.#frames === 0 && this.#opening.length < recognisedBytes) this.#keepOpening(chunk);
    let at = 0;
    while (!this.#isStopped) {
      if (this.#bodyBytes < 0) {
        const size = this.#headerHeld === 0 && length - at >= headerBytes ? framing.readSize(chunk, at) : -1;
        if (size < 0) {
          at = this.#fillHeader(chunk, at);
          if (this.#headerHeld < headerBytes) return undefined;
          this.#headerHeld = 0;
          this.#bodyBytes = framing.readSize(this.#header, 0);
        } else {
          at += headerBytes;
          this.#bodyBytes = size;
        }
        if (this.#bodyBytes > this.#currentLimit) return this.#refuse(this.#bodyBytes);
      }
      at = this.#bodyHeld === 0 ? this.#takeWhole(chunk, at) : this.#fillBody(chunk, at);
      if (this.#bodyBytes >= 0) return undefined;
      if (this.#isPaused && !this.#isStopped) {
        this.#rest = chunk.subarray(at);
        return undefined;
      }
    }
    return undefined;
  }

  /** The stream has ended. @returns the error `Io` when it ended inside a frame */
  finish(): SessionError | undefined {
    const inHeader = this.#bodyBytes < 0;
    if (inHeader && this.#headerHeld === 0) return undefined;
    const held = inHeader ? this.#headerHeld : this.#bodyHeld;
    const total = inHeader ? this.#headerBytes : this.#bodyBytes;
    const part = inHeader ? "header" : "body";
    const foreign = this.#frames === 0 ? describeForeignBytes(this.#opening) : undefined;
    const hint =
      foreign === undefined ? "" : `; the peer does not speak Vox: its first bytes look like ${foreign}`;
    return new SessionError(
      "Io",
      `io error: stream ended after ${held} of ${total} frame ${part} bytes${hint}`,
    );
  }

  get #currentLimit(): number {
    const maxFrameBytes = this.#maxFrameBytes;
    const own = this.#limits.opening?.[this.#frames];
    return own === undefined ? maxFrameBytes : Math.min(own, maxFrameBytes);
  }

  /** Gives out a frame that is whole in the chunk, or begins to collect it. */
  #takeWhole(chunk: Uint8Array, at: number): number {
    const end = at + this.#bodyBytes;
    if (end > chunk.length) {
      this.#body = new Uint8Array(Math.min(this.#bodyBytes, firstAllocation));
      return this.#fillBody(chunk, at);
    }
    this.#deliver(chunk, at, end);
    return end;
  }

  #fillHeader(chunk: Uint8Array, from: number): number {
    let at = from;
    while (this.#headerHeld < this.#headerBytes && at < chunk.length) {
      this.#header[this.#headerHeld] = chunk[at] as number;
      this.#headerHeld += 1;
      at += 1;
    }
    return at;
  }

  #fillBody(chunk: Uint8Array, at: number): number {
    const taken = Math.min(chunk.length - at, this.#bodyBytes - this.#bodyHeld);
    const held = this.#bodyHeld + taken;
    if (held > this.#body.length) this.#growBody(held);
    this.#body.set(chunk.subarray(at, at + taken), this.#bodyHeld);
    this.#bodyHeld = held;
    if (held === this.#bodyBytes) {
      const body = this.#body;
      this.#body = nothing;
      this.#deliver(body, 0, held);
    }
    return at + taken;
  }

  #growBody(held: number): void {
    const grown = new Uint8Array(Math.min(this.#bodyBytes, Math.max(held, this.#body.length * growth)));
    grown.set(this.#body.subarray(0, this.#bodyHeld));
    this.#body = grown;
  }

  #deliver(bytes: Uint8Array, start: number, end: number): void {
    this.#bodyBytes = -1;
    this.#bodyHeld = 0;
    this.#frames += 1;
    if (this.#frames === 1) this.#opening = nothing;
    this.#onFrame(bytes, start, end);
  }

  #keepOpening(chunk: Uint8Array): void {
    const kept = new Uint8Array(Math.min(recognisedBytes, this.#opening.length + chunk.length));
    kept.set(this.#opening);
    kept.set(chunk.subarray(0, kept.length - this.#opening.length), this.#opening.length);
    this.#opening = kept;
  }

  #refuse(size: number): SessionError {
    this.stop();
    const descriptors = size / lengthRange;
    if (descriptors < 1) return this.#refuseLength(size);
    const text = `a frame came with ${descriptors} file ${descriptors === 1 ? "descriptor" : "descriptors"}`;
    return descriptors > maxDescriptors && this.#frames === 0
      ? this.#refuseStranger(text)
      : new SessionError("Protocol", `protocol error: ${text}, which cannot be received here`);
  }

  #refuseLength(size: number): SessionError {
    const limit = this.#currentLimit;
    const sizes = `a frame of ${size} bytes was announced and may have ${limit}`;
    if (this.#frames === 0) return this.#refuseStranger(sizes);
    const name = limit < this.#maxFrameBytes ? "limit of the handshake" : "limit maxFrameBytes";
    return new SessionError("Protocol", `protocol error: ${sizes} (${name})`);
  }

  #refuseStranger(mistake: string): SessionError {
    const foreign = describeForeignBytes(this.#opening);
    const reason =
      foreign === undefined ? `its first frame is none: ${mistake}` : `its first bytes look like ${foreign}`;
    return new SessionError("Protocol", `protocol error: the peer does not speak Vox: ${reason}`);
  }
}

function writeWord(buffer: Uint8Array, offset: number, value: number): void {
  buffer[offset] = value;
  buffer[offset + 1] = value >>> 8;
  buffer[offset + 2] = value >>> 16;
  buffer[offset + 3] = value >>> 24;
}

function readWord(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}
