/**
 * From a link to a session: runs the handshake within its time, then hands the link over. The rest of this layer,
 * `connect.ts` and `acceptor.ts`, says which side we are. Source: `protocol/session.md` §1.
 *
 * ```
 *   handshake ──established──► session (its shell owns the link from here)
 *       └──refused, closed, too late, cancelled──► failed (the link is closed)
 * ```
 */

import { offerVirtual, RootOffer } from "../acceptor/admission.js";
import { type Acceptor, noService } from "../acceptor/router.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { SessionEnd } from "../call/session-handle.js";
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import { Driver } from "../driver/driver.js";
import { isVoxError, SessionError, VoxError } from "../errors.js";
import type {
  Handshake,
  HandshakeOptions,
  HandshakeResult,
  HandshakeStep,
  Objection,
  PeerIntroduction,
} from "../handshake/handshake-core.js";
import { passingRefusals } from "../handshake/refusals.js";
import {
  type ConnectionSettings,
  compareSettings,
  type Parity,
  settingsPair,
} from "../handshake/settings.js";
import { completeLimits, type Limits } from "../limits.js";
import type { Link, LinkSink } from "../link/link.js";
import type { HandlerFailureListener, Observer } from "../observer.js";
import type { OperationStore } from "../operations/operation-store.js";
import type { ResumeClaim, ResumeTarget } from "../resume/resume-target.js";
import type { SessionRecord } from "../resume/session-store.js";
import type { Connection } from "../session/connection.js";
import { ConnectionShell } from "../session/connection-shell.js";
import type { KeepaliveOptions } from "../session/keepalive.js";
import { LinkTraffic } from "../session/link-traffic.js";
import { Outbox } from "../session/outbox.js";
import { Session } from "../session/session.js";
import { SessionCore } from "../session/session-core.js";
import { makeSessionId } from "../session/session-id.js";
import { Metadata } from "../wire/metadata.js";
import { writeProtocolError } from "../wire/session-messages.js";

/** What both sides may choose when they make a session of a link. */
export interface EstablishOptions {
  /** Calls that this side takes at once; the peer's further calls wait. 1 to 2^32 - 1, default 64. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Items that this side takes on a fresh channel before it grants more. 1 to 2^32 - 1, default 16. */
  readonly initialChannelCredit?: number | undefined;
  /** Sent to the peer beside the handshake: texts and integers, no bytes. Default none. */
  readonly metadata?: Metadata | undefined;
  /** Name of the service that is wanted of the peer. Default: none in particular. */
  readonly service?: string | undefined;
  /** Bounds that differ from the default ones. */
  readonly limits?: Partial<Limits> | undefined;
  /** Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Asks at intervals whether the peer is there, and ends the session when it gives no sign. Default: never. */
  readonly keepalive?: KeepaliveOptions | undefined;
  /**
   * Keeps the answers to calls with an operation id, so that one that is sent again is not run again. Serves all
   * connections of the session, and may serve many sessions. Default: answers of `@persist` methods, and those of all
   * methods where the session can be resumed, are kept in memory as long as their connection lives.
   */
  readonly operationStore?: OperationStore | undefined;
  /** Watches the session and its calls. */
  readonly observer?: Observer | undefined;
  /** Told what a handler threw when there is no `observer`. Default: nobody; `connect` and `serve` print it. */
  readonly onUnobservedFailure?: HandlerFailureListener | undefined;
  /** Gives up when aborted before the session is there; the promise rejects with code `Cancelled`. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Fails with `NotResumable` unless the session can be resumed: the acceptor has to give a key. Default false. A session
   * is resumed by who has the option for it: `reconnect` of `initiate`, `resumable` of `accept`.
   */
  readonly mustBeResumable?: boolean | undefined;
  /** Milliseconds that the peer is given for prologue and handshake. Default `limits.handshakeTimeoutMs`, 10 000. */
  readonly timeoutMs?: number | undefined;
}

/** Key of the entry that names the wanted service. Source: `protocol/wire.md` §7. */
const serviceKey = "vox-service";
const u32Max = 0xffff_ffff;
/** How long a link may take to send its last word and close, ms; then it is cut. */
const lingerMs = 2000;

/** Makes the state machine of one side. */
export type HandshakeFactory = (options: HandshakeOptions) => Handshake;

