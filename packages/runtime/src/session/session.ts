/** The shell around a session core: the session as applications see it. It closes gracefully. */

import { ignore } from "../call/call-out.js";
import type { Caller, DrivenCaller } from "../call/caller.js";
import { checkService } from "../call/check-service.js";
import type { Dispatcher } from "../call/dispatcher.js";
import { asyncDispose } from "../call/dispose.js";
import { checkCloseOptions, roundTripChecks } from "../call/option-checks.js";
import type { Service } from "../call/service.js";
import type {
  CloseOptions,
  OpenSettings,
  RoundTripOptions,
  SessionEnd,
  SessionHandle,
  SessionState,
} from "../call/session-handle.js";
import { type Share, SharedCaller } from "../call/shared-caller.js";
import type { SessionSnapshot } from "../call/snapshot.js";
import { loaded, withinAttempt } from "../call/within-attempt.js";
import type { Clock, TimerHandle } from "../clock.js";
import { SessionError, type VoxError } from "../errors.js";
import type { LinkOrigin } from "../link/link.js";
import type { Observer } from "../observer.js";
import { checkOptions } from "../options/checks.js";
import type { Metadata } from "../wire/metadata.js";
import type { Connection, RestoredLink } from "./connection.js";
import { defaultDrainMs } from "./connection-shell.js";
import type { LinkPump } from "./link-pump.js";
import type { ConnectionOpening, OpenOptions } from "./opening.js";
import type { RawConnection } from "./raw-connection.js";
import type { Recovery } from "./recovery.js";
import { type SessionCore, virtualConnectionsHint } from "./session-core.js";
import { StateLog } from "./state-log.js";
import type * as Watching from "./watching.js";

/** Starts calling and answering on a connection. @param dispatcher answers the peer's calls */
export type StartDriver = (
  session: Session,
  connection: Connection,
  dispatcher: Dispatcher | undefined,
) => DrivenCaller;

/** The parts of a session; see `start-session.ts` of `establish/`. */
export interface SessionParts {
  readonly core: SessionCore;
  /** Of the link that carries it. */
  readonly pump: LinkPump;
  readonly clock: Clock;
  readonly observer: Observer | undefined;
  readonly peerMetadata: Metadata;
  /** Answers the peer's calls on the root connection. */
  readonly dispatcher: Dispatcher | undefined;
  readonly startDriver: StartDriver;
  /** @returns the part that opens virtual connections; undefined without the option `virtualConnections` */
  readonly opener: (session: Session) => ConnectionOpening | undefined;
}

const defaultRoundTripMs = 10_000;

const loadWatching = (): Promise<typeof Watching> => loaded(import("./watching.js"), "watches a session");

