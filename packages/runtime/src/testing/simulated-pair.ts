/**
 * Two ends of a simulated connection: they do to a session what a network does, on a clock that a test moves by hand.
 *
 * ```
 *   open ──close──► closing ──the peer's end──► closed
 *     └───── abort, cut, the peer's end ────────►┘
 * ```
 */
import { type Clock, systemClock } from "../clock.js";
import { SessionError } from "../errors.js";
import { defaultLimits } from "../limits.js";
import { FrameDecoder, streamFraming } from "../link/framing.js";
import type { Framing, Link, LinkSink } from "../link/link.js";
import {
  bound,
  clock as checkClock,
  checkOptions,
  nested,
  type OptionChecks,
  text,
} from "../options/checks.js";
import { SimulatedStream, type StreamEnd, type StreamOptions, streamChecks } from "./simulated-stream.js";

/** How a simulated connection behaves. */
export interface SimulatedPairOptions {
  /** The clock that measures latency and rate: use that of the sessions. Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Options of both directions; `toServer` and `toClient` override them. */
  readonly both?: StreamOptions | undefined;
  /** Options of the bytes that the client writes and the server reads. */
  readonly toServer?: StreamOptions | undefined;
  /** Options of the bytes that the server writes and the client reads. */
  readonly toClient?: StreamOptions | undefined;
  /** The name of both ends in texts. Default `simulated`. */
  readonly description?: string | undefined;
  /** Bytes of the largest frame. Default `defaultLimits.maxFrameBytes`. */
  readonly maxFrameBytes?: number | undefined;
}

export const simulatedPairChecks: OptionChecks<SimulatedPairOptions> = {
  clock: checkClock,
  both: nested(streamChecks),
  toServer: nested(streamChecks),
  toClient: nested(streamChecks),
  description: text,
  maxFrameBytes: bound,
};

/** One end: frames over a stream of bytes, cut and framed as on TCP. Made by {@link simulatedPair}. */
export class SimulatedLink implements Link {
  readonly framing: Framing = streamFraming;
  readonly remoteAddress: string;
  readonly #incoming: SimulatedStream;
  readonly #outgoing: SimulatedStream;
  readonly #decoder: FrameDecoder;
  #sink: LinkSink | undefined = undefined;
  #state: "open" | "closing" | "closed" = "open";
  /** How it ended, for a sink that comes later. */
  #fault: SessionError | undefined = undefined;

  /** @internal use {@link simulatedPair} */
  constructor(
    description: string,
    maxFrameBytes: number,
    incoming: SimulatedStream,
    outgoing: SimulatedStream,
  ) {
    this.remoteAddress = description;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#decoder = new FrameDecoder({ maxFrameBytes }, (bytes, start, end) =>
      this.#sink?.onFrame(bytes, start, end),
    );
  }

  get bufferedBytes(): number {
    return this.#state === "closed" ? 0 : this.#outgoing.waitingBytes;
  }

  get receivedBytes(): number {
    return this.#incoming.deliveredBytes;
  }

  /** Whether it takes what arrives. @internal */
  get isReady(): boolean {
    return this.#sink !== undefined || this.#state !== "open";
  }

  start(sink: LinkSink): void {
    if (this.#sink !== undefined) throw new TypeError("a link is started once");
    this.#sink = sink;
    if (this.#state === "closed") queueMicrotask(() => sink.onClosed(this.#fault));
    else this.#incoming.schedule();
  }

  send(batch: Uint8Array, start: number, ends: readonly number[], count: number): boolean {
    const end = ends[count - 1];
    if (this.#state === "open" && end !== undefined) this.#outgoing.write(batch.slice(start, end));
    return true;
  }

  close(): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#decoder.stop();
    this.#outgoing.end("end", "");
    // This link may never get a sink. It still drops the bytes that arrive, and waits for the end.
    this.#incoming.schedule();
  }

  abort(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#decoder.stop();
    this.#incoming.discard();
    this.#outgoing.reset("the peer has dropped the link");
    queueMicrotask(() => this.#sink?.onClosed(undefined));
  }

  /** @internal */
  onChunk(bytes: Uint8Array): void {
    if (this.#state !== "open") return;
    const fault = this.#decoder.push(bytes);
    if (fault !== undefined) {
      if (this.#decoder.hasRead) this.#sink?.onRefused?.(fault);
      if (!this.#isOpen) return;
      this.#outgoing.reset("the peer has dropped the link");
      this.#finish(fault);
    } else if (this.#isOpen) {
      this.#sink?.onIdle();
    }
  }

  /** @internal */
  onEnd(end: StreamEnd, text: string): void {
    if (this.#state === "closed") return;
    const wasOpen = this.#isOpen;
    const broken = end === "error" ? new SessionError("Io", `io error: ${text}`) : this.#decoder.finish();
    // As on TCP: a side that has seen the end of the peer's stream ends its own stream, too.
    if (end === "error") this.#outgoing.reset("the peer has dropped the link");
    else this.#outgoing.end("end", "");
    this.#finish(wasOpen ? broken : undefined);
  }

  /** The outgoing stream has passed on all that was written. @internal */
  onDrained(): void {
    if (this.#isOpen) this.#sink?.onDrain();
  }

  /** A sink may close the link in the middle of an arrival. */
  get #isOpen(): boolean {
    return this.#state === "open";
  }

  #finish(fault: SessionError | undefined): void {
    this.#fault = fault;
    this.#state = "closed";
    this.#decoder.stop();
    this.#incoming.discard();
    this.#sink?.onClosed(fault);
  }
}

/** A connection between a client and a server that nothing but memory carries. */
export interface SimulatedPair {
  readonly client: SimulatedLink;
  readonly server: SimulatedLink;
  /** Both, the client's first: for `connectPair({ links })`. */
  readonly links: readonly [client: SimulatedLink, server: SimulatedLink];
  /** What the client writes and the server reads. */
  readonly toServer: SimulatedStream;
  /** What the server writes and the client reads. */
  readonly toClient: SimulatedStream;
  /** Cuts both directions at once: bytes under way are lost, and both ends see the cut, even silent ones. */
  cut(end?: StreamEnd): void;
}

/**
 * A connection with the faults of a network: latency, chunks of any size, a cut at any byte, slow and silent readers.
 * Deterministic with a `FakeClock`.
 *
 * ```ts
 * const clock = new FakeClock();
 * const network = simulatedPair({ clock, both: { latencyMs: 20 }, toClient: { cutAfterBytes: 4000 } });
 * const pair = await clock.until(connectPair(dispatcher, { clock, links: network.links }));
 * ```
 *
 * @throws TypeError, RangeError for an option that is not valid, with its name
 */
export function simulatedPair(options: SimulatedPairOptions = {}): SimulatedPair {
  checkOptions(options, simulatedPairChecks);
  const {
    clock = systemClock,
    both,
    description = "simulated",
    maxFrameBytes = defaultLimits.maxFrameBytes,
  } = options;
  const toServer = new SimulatedStream(clock, { ...both, ...options.toServer });
  const toClient = new SimulatedStream(clock, { ...both, ...options.toClient });
  const client = new SimulatedLink(description, maxFrameBytes, toClient, toServer);
  const server = new SimulatedLink(description, maxFrameBytes, toServer, toClient);
  toServer.connect(server, () => client.onDrained());
  toClient.connect(client, () => server.onDrained());
  return {
    client,
    server,
    links: [client, server],
    toServer,
    toClient,
    cut(end = "error") {
      toServer.cutNow(end);
      toClient.cutNow(end);
    },
  };
}
