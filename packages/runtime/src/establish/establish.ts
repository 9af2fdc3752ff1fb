/**
 * From a link to a session: runs the handshake within its time, then gives the link to a session. The work has finished
 * when the promise settles. `initiate.ts` and `accept.ts` choose the side. Source: `protocol/session.md` §1.
 *
 * ```
 *   handshake ──established──► session (see `start-session.ts`, or `Session.attach` for one that had another link)
 *       └──refused, closed, too late, cancelled──► failed (the link is closed)
 * ```
 */

import type { LinkOffer } from "../acceptor/link-offer.js";
import type { RootOffer } from "../acceptor/root-offer.js";
import type { Servable } from "../acceptor/router.js";
import type { VirtualConnectionsFeature } from "../acceptor/virtual-connections.js";
import { whenAborted } from "../call/abort-watch.js";
import { rejection } from "../call/caller-line.js";
import type { Dispatcher } from "../call/dispatcher.js";
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import type { BundledCode } from "../driver/bundled-code.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import { announceFrameLimit, takeFrameLimit } from "../handshake/frame-limit.js";
import type {
  Handshake,
  HandshakeOptions,
  HandshakeResult,
  HandshakeStep,
  Objection,
  PeerIntroduction,
} from "../handshake/handshake-core.js";
import { encodeHandshakeMessage } from "../handshake/handshake-messages.js";
import type { Parity } from "../handshake/settings.js";
import { completeLimits, type Limits } from "../limits.js";
import type { Link } from "../link/link.js";
import { LinkPump, type LinkReceiver } from "../session/link-pump.js";
import type { Session } from "../session/session.js";
import { virtualConnectionsHint } from "../session/session-core.js";
import { isMarkedKey } from "../session/session-id.js";
import type { Metadata } from "../wire/metadata.js";
import { RejectedError } from "../wire/rejected-error.js";
import { metadataOf, type SessionOptions, serviceKey, settingsOf } from "./options.js";
import type { FinishedLink, LinkPurpose, ResumeTarget, SessionRecord } from "./resume-target.js";
import { startSession } from "./start-session.js";

/** This side of a handshake. */
export interface HandshakeSide {
  /** Parity of the initiator's ids. The acceptor's own parity follows from what it receives. */
  readonly parity: Parity;
  /** Called with a session that is new, before anything arrives on it. */
  readonly onNew?: ((session: Session) => void) | undefined;
  /** Whether this side is the initiator: the peer keeps the session then if it gives a key. */
  readonly isInitiator?: true;
  /** Makes the state machine of the handshake. */
  readonly begin: (options: HandshakeOptions) => Handshake;
  /**
   * Brings connection acceptors, routers and virtual connections. Undefined: only the root connection, at most a
   * dispatcher.
   */
  readonly feature: VirtualConnectionsFeature | undefined;
  /** Code that is present already; undefined: it is loaded when it is needed. */
  readonly bundled: BundledCode | undefined;
}

/**
 * Makes a session on a link. The link belongs to the session from now on.
 * @param target finds the session that goes on; undefined: each link gets a new session
 */
export function establish(
  link: Link,
  side: HandshakeSide,
  servable: Servable | undefined,
  options: SessionOptions,
  target?: ResumeTarget | undefined,
): Promise<Session> {
  return new Promise((resolve, reject) => {
    try {
      const settlement = { resolve, reject: (error: unknown) => resolve(rejection(error)) };
      new Establishment(link, side, servable, options, target, settlement).start();
    } catch (error) {
      link.abort();
      reject(error);
    }
  });
}

/** Settles the promise of the session. */
interface Settlement {
  readonly resolve: (session: Session) => void;
  readonly reject: (error: unknown) => void;
}

class Establishment implements LinkReceiver, FinishedLink {
  readonly pump: LinkPump;
  readonly #servable: Servable | undefined;
  readonly #feature: VirtualConnectionsFeature | undefined;
  readonly #bundled: BundledCode | undefined;
  /** Answers the peer's calls on the root connection where there is no acceptor. */
  readonly #dispatcher: Dispatcher | undefined;
  readonly #options: SessionOptions;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #target: ResumeTarget | undefined;
  readonly #settlement: Settlement;
  readonly #handshake: Handshake;
  readonly #isInitiator: boolean;
  readonly #onNew: ((session: Session) => void) | undefined;
  /** Metadata that this side sends with the handshake. */
  readonly #metadata: Metadata;
  #purpose: LinkPurpose = { kind: "new" };
  /** Undefined when the peer has not said it. */
  #peerMaxFrameBytes: number | undefined = undefined;
  /** The error because of which the target gives no session. */
  #targetError: unknown = undefined;
  /** The offer to the application. Undefined before the peer has introduced itself, and without `feature`. */
  #root: RootOffer | undefined = undefined;
  #hasHeard = false;
  /** Whether the promise is settled, or about to be. */
  #isOver = false;
  #timer: TimerHandle | undefined = undefined;
  /** Forgets the signal of the options. */
  #unwatch: (() => void) | undefined = undefined;