/**
 * Makes a session of a link, which belongs to it from now on.
 * @param parity of the initiator's ids; the acceptor's own follows from what it receives
 * @param bond finds the session that goes on; undefined: each link gets one of its own
 */
export function establish(
  link: Link,
  parity: Parity,
  makeHandshake: HandshakeFactory,
  acceptor: Acceptor | undefined,
  options: EstablishOptions,
  bond?: ResumeTarget | undefined,
): Promise<Session> {
  return new Promise((resolve, reject) => {
    try {
      new Establishment(link, parity, makeHandshake, acceptor, options, bond, resolve, reject).start();
    } catch (error) {
      link.abort();
      reject(error);
    }
  });
}

class Establishment implements LinkSink {
  private readonly link: Link;
  private readonly acceptor: Acceptor | undefined;
  private readonly options: EstablishOptions;
  private readonly limits: Limits;
  private readonly clock: Clock;
  private readonly resolve: (session: Session) => void;
  private readonly reject: (error: unknown) => void;
  private readonly bond: ResumeTarget | undefined;
  /** What we say beside the handshake. */
  private readonly metadata: Metadata;
  private claim: ResumeClaim = { kind: "fresh" };
  private traffic: LinkTraffic;
  /** Of the handshake, then of the session. */
  private outbox: Outbox;
  /** Undefined once the handshake is over. */
  private handshake: Handshake | undefined;
  /** Set when it went well. */
  private core: SessionCore | undefined = undefined;
  private session: Session | undefined = undefined;
  /** Why the session that the peer wants cannot be kept. */
  private claimError: unknown = undefined;
  /** What the acceptor is asked about; undefined before the peer has introduced itself. */
  private root: RootOffer | undefined = undefined;
  /** Between the first frame of an arrival and its end: answers leave together then. */
  private isReceiving = false;
  private hasHeard = false;
  /** Of the handshake, then of the last word of one that failed. */
  private timer: TimerHandle | undefined = undefined;

  constructor(
    link: Link,
    parity: Parity,
    makeHandshake: HandshakeFactory,
    acceptor: Acceptor | undefined,
    options: EstablishOptions,
    bond: ResumeTarget | undefined,
    resolve: (session: Session) => void,
    reject: (error: unknown) => void,
  ) {
    this.link = link;
    this.acceptor = acceptor;
    this.options = options;
    this.bond = bond;
    this.metadata = metadataOf(options);
    this.limits = completeLimits(options.limits);
    this.clock = options.clock ?? systemClock;
    this.resolve = resolve;
    this.reject = reject;
    this.traffic = new LinkTraffic(this.limits.maxBufferedBytes, this.clock, options.observer);
    this.traffic.attach(link);
    this.outbox = new Outbox(link.framing, this.limits.maxFrameBytes, this.traffic, this.onPending);
    this.outbox.attach(link);
    this.handshake = makeHandshake({
      settings: settingsOf(parity, options),
      metadata: this.metadata,
      limits: this.limits,
      admit: (peer) => this.admit(peer),
    });
  }

  start(): void {
    const { signal, timeoutMs = this.limits.handshakeTimeoutMs } = this.options;
    if (signal?.aborted === true) {
      this.onAbort();
      return;
    }
    signal?.addEventListener("abort", this.onAbort);
    if (timeoutMs !== Number.POSITIVE_INFINITY)
      this.timer = this.clock.setTimer(Math.max(0, timeoutMs), () => this.onTimeout(timeoutMs));
    this.link.start(this);
    this.advance((handshake) => handshake.start());
  }

  onFrame(bytes: Uint8Array, start: number, end: number): void {
    if (!this.isReceiving) this.traffic.beginArrival();
    this.isReceiving = true;
    this.traffic.countFrame(end - start);
    if (this.core !== undefined) {
      this.core.onFrame(bytes, start, end);
      return;
    }
    this.hasHeard = true;
    this.advance((handshake) => handshake.onFrame(bytes.subarray(start, end)));
  }

  onIdle(): void {
    this.isReceiving = false;
    this.traffic.endArrival();
    this.outbox.flush();
  }

  onDrain(): void {
    this.traffic.onDrain();
    this.core?.onDrain();
  }

  onClosed(error: SessionError | undefined): void {
    this.isReceiving = false;
    if (this.session !== undefined) {
      this.session.onLinkClosed(this.link, error);
      return;
    }
    const { handshake } = this;
    if (handshake === undefined) this.stopTimer();
    else this.giveUp(handshake.onLinkClosed(error));
  }

