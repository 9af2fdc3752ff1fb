/**
 * One direction of a simulated link: a stream of bytes that is late, slow, cut up, cut off or silent.
 *
 * ```
 *   write ──► waiting ──bytesPerMs──► in flight ──latencyMs──► the reader
 * ```
 *
 * Nothing is lost, duplicated or reordered before the end of the stream, as on TCP. Without latency and rate everything
 * happens in microtasks, and no timer is set.
 */
import type { Clock, TimerHandle } from "../clock.js";
import {
  bound,
  checkOptions,
  duration,
  type OptionChecks,
  oneOf,
  orFunction,
  period,
} from "../options/checks.js";

/** How a stream ends for its reader: gracefully, or with an error. */
export type StreamEnd = "end" | "error";

/** How a direction behaves. {@link SimulatedStream.configure} changes any of it at any time. */
export interface StreamOptions {
  /**
   * Milliseconds that each chunk is under way, or a function of its number, from 0. Chunks never overtake each other.
   * Default 0.
   */
  readonly latencyMs?: number | ((chunk: number) => number) | undefined;
  /**
   * Bytes of each chunk that the reader gets, or a function of its number, from 0, and of the bytes that wait. A chunk
   * may end inside a frame. Default: all bytes that wait; with `bytesPerMs`, the bytes of one millisecond.
   */
  readonly chunkBytes?: number | ((chunk: number, waiting: number) => number) | undefined;
  /**
   * The rate of a slow reader: bytes that it has not taken count as `bufferedBytes` of the writer. Default: no limit.
   */
  readonly bytesPerMs?: number | undefined;
  /** The stream ends after this many bytes, even inside a frame. Default: never. */
  readonly cutAfterBytes?: number | undefined;
  /** How the stream ends there. Default `error`. */
  readonly cutAs?: StreamEnd | undefined;
  /**
   * After this many bytes nothing arrives any more, without an error: see {@link SimulatedStream.silence}. Default:
   * never.
   */
  readonly silentAfterBytes?: number | undefined;
}

export const streamChecks: OptionChecks<StreamOptions> = {
  latencyMs: orFunction(duration),
  chunkBytes: orFunction(bound),
  bytesPerMs: period,
  cutAfterBytes: bound,
  cutAs: oneOf("end", "error"),
  silentAfterBytes: bound,
};

/** The reader of a stream. @internal */
export interface StreamReader {
  /** Whether the reader takes bytes yet. */
  readonly isReady: boolean;
  onChunk(bytes: Uint8Array): void;
  onEnd(end: StreamEnd, text: string): void;
}

interface Arrival {
  /** When it arrives, on the clock. */
  readonly atMs: number;
  /** Undefined for the end of the stream. */
  readonly bytes: Uint8Array | undefined;
}

const cutText = "the link was cut";

/** A stream of bytes from one end of a simulated link to the other. */
export class SimulatedStream {
  readonly #clock: Clock;
  #options: StreamOptions;
  #reader: StreamReader | undefined = undefined;
  #onDrained: () => void = () => {};
  #waiting: Uint8Array[] = [];
  #waitingTotal = 0;
  readonly #flight: Arrival[] = [];
  #accepted = 0;
  #delivered = 0;
  #chunks = 0;
  #ending: { readonly end: StreamEnd; readonly text: string } | undefined = undefined;
  #isEndUnderWay = false;
  #isOver = false;
  #isSilentNow = false;
  #isScheduled = false;
  #timer: TimerHandle | undefined = undefined;
  /** The chunk that the reader takes now: its size, and when the reader has all of it. */
  #current: { readonly size: number; readonly throughAtMs: number } | undefined = undefined;

