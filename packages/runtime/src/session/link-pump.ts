/**
 * Pumps one link: counts frames that arrive, lets the answers to one arrival leave together, and closes the link. It is
 * the only sink of links. Frames go to a receiver: the handshake first, then the core of a session.
 *
 * ```
 *  handshake ──attachSession()──► session ──drop()──► closed
 *      └────────────────────────────┴── finish() ──► lingering ──► closed
 * ```
 */
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import type { SessionError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { Link, LinkSink } from "../link/link.js";
import type { Observer } from "../observer.js";
import { LinkTraffic } from "./link-traffic.js";
import { Outbox } from "./outbox.js";

/** How long a link may take to send what it holds and close, ms; then it is cut. */
const lingerMs = 2000;
/** How long the peer may take to close its half when nothing is left to send, ms. A 0.8.2 server may never close it. */
const closeGraceMs = 250;

/** Takes the frames and events of a pump. */
export interface LinkReceiver {
  /** One frame; its memory is not written to again. */
  onFrame(bytes: Uint8Array, start: number, end: number): void;
  /** The link has passed on what it held. */
  onDrain(): void;
  /** The link has refused a frame, and gives out no more frames. The receiver sends the peer the reason, and ends. */
  onRefused(error: SessionError): void;
  /** The link has ended by itself. Called once, and nothing after it. */
  onLinkClosed(error: SessionError | undefined): void;
}

/** What a pump needs. */
export interface LinkPumpParts {
  readonly limits: Limits;
  readonly clock: Clock | undefined;
  readonly observer: Observer | undefined;
}

/** Drops what arrives on a link that this side has closed. */
const nothing: LinkReceiver = {
  onFrame: () => {},
  onDrain: () => {},
  onRefused: () => {},
  onLinkClosed: () => {},
};

/** The sink of one link. */
export class LinkPump implements LinkSink {
  readonly link: Link;
  readonly #clock: Clock;
  #receiver: LinkReceiver;
  /** The outbox of the handshake, or of a session that had another link before. */
  #currentOutbox: Outbox;
  #traffic: LinkTraffic;
  #hasSession = false;
  /** True between the first frame of an arrival and its end, where the answers leave together. */
  #isReceiving = false;
  #isClosed = false;
  /** Why the link has refused a frame. */
  #refusal: SessionError | undefined = undefined;
  #onFinished: () => void = () => {};
  #timer: TimerHandle | undefined = undefined;

  /** @param receiver takes the frames of the handshake */
  constructor(link: Link, receiver: LinkReceiver, { limits, clock = systemClock, observer }: LinkPumpParts) {
    this.link = link;
    this.#receiver = receiver;
    this.#clock = clock;
    this.#traffic = new LinkTraffic(limits.maxBufferedBytes, clock, observer);
    this.#currentOutbox = new Outbox(link.framing, limits.maxFrameBytes, this.#traffic);
    this.#currentOutbox.writer.metadataLimits = limits;
    this.#attach();
  }

  /** Where frames for this link are committed. */
  get outbox(): Outbox {
    return this.#currentOutbox;
  }

  /** Starts delivery. */
  start(): void {
    this.link.start(this);
  }

  /**
   * The handshake is over: frames go to a session from now on.
   * @param outbox the one of a session that had another link before: what waits in it leaves
   */
  attachSession(receiver: LinkReceiver, outbox: Outbox = this.#currentOutbox): void {
    this.#hasSession = true;
    this.#receiver = receiver;
    if (outbox === this.#currentOutbox) return;
    this.#flush();
    // The session's own counts go on from here.
    this.#traffic.onDrain();
    this.#currentOutbox = outbox;
    this.#traffic = outbox.traffic;
    this.#attach();
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#isReceiving) this.#traffic.beginArrival();
    this.#isReceiving = true;
    this.#traffic.countFrame(end - start);
    this.#receiver.onFrame(bytes, start, end);
  }

  onIdle(): void {
    this.#isReceiving = false;
    this.#traffic.endArrival();
    this.#flush();
  }

  onDrain(): void {
    if (this.#currentOutbox.onDrain()) return;
    this.#reportDrain();
  }

  onRefused(error: SessionError): void {
    this.#isReceiving = false;
    this.#refusal = error;
    this.#receiver.onRefused(error);
  }

  onClosed(error: SessionError | undefined): void {
    if (this.#isClosed) return;
    this.#onGone(error ?? this.#refusal);
    this.#receiver.onLinkClosed(error);
    this.#onFinished();
  }

  /**
   * Sends what is committed, then closes the link. A link that takes too long is cut.
   * @param onFinished called when the link has closed, at once if it has closed already
   * @param isOrdinary whether the peer has nothing to learn
   */
  finish(onFinished: () => void = () => {}, isOrdinary = false): void {
    this.#receiver = nothing;
    this.#currentOutbox.flushAll();
    this.#currentOutbox.detach();
    if (this.#isClosed) {
      onFinished();
      return;
    }
    this.#onFinished = onFinished;
    const isSent = this.link.bufferedBytes === 0;
    this.#timer = this.#clock.setTimer(isOrdinary && isSent ? closeGraceMs : lingerMs, () =>
      this.link.abort(),
    );
    this.link.close();
  }

  /** Gives the link up for a session that waits for another. */
  drop(error: SessionError | undefined): void {
    this.#receiver = nothing;
    if (this.#isClosed) return;
    this.link.abort();
    this.#onGone(error);
  }

  /** Cuts the link. */
  abort(): void {
    this.#stopTimer();
    this.link.abort();
  }

  #attach(): void {
    this.#traffic.attach(this.link);
    this.#currentOutbox.attach(this.link, this.#onPending);
  }

  #onGone(error: SessionError | undefined): void {
    this.#stopTimer();
    this.#isReceiving = false;
    this.#isClosed = true;
    if (this.#hasSession) this.#traffic.onClosed(error);
    else this.#traffic.onDrain();
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  readonly #onPending = (): void => {
    if (!this.#isReceiving) queueMicrotask(this.#flush);
  };

  readonly #flush = (): void => {
    this.#currentOutbox.flush();
    if (this.#currentOutbox.takeDrain() && !this.#isClosed) this.#reportDrain();
  };

  #reportDrain(): void {
    this.#traffic.onDrain();
    this.#receiver.onDrain();
  }
}