  private readonly onPending = (): void => {
    if (!this.isReceiving) queueMicrotask(this.flush);
  };

  private readonly flush = (): void => {
    this.outbox.flush();
  };

  private readonly onAbort = (): void => {
    const cause = this.options.signal?.reason;
    this.giveUp(new VoxError("Cancelled", "cancelled before the session was established", { cause }));
    this.link.abort();
  };

  private onTimeout(timeoutMs: number): void {
    const what = this.hasHeard
      ? "the handshake was not through"
      : "the peer has sent nothing (does it speak Vox?)";
    this.giveUp(new SessionError("ConnectTimeout", `connect timeout: ${what} within ${timeoutMs} ms`));
    this.link.abort();
  }

  /** Gives the handshake an input and does what it wants done. */
  private advance(input: (handshake: Handshake) => HandshakeStep): void {
    const { handshake } = this;
    if (handshake === undefined) return;
    let step: HandshakeStep;
    try {
      step = input(handshake);
      for (const frame of step.send) this.put(frame);
    } catch (fault) {
      const text = fault instanceof Error ? fault.message : String(fault);
      const error = new SessionError("Protocol", `protocol error: handshake encode error: ${text}`, {
        cause: fault,
      });
      this.fail(error);
      return;
    }
    if (step.later !== undefined) void step.later.then((next) => this.advance(() => next));
    if (step.outcome?.kind === "failed") this.fail(this.explain(step.outcome.error));
    else if (step.outcome !== undefined) this.open(step.outcome.result);
  }

  private put(frame: Uint8Array): void {
    const { outbox } = this;
    const p = outbox.begin();
    const w = outbox.writer;
    if (p + frame.length > w.limit) w.grow(p, frame.length);
    w.buffer.set(frame, p);
    outbox.commit(p + frame.length);
  }

  /** Asks whether the peer may have a session, and who will answer its calls. @returns why not */
  private admit(peer: PeerIntroduction): Objection | Promise<Objection> {
    const { metadata, settings } = peer;
    try {
      this.claim = this.bond?.claim(peer, this.metadata) ?? this.claim;
    } catch (error) {
      this.claimError = error;
      return passingRefusals.notKept;
    }
    // A session that goes on has been accepted.
    if (this.claim.kind === "session") return undefined;
    const service = metadata.getString(serviceKey);
    this.root = new RootOffer(service);
    const request = {
      service,
      metadata,
      peerMetadata: metadata,
      link: this.link.description,
      isVirtual: false,
      settings,
    };
    return this.root.decide(this.acceptor, request, this.options.observer);
  }

  private explain(error: SessionError): SessionError {
    const cause = this.claimError ?? this.root?.error;
    return cause === undefined ? error : new SessionError(error.code, error.message, { cause });
  }

  private open(result: HandshakeResult): void {
    const { claim } = this;
    if (this.options.mustBeResumable === true && result.sessionKey === undefined) {
      this.fail(new SessionError("NotResumable", "session is not resumable: the acceptor gives no key"));
    } else if (claim.kind === "session") {
      this.goOn(claim, result);
    } else {
      const record = claim.kind === "record" ? claim.record : undefined;
      const objection = record && compareSettings(record, settingsPair(result));
      if (objection === undefined) this.begin(result, record);
      else this.refuse(new SessionError("Protocol", `protocol error: ${objection}`));
    }
  }

  /** Another link for a session that is there. */
  private goOn(claim: ResumeClaim & { readonly kind: "session" }, result: HandshakeResult): void {
    const { link } = this;
    const { session, takesOver, peer } = claim;
    const { core } = session;
    const objection =
      core.checkSettings(settingsPair(result)) ??
      (takesOver || core.isDisconnected ? undefined : notDisconnected());
    if (objection !== undefined) {
      this.refuse(objection);
      return;
    }
    core.cut(new SessionError("Io", "io error: the peer has come back over another link"));
    if (!core.isDisconnected) {
      this.fail(new SessionError("Io", "io error: the session has ended"));
      return;
    }
    this.conclude();
    this.outbox.flush();
    this.outbox = session.outbox;
    this.traffic = session.outbox.traffic;
    this.core = core;
    this.session = session;
    this.bond?.settled(session, result);
    session.attach(link, { peer, peerSupportsRetry: result.peerSupportsRetry });
    this.resolve(session);
  }

