/**
 * The state machine of an established session: frames in; frames (through the outbox) and one end out. It owns no
 * link and no promise, and times by a `Clock`. Source: `protocol/session.md` §3–4.
 *
 * ```
 *   open ──link lost──► disconnected ──link restored──► open
 *     │  (resumable only)    │
 *     └──────────────────────┴──► ended(reason, error)
 * ```
 *
 * While the session is disconnected, what it sends waits in the outbox. Source: `protocol/session.md` §7.
 */
import type { CloseReason, SessionEnd } from "../call/session-handle.js";
import type { ConnectionSnapshot } from "../call/snapshot.js";
import type { Clock } from "../clock.js";
import { SessionError } from "../errors.js";
import type { Limits } from "../limits.js";
import { notify, type Observer } from "../observer.js";
import { peerText } from "../options/peer-text.js";
import { decodeMessage, MessageHead, MessageKind, rootConnectionId, type WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey } from "../wire/rejected-error.js";
import {
  writeConnectionClose,
  writeConnectionReject,
  writePing,
  writePong,
  writeProtocolError,
} from "../wire/session-messages.js";
import { Reading } from "./backpressure.js";
import { Connection, type ConnectionHost, type ConnectionSettings, type RestoredLink } from "./connection.js";
import { ConnectionTable } from "./connection-table.js";
import { DecodedBudget } from "./decoded-budget.js";
import { IdleLimit, type IdleSubject } from "./idle-limit.js";
import { Keepalive, type KeepaliveOptions } from "./keepalive.js";
import type { LinkReceiver } from "./link-pump.js";
import type { Outbox } from "./outbox.js";
import type { ResendFeature } from "./recovery.js";
import { makeSessionId } from "./session-id.js";
import { snapshotConnections } from "./snapshot.js";
import type { IncomingOpen, VirtualConnections, VirtualConnectionsOptions } from "./virtual-connections.js";

/** Pongs and refusals that may queue behind a link that is congested. */
const toleratedAnswers = 1024;

/** Schemas of all connections together may have the size of so many payloads. */
const schemaPayloadsHeld = 64;

/** How an application brings in virtual connections. */
export const virtualConnectionsHint =
  "virtual connections come with the option `virtualConnections`: import its value from @voxrpc/runtime";

const noMetadata: Metadata = /*@__PURE__*/ new Metadata();

/** What a session core needs. */
export interface SessionCoreOptions {
  /** Names the session on this side; see {@link makeSessionId}. */
  readonly sessionId: string;
  readonly outbox: Outbox;
  /** A description of the link that carries the session. */
  readonly description: string;
  readonly local: ConnectionSettings;
  readonly peer: ConnectionSettings;
  /** Whether the peer announced retry in the handshake. */
  readonly peerSupportsRetry: boolean;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly observer: Observer | undefined;
  /** Makes the part that opens and takes virtual connections. Undefined: those of the peer are refused. */
  readonly virtual: ((options: VirtualConnectionsOptions) => VirtualConnections) | undefined;
  /** Asks the application about a virtual connection of the peer, which it answers at once or later. */
  readonly admit: (request: IncomingOpen, virtual: VirtualConnections) => void;
  /** Undefined: the peer is never asked whether it is there. */
  readonly keepalive: KeepaliveOptions | undefined;
  /** Called when the session goes on without its link, lost or given up; see {@link SessionCore.isResumable}. */
  readonly onDisconnected: (error: SessionError | undefined) => void;
  /** Called once, when the session has ended. The frames that the outbox still holds should leave. */
  readonly onEnded: (end: SessionEnd) => void;
}