/** An established session. */
export class Session implements SessionHandle {
  readonly closed: Promise<SessionEnd>;
  #handshakeMetadata: Metadata;
  /** Calls the peer on the root connection. @internal */
  readonly driver: DrivenCaller;
  /** @internal */
  readonly core: SessionCore;
  #pump: LinkPump;
  readonly #clock: Clock;
  readonly #openerOrNone: ConnectionOpening | undefined;
  readonly #startDriverOf: StartDriver;
  #resolveClosed: (end: SessionEnd) => void = () => {};
  #ended: SessionEnd | undefined = undefined;
  #isClosing = false;
  /** Clients of the root connection, and the application that has this object. */
  #holders = 1;
  readonly #share: Share = {
    giveUp: (options) => this.#giveUp(options),
    hold: () => this.holdCaller(),
  };
  #isReleased = false;
  readonly #states: StateLog;
  #recovery: Recovery | undefined = undefined;
  #reconnects = 0;
  /** Runs while the session drains. */
  #timer: TimerHandle | undefined = undefined;

  constructor(parts: SessionParts) {
    this.core = parts.core;
    this.#pump = parts.pump;
    this.#clock = parts.clock;
    this.#handshakeMetadata = parts.peerMetadata;
    this.#openerOrNone = parts.opener(this);
    this.#startDriverOf = parts.startDriver;
    this.#states = new StateLog(parts.observer);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.driver = this.startDriver(parts.core.root, parts.dispatcher);
  }

  get isOpen(): boolean {
    return !this.#isClosing && this.#ended === undefined;
  }

  get remoteAddress(): string {
    return this.core.description;
  }

  /** What the peer sent in the handshake of the link in use, or the last one. */
  get peerMetadata(): Metadata {
    return this.#handshakeMetadata;
  }

  /** What the transport of the link in use knows about the peer. */
  get origin(): LinkOrigin | undefined {
    return this.#pump.link.origin;
  }

  /** Whether the peer announced retry in the latest handshake: calls carry operation ids then. */
  get peerSupportsRetry(): boolean {
    return this.core.peerSupportsRetry;
  }

  get state(): SessionState {
    return this.#states.current;
  }

  onStateChanged(listener: (state: SessionState) => void): () => void {
    return this.#states.subscribe(listener);
  }

  status(): AsyncIterableIterator<SessionState, undefined> {
    const states = loadWatching().then(({ States }) => new States(this));
    // `next` and `return` report it.
    states.catch(ignore);
    return {
      next: async () => (await states).next(),
      return: async () => (await states).return(),
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  async rtt(options: RoundTripOptions = {}): Promise<number> {
    checkOptions(options, roundTripChecks);
    return withinAttempt(
      { timeoutMs: options.timeoutMs ?? defaultRoundTripMs, clock: this.#clock, signal: options.signal },
      "the peer has answered",
      "the peer has not answered a ping",
      async (over) => (await loadWatching()).roundTrip(this, this.core, this.#clock, over),
    );
  }

  /**
   * Makes a client of a service of the peer. Any number of clients may share a session. When you close one, the others
   * go on. The session goes on, too, while it has a client or you have not released it; see {@link closeWhenIdle}.
   * @throws TypeError for a value that is not a service
   */
  client<C>(service: Service<C>): C {
    checkService(service);
    return service.create(this.holdCaller());
  }

  /** A caller on the root connection for one more client. @internal */
  holdCaller(): Caller {
    this.#holders += 1;
    this.core.reclaim();
    return new SharedCaller(this.driver, this.#share);
  }

  /**
   * Leaves the session to its clients. It ends gracefully when the last client is closed and no virtual connection
   * and no channel is left, at once if there are none. Resolves when no call needs the session any more.
   * @throws TypeError, RangeError for an option that is not valid
   */
  async closeWhenIdle(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    if (this.#isReleased) return;
    this.#isReleased = true;
    await this.#giveUp(options);
  }

  /**
   * Opens a virtual connection for a service: calls, channels and limits of their own on the same link. Dispose the
   * client to end it.
   * @throws RejectedError `Rejected` when the peer refuses, with the metadata that the peer sent
   * @throws SessionError `ConnectTimeout` when it does not answer; `Protocol` when the session is closed or full
   * @throws VoxError `Cancelled` when `signal` is aborted
   * @throws TypeError without the option `virtualConnections` of `openSession`
   */
  async open<C>(service: Service<C>, options: OpenOptions = {}): Promise<C> {
    return this.opener.open(service, options);
  }

  /**
   * Opens a virtual connection without a driver, for `proxyConnections`.
   * @param service name of the service that is requested from the peer
   * @throws what {@link open} throws
   */
  async openRaw(service: string, options: OpenSettings = {}): Promise<RawConnection> {
    return this.opener.openRaw(service, options);
  }

  /** Opens virtual connections. @throws TypeError without the option `virtualConnections` @internal */
  get opener(): ConnectionOpening {
    if (this.#openerOrNone === undefined) throw new TypeError(virtualConnectionsHint);
    return this.#openerOrNone;
  }

  /** Starts calling and answering on a connection of the session. @internal */
  startDriver(connection: Connection, dispatcher: Dispatcher | undefined): DrivenCaller {
    return this.#startDriverOf(this, connection, dispatcher);
  }

  /**
   * Ends a virtual connection at once, no matter which side opened it. Calls in flight on it fail. A connection that
   * the peer has not accepted yet is given up.
   * @param id as the peer and observers get it
   * @param metadata sent to the peer
   * @throws SessionError `Protocol` for the root connection and for one that does not exist
   */
  closeConnection(id: number | bigint, metadata?: Metadata): void {
    if (this.#ended !== undefined) throw new SessionError("Protocol", "protocol error: session closed");
    this.opener.close(id, metadata);
  }

  /** One holder gives the session up. The last one waits for calls in flight, but not for other connections. */
  #giveUp({ timeoutMs = defaultDrainMs }: CloseOptions): Promise<void> | undefined {
    this.#holders -= 1;
    if (this.#holders > 0) return undefined;
    if (!this.isOpen) return this.closed.then(() => {});
    if (this.core.isDisconnected && this.core.virtual?.hasSurvivors !== true) {
      this.core.end("Local", undefined);
      return this.closed.then(() => {});
    }
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(timeoutMs, () => {
        this.core.releaseLate();
        onIdle();
      });
      const onIdle = (): void => {
        this.#clock.clearTimer(timer);
        if (this.#ended === undefined) resolve();
        else void this.closed.then(() => resolve());
      };
      void this.closed.then(onIdle);
      this.core.release(onIdle);
    });
  }

  snapshot(): SessionSnapshot {
    const ended = this.#ended;
    const { outbox } = this.core;
    const { traffic } = outbox;
    const nowMs = Math.floor(this.#clock.now());
    const before = (at: number | undefined): number | undefined =>
      at === undefined ? undefined : nowMs - at;
    return {
      link: this.remoteAddress,
      state: this.#isClosing && ended === undefined ? "closing" : this.state.kind,
      closeReason: ended?.reason,
      closeError: ended?.error?.message,
      outbound: traffic.outbound(outbox.pendingBytes),
      traffic: traffic.counts,
      lastInboundMs: before(traffic.lastInMs),
      lastOutboundMs: before(traffic.lastOutMs),
      connections: this.core.snapshot(),
    };
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    if (this.core.isDisconnected) {
      // Without a link nothing that is in flight can finish.
      this.core.end("Local", undefined);
    } else if (this.isOpen) {
      this.#isClosing = true;
      const { timeoutMs = defaultDrainMs } = options;
      this.#timer = this.#clock.setTimer(timeoutMs, () => this.core.end("Local", undefined));
      this.core.drain(() => this.core.end("Local", undefined));
    }
    await this.closed;
  }

  abort(): void {
    const { core } = this;
    core.end("Local", undefined);
    // A peer that keeps the session has to get the farewell, so the link is not cut.
    if (!core.isKeptByPeer || core.outbox.traffic.isCongested) this.#pump.abort();
  }

  [asyncDispose](): Promise<void> {
    return this.close();
  }

  /** The session is established. @internal */
  onOpened(): void {
    this.#changeState({ kind: "open", reconnects: 0, isResumed: false });
  }

  /** The session outlives its link from now on. @internal */
  becomeResumable(recovery: Recovery): void {
    this.#recovery = recovery;
    this.core.resends = recovery.resends;
  }

  /** Takes another link, whose handshake has finished. @internal */
  attach(pump: LinkPump, restored: RestoredLink, peerMetadata: Metadata): void {
    const { core } = this;
    this.#pump = pump;
    this.#handshakeMetadata = peerMetadata;
    if (restored.peer !== "resumed") core.outbox.drop();
    pump.attachSession(core, core.outbox);
    core.onLinkRestored(restored, pump.link.remoteAddress);
    this.#reconnects += 1;
    this.#recovery?.onRestored();
    // A handler that got its abort may have ended the session.
    if (this.#ended !== undefined) return;
    this.#changeState({
      kind: "open",
      reconnects: this.#reconnects,
      isResumed: restored.peer !== "new",
    });
  }

  /** An attempt to get a link begins. @param error why the one before failed, or how the link was lost @internal */
  reportAttempt(attempt: number, error: VoxError | undefined): void {
    this.#changeState({ kind: "recovering", attempt, error });
  }

  /** The core goes on without a link. @internal */
  onDisconnected(error: SessionError | undefined): void {
    this.#pump.drop(error);
    this.#changeState({ kind: "recovering", attempt: 0, error });
    this.#recovery?.onLost(error);
  }

  #changeState(state: SessionState): void {
    this.#states.change(state, this.remoteAddress, this.core.sessionId);
  }

  /** The core has ended. Its last frames leave, then the link closes. @internal */
  onEnded(end: SessionEnd): void {
    this.#ended = end;
    this.#stopTimer();
    this.#recovery?.onEnded(end);
    this.#changeState({ kind: "closed", ...end });
    this.#pump.finish(() => this.#resolveClosed(end), end.reason === "Local" && end.error === undefined);
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}