  /** Fails, and tells the peer, whose handshake is over, why the session will not go on. */
  private refuse(error: SessionError): void {
    const { outbox } = this;
    outbox.commit(writeProtocolError(outbox.writer, outbox.begin(), error.message));
    this.fail(error);
  }

  /** A new session. @param record of the one of an earlier process that it takes up */
  private begin(result: HandshakeResult, record: SessionRecord | undefined): void {
    const { link, outbox, limits, clock, acceptor } = this;
    const { observer, onUnobservedFailure, operationStore } = this.options;
    this.conclude();
    const { peerSupportsRetry, peerMetadata } = result;
    const isResumable = this.bond !== undefined && result.sessionKey !== undefined;
    const startDriver = (connection: Connection, answering: Dispatcher | undefined): Driver => {
      const retry = { peerSupportsRetry: core.peerSupportsRetry, operationStore, isResumable };
      const options = { dispatcher: answering, limits, clock, observer, onUnobservedFailure, ...retry };
      const shell = new ConnectionShell(connection, core, clock, (close) => session.close(close));
      return new Driver(connection, options, session, shell);
    };
    const core: SessionCore = new SessionCore({
      sessionId: record?.sessionId ?? makeSessionId(),
      outbox,
      description: link.description,
      ...settingsPair(result),
      peerSupportsRetry,
      limits,
      clock,
      observer,
      keepalive: this.options.keepalive,
      admit: (open) => offerVirtual(acceptor, open, session, startDriver, observer),
      isCongested: () => this.traffic.isCongested,
      setReading: (isReading) => this.traffic.setReading(isReading),
      onDisconnected: (error) => session.onDisconnected(error),
      onEnded: (end: SessionEnd) => session.onEnded(end),
    });
    const session: Session = new Session({
      core,
      outbox,
      link,
      clock,
      observer,
      peerMetadata,
      local: result.local,
      startDriver,
    });
    session.driver = startDriver(core.root, this.root?.dispatcher);
    this.core = core;
    this.session = session;
    try {
      this.bond?.settled(session, result);
    } catch (error) {
      this.root?.onFailed(error);
      this.reject(error);
      session.abort();
      return;
    }
    core.open();
    this.root?.onEstablished(session);
    session.onOpened();
    this.resolve(session);
  }

  /** Fails; what was said last still leaves. */
  private fail(error: SessionError): void {
    this.giveUp(error);
    this.outbox.flush();
    this.outbox.detach();
    this.timer = this.clock.setTimer(lingerMs, () => this.link.abort());
    this.link.close();
  }

  private giveUp(error: VoxError): void {
    this.conclude();
    this.root?.onFailed(error);
    this.reject(error);
  }

  private conclude(): void {
    this.handshake = undefined;
    this.stopTimer();
    this.options.signal?.removeEventListener("abort", this.onAbort);
  }

  private stopTimer(): void {
    if (this.timer !== undefined) this.clock.clearTimer(this.timer);
    this.timer = undefined;
  }
}

function notDisconnected(): SessionError {
  const text = "protocol error: resume is only valid while the session is disconnected";
  return new SessionError("Protocol", text);
}

function settingsOf(parity: Parity, options: EstablishOptions): ConnectionSettings {
  const { maxConcurrentRequests = 64, initialChannelCredit = 16 } = options;
  checkU32("maxConcurrentRequests", maxConcurrentRequests);
  checkU32("initialChannelCredit", initialChannelCredit);
  return { parity, maxConcurrentRequests, initialChannelCredit };
}

function checkU32(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > u32Max)
    throw new RangeError(`${name} is an integer of 1 to 2^32 - 1, not ${value}`);
}

function metadataOf(options: EstablishOptions): Metadata {
  const metadata = new Metadata(options.metadata);
  for (const { key, value } of metadata) {
    if (value instanceof Uint8Array)
      throw new TypeError(
        `metadata "${key}": bytes cannot be sent in a handshake, peers of 0.8.2 cannot read them`,
      );
  }
  return metadata.append(serviceKey, options.service ?? noService);
}

/** What a failed attempt is for an observer. */
export function asVoxError(error: unknown): VoxError {
  return isVoxError(error)
    ? error
    : new SessionError("Protocol", `protocol error: ${String(error)}`, { cause: error });
}