  constructor(
    link: Link,
    side: HandshakeSide,
    servable: Servable | undefined,
    options: SessionOptions,
    target: ResumeTarget | undefined,
    settlement: Settlement,
  ) {
    const { clock = systemClock, observer } = options;
    this.#servable = servable;
    this.#feature = side.feature;
    this.#bundled = side.bundled;
    if (side.feature === undefined && servable !== undefined) this.#dispatcher = dispatcherOf(servable);
    this.#options = options;
    this.#target = target;
    this.#settlement = settlement;
    this.#metadata = metadataOf(options);
    this.#limits = completeLimits(options.limits);
    announceFrameLimit(this.#metadata, this.#limits.maxFrameBytes, false);
    this.#clock = clock;
    this.#isInitiator = side.isInitiator === true;
    this.#onNew = side.onNew;
    this.#handshake = side.begin({
      settings: settingsOf(side.parity, options),
      metadata: this.#metadata,
      limits: this.#limits,
      admit: (peer) => this.#admit(peer),
    });
    this.pump = new LinkPump(link, this, { limits: this.#limits, clock, observer });
  }

  start(): void {
    const { signal, timeoutMs = this.#limits.handshakeTimeoutMs } = this.#options;
    if (signal?.aborted === true) {
      this.#onAbort();
      return;
    }
    this.#unwatch = whenAborted(signal, this.#onAbort);
    if (timeoutMs !== Number.POSITIVE_INFINITY)
      this.#timer = this.#clock.setTimer(Math.max(0, timeoutMs), () => this.#onTimeout(timeoutMs));
    this.pump.start();
    this.#advance((handshake) => handshake.start());
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    this.#hasHeard = true;
    this.#advance((handshake) => handshake.onFrame(bytes.subarray(start, end)));
  }

  onDrain(): void {
    // Nothing waits: a handshake is small.
  }

  onRefused(error: SessionError): void {
    if (this.#isOver) return;
    this.#put(encodeHandshakeMessage({ kind: "Sorry", reason: error.message }));
    this.fail(error);
  }

  onLinkClosed(error: SessionError | undefined): void {
    if (this.#isOver) return;
    const failure = this.#handshake.onLinkClosed(error);
    if (failure !== undefined) this.fail(failure);
  }

  readonly #onAbort = (): void => {
    const cause = this.#options.signal?.reason;
    this.fail(cancelledBefore("the session was established", cause));
    this.pump.abort();
  };

  #onTimeout(timeoutMs: number): void {
    const what = this.#hasHeard
      ? "the handshake had not finished"
      : "the peer has sent nothing (does it speak Vox?)";
    this.fail(new SessionError("ConnectTimeout", `connect timeout: ${what} within ${timeoutMs} ms`));
    this.pump.abort();
  }

  /** Gives the handshake an input, and carries out its step. */
  #advance(input: (handshake: Handshake) => HandshakeStep): void {
    if (this.#isOver) return;
    let step: HandshakeStep;
    try {
      step = input(this.#handshake);
      for (const frame of step.send) this.#put(frame);
    } catch (fault) {
      const text = fault instanceof Error ? fault.message : String(fault);
      const error = new SessionError("Protocol", `protocol error: handshake encode error: ${text}`, {
        cause: fault,
      });
      this.fail(error);
      return;
    }
    step.later?.then(
      (next) => this.#advance(() => next),
      (fault: unknown) =>
        this.#advance(() => {
          throw fault;
        }),
    );
    if (step.outcome?.kind === "failed") this.fail(this.#explain(step.outcome.error));
    else if (step.outcome !== undefined) this.#open(step.outcome.result);
  }

  #put(frame: Uint8Array): void {
    const { outbox } = this.pump;
    const p = outbox.begin();
    const w = outbox.writer;
    if (p + frame.length > w.limit) w.grow(p, frame.length);
    w.buffer.set(frame, p);
    outbox.commit(p + frame.length);
  }

  /** Asks whether the peer may have a session, and which dispatcher answers its calls. @returns why not */
  #admit(peer: PeerIntroduction): Objection | Promise<Objection> {
    const { metadata } = peer;
    this.#peerMaxFrameBytes = takeFrameLimit(metadata);
    const isAsked = this.#peerMaxFrameBytes !== undefined;
    announceFrameLimit(this.#metadata, this.#limits.maxFrameBytes, isAsked);
    const offer = this.#offerOf(peer);
    const target = this.#target;
    if (target === undefined) return offer?.ask(offer.request(false));
    const purpose = target.choose(peer, offer);
    const keep = (chosen: LinkPurpose): Objection => {
      this.#purpose = chosen;
      if (chosen.kind !== "none") return undefined;
      this.#targetError = chosen.cause;
      return chosen.objection;
    };
    return purpose instanceof Promise ? purpose.then(keep) : keep(purpose);
  }

  /** The question to the application. */
  #offerOf(peer: PeerIntroduction): LinkOffer | undefined {
    const feature = this.#feature;
    if (feature === undefined) return undefined;
    const root = new feature.RootOffer(this.#limits);
    this.#root = root;
    return new feature.LinkOffer({
      root,
      servable: this.#servable,
      peer,
      service: peer.metadata.getString(serviceKey),
      link: this.pump.link,
      answer: this.#metadata,
      reporting: this.#options,
    });
  }

  #explain(error: SessionError): SessionError {
    const { refusal } = this.#root ?? {};
    if (refusal !== undefined && error.code === "Rejected") return new RejectedError(refusal);
    const cause = this.#targetError ?? this.#root?.error;
    return cause === undefined ? error : new SessionError(error.code, error.message, { cause });
  }