  /** @internal use `simulatedPair` */
  constructor(clock: Clock, options: StreamOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Bytes that were written so far, frame headers included. */
  get acceptedBytes(): number {
    return this.#accepted;
  }

  /** Bytes that the reader has received. */
  get deliveredBytes(): number {
    return this.#delivered;
  }

  /** Bytes that a slow or silent stream has not taken over yet. */
  get waitingBytes(): number {
    return this.#waitingTotal;
  }

  /** Whether nothing arrives at the moment. */
  get isSilent(): boolean {
    return this.#isSilentNow || this.#isMute;
  }

  /**
   * Changes how the stream behaves from now on; options that are not given stay.
   * @throws TypeError, RangeError for an option that is not valid, with its name
   */
  configure(options: StreamOptions): void {
    checkOptions(options, streamChecks);
    this.#options = { ...this.#options, ...options };
    this.schedule();
  }

  /**
   * From now on nothing arrives, not even the end, and neither side gets an error: like a half-open connection, or a
   * reader that does not read. Bytes that are written wait for {@link resume}.
   */
  silence(): void {
    this.#isSilentNow = true;
    this.#stopTimer();
  }

  /** Ends the silence: bytes that were written during the silence arrive. */
  resume(): void {
    this.#isSilentNow = false;
    this.#options = { ...this.#options, silentAfterBytes: undefined };
    this.schedule();
  }

  /** Ends the stream after the bytes written so far, gracefully or with an error. */
  cut(end: StreamEnd = "error"): void {
    this.end(end, cutText);
  }

  /** @internal */
  connect(reader: StreamReader, onDrained: () => void): void {
    this.#reader = reader;
    this.#onDrained = onDrained;
  }

  /** The bytes belong to the stream from now on. @internal */
  write(bytes: Uint8Array): void {
    if (this.#isOver || this.#ending !== undefined) return;
    const { cutAfterBytes = Number.POSITIVE_INFINITY, cutAs = "error" } = this.#options;
    const kept = bytes.subarray(0, Math.max(0, cutAfterBytes - this.#accepted));
    this.#accepted += kept.length;
    if (kept.length > 0) this.#waiting.push(kept);
    this.#waitingTotal += kept.length;
    if (this.#accepted >= cutAfterBytes) this.end(cutAs, cutText);
    else this.schedule();
  }

  /** Nothing more will be written. @internal */
  end(end: StreamEnd, text: string): void {
    if (this.#isOver || this.#ending !== undefined) return;
    this.#ending = { end, text };
    this.schedule();
  }

  /** The writer has dropped everything: the reader loses the bytes that it has not received. @internal */
  reset(text: string): void {
    if (this.#isOver) return;
    this.#drop();
    this.#ending = { end: "error", text };
    this.schedule();
  }

  /** Ends the stream for the reader at once; bytes under way are lost. @internal */
  cutNow(end: StreamEnd): void {
    if (this.#isOver) return;
    this.#drop();
    this.#isOver = true;
    queueMicrotask(() => this.#reader?.onEnd(end, cutText));
  }

  /** The reader takes nothing any more. @internal */
  discard(): void {
    this.#drop();
    this.#isOver = true;
  }

  /** Moves the stream on in a microtask: never while the writer still runs. @internal */
  schedule(): void {
    if (this.#isScheduled || this.#isOver) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.#advance();
    });
  }

  #advance(): void {
    this.#stopTimer();
    if (this.#isOver || this.#isSilentNow || this.#reader?.isReady !== true) return;
    const wasWaiting = this.#waitingTotal > 0;
    const nextMs = this.#take();
    if (this.#waitingTotal === 0 && !this.#isMute) this.#sendEnd();
    if (wasWaiting && this.#waitingTotal === 0) this.#onDrained();
    this.#deliver();
    this.#arm(nextMs);
  }

  /** Whether the reader has taken the last byte before a silence. */
  get #isMute(): boolean {
    return this.#untilSilence <= 0;
  }

  get #untilSilence(): number {
    const { silentAfterBytes = Number.POSITIVE_INFINITY } = this.#options;
    return silentAfterBytes - (this.#accepted - this.#waitingTotal);
  }

  /**
   * Puts the chunks that the reader has taken by now in flight.
   * @returns when the next one is taken; undefined for none
   */
  #take(): number | undefined {
    const nowMs = this.#clock.now();
    while (this.#waitingTotal > 0 && !this.#isMute) {
      this.#current ??= this.#nextChunk(nowMs);
      const { size, throughAtMs } = this.#current;
      if (throughAtMs > nowMs) return throughAtMs;
      this.#current = undefined;
      this.#launch(this.#takeBytes(size));
    }
    return undefined;
  }

  #nextChunk(nowMs: number): { readonly size: number; readonly throughAtMs: number } {
    const { chunkBytes, bytesPerMs = Number.POSITIVE_INFINITY } = this.#options;
    const wanted =
      typeof chunkBytes === "function"
        ? chunkBytes(this.#chunks, this.#waitingTotal)
        : (chunkBytes ?? Math.floor(bytesPerMs));
    const size = Math.min(this.#waitingTotal, this.#untilSilence, Math.max(1, wanted));
    return { size, throughAtMs: nowMs + size / bytesPerMs };
  }

  #takeBytes(size: number): Uint8Array {
    const [first] = this.#waiting;
    this.#waitingTotal -= size;
    if (first !== undefined && first.length >= size) {
      if (first.length === size) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(size);
      return first.subarray(0, size);
    }
    const bytes = new Uint8Array(size);
    for (let filled = 0; filled < size; ) {
      const piece = this.#waiting[0] as Uint8Array;
      const part = piece.subarray(0, size - filled);
      bytes.set(part, filled);
      filled += part.length;
      if (part.length === piece.length) this.#waiting.shift();
      else this.#waiting[0] = piece.subarray(part.length);
    }
    return bytes;
  }

  #launch(bytes: Uint8Array | undefined): void {
    const { latencyMs = 0 } = this.#options;
    const late = typeof latencyMs === "function" ? latencyMs(this.#chunks) : latencyMs;
    const lastMs = this.#flight.at(-1)?.atMs ?? 0;
    this.#chunks += 1;
    this.#flight.push({ atMs: Math.max(lastMs, this.#clock.now() + late), bytes });
  }

  #sendEnd(): void {
    if (this.#ending === undefined || this.#isEndUnderWay) return;
    this.#isEndUnderWay = true;
    this.#launch(undefined);
  }

  #deliver(): void {
    const nowMs = this.#clock.now();
    for (let next = this.#flight[0]; next !== undefined && next.atMs <= nowMs; next = this.#flight[0]) {
      if (this.#isSilentNow) return;
      this.#flight.shift();
      if (next.bytes !== undefined) {
        this.#delivered += next.bytes.length;
        this.#reader?.onChunk(next.bytes);
      } else {
        const { end = "end", text = "" } = this.#ending ?? {};
        this.#isOver = true;
        this.#reader?.onEnd(end, text);
      }
    }
  }

  #arm(throughAtMs: number | undefined): void {
    const arrivesAtMs = this.#flight[0]?.atMs;
    const nextMs = Math.min(throughAtMs ?? Number.POSITIVE_INFINITY, arrivesAtMs ?? Number.POSITIVE_INFINITY);
    if (this.#isOver || this.#isSilentNow || this.#timer !== undefined || nextMs === Number.POSITIVE_INFINITY)
      return;
    this.#timer = this.#clock.setTimer(nextMs - this.#clock.now(), () => {
      this.#timer = undefined;
      this.#advance();
    });
  }

  #drop(): void {
    this.#waiting = [];
    this.#waitingTotal = 0;
    this.#flight.length = 0;
    this.#current = undefined;
    this.#isEndUnderWay = false;
    this.#stopTimer();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