/** An established session. Inputs are `onFrame`, `onDrain`, `onLinkClosed`, `onLinkRestored`, `drain` and `end`. */
export class SessionCore implements ConnectionHost, IdleSubject, LinkReceiver {
  sessionId: string;
  owner: string | undefined = undefined;
  readonly outbox: Outbox;
  description: string;
  /** Whether the peer announced retry in the latest handshake. */
  peerSupportsRetry: boolean;
  resends: ResendFeature | undefined = undefined;
  /** The connection that every session has. It routes from the moment that its `sink` is set. */
  readonly root: Connection;
  /** Opens and takes the other connections; undefined without the option `virtualConnections`. */
  readonly virtual: VirtualConnections | undefined;
  readonly #connections = new ConnectionTable();
  readonly #keepalive: Keepalive | undefined;
  readonly #idle: IdleLimit | undefined;
  readonly limits: Limits;
  readonly #observer: Observer | undefined;
  readonly #reading: Reading;
  readonly #onDisconnected: (error: SessionError | undefined) => void;
  readonly #onEnded: (end: SessionEnd) => void;
  readonly #head = new MessageHead();
  readonly decoded: DecodedBudget;
  lingering = 0;
  #hasEnded = false;
  /** Whether the peer keeps the session when the link ends, until it gets the closes of `sendCloses`. */
  isKeptByPeer = false;
  /** Set while round trips are measured. */
  onPong: ((nonce: WireId) => void) | undefined = undefined;
  #isDisconnected = false;
  /** Whether the session ends as soon as calls and channels in flight have finished. */
  #isLeaving = false;
  /** Whether the root has no client any more, while the session lives for its other connections. */
  #isRootReleased = false;
  /** Pongs and refusals since the link became congested. */
  #unreadAnswers = 0;
  /** Bytes of the peer's schemas on all connections. */
  #schemaBytes = 0;