  #open(result: HandshakeResult): void {
    const purpose = this.#purpose;
    if (this.#options.requireResumable === true && result.sessionKey === undefined)
      this.fail(
        new SessionError("NotResumable", "session is not resumable: the server did not offer a resume key"),
      );
    else if ("open" in purpose) purpose.open(purpose, this, result);
    else this.startNew(result, undefined);
  }

  onEstablished(session: Session, result: HandshakeResult): void {
    this.#finishHandshake();
    session.core.outbox.limitTo(this.#peerMaxFrameBytes);
    this.#target?.onEstablished(session, result);
    this.#root?.onEstablished(session);
  }

  resolve(session: Session): void {
    this.#settlement.resolve(session);
  }

  /** Starts a new session. @param record of the session of an earlier process that it restores */
  startNew(result: HandshakeResult, record: SessionRecord | undefined): void {
    const root = this.#root;
    const target = this.#target;
    const settlement = this.#settlement;
    this.#finishHandshake();
    this.pump.outbox.limitTo(this.#peerMaxFrameBytes);
    const isResumable = target !== undefined && result.sessionKey !== undefined;
    const dispatcher = root === undefined ? this.#dispatcher : root.dispatcher;
    const session = startSession({
      pump: this.pump,
      result,
      options: this.#options,
      limits: this.#limits,
      clock: this.#clock,
      dispatcher,
      servable: this.#servable,
      feature: this.#feature,
      bundled: this.#bundled,
      isResumable,
      record,
    });
    session.core.isKeptByPeer = this.#isInitiator && isMarkedKey(result.sessionKey);
    try {
      target?.onEstablished(session, result);
    } catch (error) {
      root?.onFailed(error);
      settlement.reject(error);
      session.abort();
      return;
    }
    session.core.open();
    root?.onEstablished(session);
    session.onOpened();
    this.#onNew?.(session);
    settlement.resolve(session);
  }

  /** Fails. Frames that are committed still leave. */
  fail(error: VoxError): void {
    this.#finishHandshake();
    this.#root?.onFailed(error);
    this.#settlement.reject(error);
    this.pump.finish();
  }

  #finishHandshake(): void {
    this.#isOver = true;
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#unwatch?.();
  }
}

/** @throws TypeError for a router or a connection acceptor, which need the option `virtualConnections` */
function dispatcherOf(servable: Servable): Dispatcher {
  if ("accept" in servable || "route" in servable)
    throw new TypeError(
      `routers and connection acceptors need virtual connections: ${virtualConnectionsHint}`,
    );
  return servable;
}