  constructor(options: SessionCoreOptions) {
    this.sessionId = options.sessionId;
    this.outbox = options.outbox;
    this.description = options.description;
    this.peerSupportsRetry = options.peerSupportsRetry;
    this.limits = options.limits;
    this.decoded = new DecodedBudget(options.limits);
    this.#observer = options.observer;
    const { traffic } = options.outbox;
    this.#reading = new Reading({
      limits: options.limits,
      isCongested: () => traffic.isCongested,
      setReading: (isReading) => traffic.setReading(isReading) && this.#onReading(isReading),
    });
    this.#onDisconnected = options.onDisconnected;
    this.#onEnded = options.onEnded;
    this.root = new Connection(rootConnectionId, options.local, options.peer, this);
    this.#connections.add(this.root);
    this.virtual = options.virtual?.({
      host: this,
      connections: this.#connections,
      parity: options.local.parity,
      limits: options.limits,
      clock: options.clock,
      admit: options.admit,
      isDisconnected: () => this.#isDisconnected,
      onOpened: ({ id }) => reportOpened(this, options.observer, id),
      close: (connection, metadata) => this.close(connection, "Local", undefined, metadata),
      onLost: (connection, error) => this.#closeConnection(connection, "Transport", error),
      onReopening: (connection) => reportClosed(this, options.observer, connection, "Transport"),
      onPendingOver: () => this.#considerEnd(),
    });
    const { idleTimeoutMs } = options.limits;
    if (idleTimeoutMs !== Number.POSITIVE_INFINITY)
      this.#idle = new IdleLimit(idleTimeoutMs, options.clock, this, () =>
        this.end("Local", unusedFor(idleTimeoutMs)),
      );
    const { keepalive } = options;
    if (keepalive !== undefined) {
      this.#keepalive = new Keepalive(
        keepalive,
        options.clock,
        () => options.outbox.traffic.hasSigns(),
        (nonce) => sendPing(options.outbox, nonce),
        (text) => this.#onPeerLost(text),
      );
    }
  }

  /** Whether the session outlives its link, because this side or the peer brings another one. */
  get isResumable(): boolean {
    return this.resends !== undefined;
  }

  get isCongested(): boolean {
    return this.#isDisconnected || this.outbox.traffic.isCongested;
  }

  get mayCall(): boolean {
    return !this.#isDisconnected && this.#reading.mayCall;
  }

  /** Bytes of the peer's calls that wait. */
  get queuedBytes(): number {
    return this.#reading.queued;
  }

  countQueued(bytes: number): boolean {
    return this.#reading.countQueued(bytes);
  }

  countSchemas(bytes: number): boolean {
    if (this.#schemaBytes + bytes > schemaPayloadsHeld * this.limits.maxSchemaBytes) return false;
    this.#schemaBytes += bytes;
    return true;
  }

  mayAnswer(): boolean {
    if (this.#isDisconnected || !this.isCongested) return true;
    this.#unreadAnswers += 1;
    if (this.#unreadAnswers <= toleratedAnswers) return true;
    this.#failSession("the peer does not read the answers that it requests");
    return false;
  }

  get isShuttingDown(): boolean {
    return this.#hasEnded || this.#isLeaving;
  }

  /** Whether it has no link at the moment. */
  get isDisconnected(): boolean {
    return this.#isDisconnected && !this.#hasEnded;
  }

  /** Stops reading the link while the caller cannot take more. @returns false when the transport cannot wait */
  holdReading(): boolean {
    return this.#reading.hold();
  }

  /** Takes back one {@link holdReading}. */
  releaseReading(): void {
    this.#reading.release();
  }

  /** Connections that are active: none once the session has ended. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Connections as they are at this moment. */
  snapshot(): ConnectionSnapshot[] {
    return snapshotConnections(this.#connections.all(), this.virtual?.pendingIds ?? []);
  }

  get lastUsedMs(): number {
    return this.outbox.traffic.lastUsedMs;
  }

  isInUse(): boolean {
    return this.#pendingCount > 0 || this.#connections.all().some(({ sink }) => sink?.isInUse === true);
  }

  /** The session is up. Reports it to the observer, and starts the timers. */
  open(): void {
    reportOpened(this, this.#observer, this.root.id);
    this.#keepalive?.start();
    this.#idle?.start();
  }

  /** One message. A message that cannot be decoded ends the session: this side cannot trust what follows it. */
  onFrame(bytes: Uint8Array, start: number, end: number): void {
    if (this.#hasEnded || this.#isDisconnected) return;
    const head = this.#head;
    try {
      decodeMessage(head, bytes, start, end, this.limits);
    } catch (fault) {
      reportUnreadable(this, this.#observer, fault);
      this.#failSession(`decode error: ${textOf(fault)}`, fault);
      return;
    }
    if (head.kind === MessageKind.Request) {
      this.#connections.find(head.connectionId)?.sink?.onRequest(head, bytes);
    } else {
      this.#route(head, bytes);
    }
  }

  /** The link has passed on what it held, or another has taken its place. */
  onDrain(): void {
    this.#unreadAnswers = 0;
    const connections = this.#connections.all();
    this.#reading.onDrain(() => {
      for (const { sink } of connections) sink?.answerWaiting?.();
    });
    for (const { sink } of connections) sink?.onDrain();
  }

  /** The link has ended: between two frames, or with an error. A peer that broke the framing ends the session. */
  onLinkClosed(error: SessionError | undefined): void {
    if (this.#isDisconnected) return;
    if (error?.code !== "Protocol" && this.#canSurvive) this.#disconnect(error);
    else if (error === undefined) this.end("Remote", undefined);
    else this.end(error.code === "Protocol" ? "Protocol" : "Transport", error);
  }

  /** The peer has sent a frame that the link does not take. Tells the peer why, and ends the session. */
  onRefused(error: SessionError): void {
    if (this.#isDisconnected) return;
    this.#failSession(error.message.replace(/^protocol error: /, ""), error);
  }

  /** Gives up a link that may still be alive: the peer has come back over another one, or does not answer. */
  cut(error: SessionError): void {
    if (this.#hasEnded || this.#isDisconnected) return;
    if (this.#canSurvive) this.#disconnect(error);
    else this.end("Transport", error);
  }

  /** There is a link again, and the outbox has it. @param description of the link */
  onLinkRestored(restored: RestoredLink, description: string): void {
    if (!this.isDisconnected) return;
    this.#isDisconnected = false;
    this.#unreadAnswers = 0;
    this.description = description;
    this.peerSupportsRetry = restored.peerSupportsRetry;
    // Ids of a peer that has started over mean other calls than before.
    if (restored.peer !== "resumed") this.sessionId = makeSessionId();
    this.virtual?.onLinkRestored(restored);
    this.#reading.onLinkRestored();
    this.#connections.notifySinks((sink) => sink.onLinkRestored(restored));
    if (!this.#hasEnded) this.#keepalive?.start();
    // The peer may have lost the connections for which a released root lives.
    this.#considerEnd();
  }

  /** Lets connections finish calls in flight; calls `onIdle` once when they have. */
  drain(onIdle: () => void): void {
    this.#isLeaving = true;
    const sinks = this.#connections.all().flatMap((connection) => connection.sink ?? []);
    let busy = sinks.length;
    if (busy === 0) onIdle();
    for (const sink of sinks) {
      sink.onDraining(() => {
        busy -= 1;
        if (busy === 0) onIdle();
      });
    }
  }

  /**
   * The last client of the root is closed. The session ends when calls and channels of the root have ended. While other
   * connections live, the root still answers, and the session ends with the last one.
   * @param onIdle called when no call is in flight on the root any more
   */
  release(onIdle: () => void): void {
    const { sink } = this.root;
    if (sink === undefined) return;
    if (this.#hasOthers) {
      this.#isRootReleased = true;
      sink.onReleased?.(onIdle);
      this.#considerEnd();
      return;
    }
    this.#isLeaving = true;
    sink.onDraining(() => {
      sink.onDraining(() => this.releaseLate(false), true);
      onIdle();
    });
  }

  /** There is a client of the root again. */
  reclaim(): void {
    this.#isRootReleased = false;
  }

  /** The time for calls of this side on a released root is over. @param isOverdue whether these calls fail */
  releaseLate(isOverdue = true): void {
    if (this.#hasEnded || this.#connections.find(rootConnectionId) === undefined) return;
    if (!this.#hasOthers) {
      this.end("Local", undefined);
      return;
    }
    // A connection has come while the root was about to end.
    this.#isLeaving = false;
    this.#isRootReleased = true;
    this.root.sink?.onReleased?.(undefined, isOverdue);
  }

  /** Ends the session, and all its connections with it. It receives and sends nothing after that. */
  end(reason: CloseReason, error: SessionError | undefined): void {
    if (this.#hasEnded) return;
    if (reason === "Local" && this.isKeptByPeer && !this.#isDisconnected) sendCloses(this, this.#connections);
    this.#hasEnded = true;
    this.#keepalive?.stop();
    this.#idle?.stop();
    const reopening = this.virtual?.end(error) ?? [];
    for (const connection of [...reopening, ...this.#connections.all()])
      this.#closeConnection(connection, reason, error);
    this.#onEnded({ reason, error });
  }

  failConnection(connection: Connection, text: string): void {
    if (this.#hasEnded) return;
    // A session ends with its root.
    if (connection === this.root) this.#failSession(text);
    else this.close(connection, "Protocol", protocolError(text));
  }

  /** Ends a virtual connection, and tells the peer. Harmless when it has ended. */
  close(
    connection: Connection,
    reason: CloseReason,
    error: SessionError | undefined,
    metadata?: Metadata,
  ): void {
    if (this.#hasEnded) return;
    const isReopening = this.virtual?.giveUp(connection, metadata) === true;
    if (!isReopening && this.#connections.find(connection.id) !== connection) return;
    this.#closeConnection(connection, reason, error);
    if (!isReopening) this.virtual?.sendClose(connection.id, metadata);
    this.#considerEnd();
  }

  /** Connections that either side has requested and the other has not answered. */
  get #pendingCount(): number {
    return this.virtual?.pendingCount ?? 0;
  }

  /** Whether the session has connections beside the root, or waits for an answer about one. */
  get #hasOthers(): boolean {
    return this.#pendingCount > 0 || this.#connections.all().some((each) => each !== this.root);
  }

  /** Whether this side does not use the root any more. */
  get #isRootUnused(): boolean {
    return this.#isRootReleased || this.#connections.find(rootConnectionId) === undefined;
  }

  /** Ends a session with an unused root and no other connection. Looks when the current work has finished. */
  #considerEnd(): void {
    if (!this.#isRootUnused) return;
    queueMicrotask(() => {
      if (this.#isRootUnused && !this.#hasOthers) this.end("Local", undefined);
    });
  }

  #closeConnection(connection: Connection, reason: CloseReason, error: SessionError | undefined): void {
    // The end of a connection that is being opened again was reported to observers when its link was lost.
    const isOpen = this.#connections.remove(connection);
    connection.sink?.onClosed(reason, error);
    connection.onEnded?.(reason, error);
    if (isOpen) reportClosed(this, this.#observer, connection, reason, error);
  }

  #route(head: MessageHead, bytes: Uint8Array): void {
    switch (head.kind) {
      case MessageKind.Schema:
        this.#connections.find(head.connectionId)?.sink?.onSchemas(head, bytes);
        break;
      case MessageKind.Channel:
        this.#connections.find(head.connectionId)?.sink?.onChannel(head, bytes);
        break;
      case MessageKind.Ping:
        answerPing(this, head);
        break;
      case MessageKind.Pong:
        this.outbox.traffic.countPingIn();
        if (head.connectionId !== rootConnectionId) break;
        this.#keepalive?.onPong(head.nonce);
        this.onPong?.(head.nonce);
        break;
      case MessageKind.ConnectionOpen:
        if (!this.mayAnswer()) break;
        if (this.virtual !== undefined) this.virtual.onMessage(head, bytes);
        else refuseOpen(this, this.#observer, head.connectionId);
        break;
      case MessageKind.ConnectionAccept:
      case MessageKind.ConnectionReject:
        this.virtual?.onMessage(head, bytes);
        break;
      case MessageKind.ConnectionClose:
        this.#onConnectionClose(head.connectionId);
        break;
      case MessageKind.ProtocolError:
        this.#onProtocolError(head.text);
        break;
    }
  }

  #onPeerLost(text: string): void {
    const error = protocolError(`keepalive: ${text}`);
    // A link whose cable was pulled just goes silent, so a session that can have another link gets one.
    if (this.#canSurvive) this.#disconnect(error);
    else this.end("Protocol", error);
  }

  /** Keepalive expects no Pong while the link is not read. If the link is not full, the holder must end the hold. */
  #onReading(isReading: boolean): true {
    if (this.#hasEnded || this.#isDisconnected) return true;
    if (isReading) this.#keepalive?.start();
    else if (this.isCongested) this.#keepalive?.hold();
    else this.#keepalive?.stop();
    return true;
  }

  get #canSurvive(): boolean {
    if (!this.isResumable || this.#isLeaving || this.#connections.find(rootConnectionId) === undefined)
      return false;
    return !this.#isRootReleased || this.virtual?.hasSurvivors === true;
  }

  #disconnect(error: SessionError | undefined): void {
    this.#isDisconnected = true;
    this.#keepalive?.stop();
    const { maxBufferedBytes } = this.limits;
    this.outbox.hold(maxBufferedBytes, () => {
      if (this.isDisconnected) this.end("Transport", heldTooMuch(maxBufferedBytes));
    });
    this.virtual?.onLinkLost(error);
    this.#connections.notifySinks((sink) => sink.onLinkLost(error));
    if (!this.#hasEnded) this.#onDisconnected(error);
  }

  #onConnectionClose(connectionId: WireId): void {
    const connection = this.#connections.find(connectionId);
    if (connection === undefined) {
      this.virtual?.onClose(connectionId);
      return;
    }
    this.#closeConnection(connection, "Remote", undefined);
    // A side that has released its root ends on purpose: its peer has to get the farewell.
    if (this.#isRootUnused && !this.#hasOthers)
      this.end(this.#isRootReleased ? "Local" : "Remote", undefined);
  }

  #onProtocolError(text: string): void {
    const shown = peerText(text);
    reportProtocolError(this, this.#observer, "local", shown);
    this.end("Protocol", protocolError(`reported by the peer: ${shown}`));
  }

  /** The peer broke the protocol. Tells the peer what was wrong, then ends the session. */
  #failSession(text: string, cause?: unknown): void {
    if (this.#hasEnded) return;
    const shown = peerText(text);
    const { outbox } = this;
    reportProtocolError(this, this.#observer, "remote", shown);
    if (!outbox.isEncoding) outbox.commit(writeProtocolError(outbox.writer, outbox.begin(), shown));
    this.end("Protocol", protocolError(shown, cause));
  }
}

function protocolError(text: string, cause?: unknown): SessionError {
  return new SessionError("Protocol", `protocol error: ${text}`, { cause });
}

function textOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

function reportUnreadable(
  { description: link, root }: SessionCore,
  observer: Observer | undefined,
  error: unknown,
): void {
  const connectionId = root.id;
  notify(observer, "onDecodeError", {
    link,
    connectionId,
    subject: "message",
    id: undefined,
    method: undefined,
    error,
  });
}

function reportClosed(
  { description: link }: SessionCore,
  observer: Observer | undefined,
  { id: connectionId }: Connection,
  reason: CloseReason,
  error?: SessionError | undefined,
): void {
  notify(observer, "onConnectionClosed", { link, connectionId, reason, error });
}

/** Refuses a virtual connection: the session has no part for them. */
function refuseOpen(
  { description: link, outbox }: SessionCore,
  observer: Observer | undefined,
  connectionId: WireId,
): void {
  const reason = new Metadata({ [errorKey]: "this peer takes no virtual connections" });
  outbox.commit(writeConnectionReject(outbox.writer, outbox.begin(), connectionId, reason));
  const missing = { feature: "virtualConnections", hint: virtualConnectionsHint } as const;
  notify(observer, "onFeatureMissing", { link, connectionId, ...missing });
}

function answerPing(core: SessionCore, head: MessageHead): void {
  const { outbox } = core;
  outbox.traffic.countPingIn();
  if (!core.mayAnswer()) return;
  outbox.traffic.countPingOut();
  outbox.commit(writePong(outbox.writer, outbox.begin(), head.connectionId, head.nonce));
}

function sendPing(outbox: Outbox, nonce: number): void {
  outbox.traffic.countPingOut();
  outbox.commit(writePing(outbox.writer, outbox.begin(), nonce));
}

/**
 * Tells an acceptor of this implementation that this side does not come back, so that it does not wait. It closes all
 * connections, the root last. A 0.8.2 acceptor gets no farewell, because its own clients send none.
 */
function sendCloses({ outbox, root }: SessionCore, connections: ConnectionTable): void {
  if (outbox.isEncoding) return;
  outbox.flushAll();
  const others = connections.all().filter((each) => each !== root);
  for (const { id } of [...others, root])
    outbox.commit(writeConnectionClose(outbox.writer, outbox.begin(), id, noMetadata));
}

function heldTooMuch(maxBytes: number): SessionError {
  const text = `io error: more than ${maxBytes} bytes wait for a new link (limit maxBufferedBytes)`;
  return new SessionError("Io", text);
}

function unusedFor(idleTimeoutMs: number): SessionError {
  const text = `idle timeout: no traffic and no calls for ${idleTimeoutMs} ms (limit idleTimeoutMs)`;
  return new SessionError("IdleTimeout", text);
}

function reportOpened(
  { description: link }: SessionCore,
  observer: Observer | undefined,
  connectionId: WireId,
): void {
  notify(observer, "onConnectionOpened", { link, connectionId });
}

/** @param origin `local`: the peer says that this side broke the protocol */
function reportProtocolError(
  { description: link, root }: SessionCore,
  observer: Observer | undefined,
  origin: "local" | "remote",
  text: string,
): void {
  notify(observer, "onProtocolError", { link, connectionId: root.id, origin, text });
}
