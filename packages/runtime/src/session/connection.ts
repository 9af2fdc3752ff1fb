/** One connection of a session as its driver sees it, and the driver as the session sees it. */
import type { CloseReason } from "../call/session-handle.js";
import type { ChannelSnapshot, RequestSnapshot } from "../call/snapshot.js";
import type { SessionError } from "../errors.js";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { MessageHead } from "../wire/message.js";
import type { Metadata } from "../wire/metadata.js";
import type { DecodedBudget } from "./decoded-budget.js";
import type { Outbox } from "./outbox.js";
import type { ResendFeature } from "./recovery.js";

export type { ConnectionSettings };

/** What a driver holds at one moment. */
export interface DriverSnapshot {
  /** Whether it takes and makes no new calls. */
  readonly isDraining: boolean;
  readonly requests: readonly RequestSnapshot[];
  readonly channels: readonly ChannelSnapshot[];
}

/**
 * What the peer at the other end of a new link remembers. `resumed`: the session as it was. `restored`: the peer is a
 * process that was started since; it knows the operations of the session, but none of its own calls. `new`: nothing.
 */
export type PeerMemory = "resumed" | "restored" | "new";

/** A link that takes the place of a lost one, and its peer. */
export interface RestoredLink {
  readonly peer: PeerMemory;
  /** Whether the peer announced retry this time. */
  readonly peerSupportsRetry: boolean;
  /**
   * Whether the peer is of version 0.8.2. Such a peer does not say whether it knows the session. On virtual
   * connections, it still has earlier announcements, and takes none twice.
   */
  readonly isReference: boolean;
}

/** What this side sends to request a connection again when the peer has lost the session. */
export interface ReopenRequest {
  readonly local: ConnectionSettings;
  readonly metadata: Metadata;
}

/** The events that a session passes to the driver of a connection. A head is valid only during the call. */
export interface ConnectionSink {
  /** A Call, Response or Cancel. */
  onRequest(head: MessageHead, bytes: Uint8Array): void;
  /** A message about a channel. */
  onChannel(head: MessageHead, bytes: Uint8Array): void;
  /** An announcement of schemas. */
  onSchemas(head: MessageHead, bytes: Uint8Array): void;
  /** The link has passed on what it held: calls of the peer that waited are answered before anything else leaves. */
  answerWaiting?(): void;
  /** The link has passed on what it held: senders that waited may go on. */
  onDrain(): void;
  /**
   * The driver takes and makes no new calls. It calls `onIdle` once, when those in flight have finished. A later
   * `onDraining` replaces the callback.
   * @param withChannels waits for the channels, too
   */
  onDraining(onIdle: () => void, withChannels?: boolean): void;
  /**
   * This side does not use the connection any more. The driver still answers the peer.
   * @param onIdle called once when no call is in flight
   * @param isOverdue the calls that this side has made fail
   */
  onReleased?(onIdle: (() => void) | undefined, isOverdue?: boolean): void;
  /** Present when the connection goes on over another link. Without it, the connection ends with its link. */
  readonly outlivesLink?: true;
  /** The link is lost, and the session waits for another one. Announcements do not count any more; channels end. */
  onLinkLost(error: SessionError | undefined): void;
  /** There is a link again. */
  onLinkRestored(restored: RestoredLink): void;
  /** The connection has ended; nothing is called after this. */
  onClosed(reason: CloseReason, error: SessionError | undefined): void;
  /** Whether a call or a channel is open on the connection. */
  readonly isInUse?: boolean;
  /** What the driver holds at this moment; absent for a sink of raw messages. */
  snapshot?(): DriverSnapshot;
}

/** What a connection needs of its session. */
export interface ConnectionHost {
  /** Random; made by this side. The same on all links, until the peer starts over. */
  readonly sessionId: string;
  /** The owner in whose share the operations of the session count. Undefined: the session itself. */
  readonly owner?: string | undefined;
  readonly outbox: Outbox;
  /** A description of the link that carries the session. */
  readonly description: string;
  /** Whether the session outlives its link: what was sent may have to be sent again. */
  readonly isResumable: boolean;
  /** Makes calls again after a lost link; undefined unless the session outlives its link. */
  readonly resends: ResendFeature | undefined;
  /** Whether the session has ended, or ends as soon as it can: a connection that ends meanwhile ends with it. */
  readonly isShuttingDown: boolean;
  /** Whether the link holds so much unsent data that senders must wait. */
  readonly isCongested: boolean;
  /** Whether calls of this side may leave: not while {@link isCongested}, nor before answers to calls that waited. */
  readonly mayCall: boolean;
  /** Calls of the peer begin to wait, or have waited, with what belongs to them; see `Reading.countQueued`. */
  countQueued(bytes: number): boolean;
  /** Memory that the peer's values take while they are held. */
  readonly decoded: DecodedBudget;
  /** Connections that have ended and whose handlers still run: they count as connections. */
  lingering: number;
  /** Schemas of the peer are kept, or forgotten (less than 0). @returns false, and counts nothing, for too many */
  countSchemas(bytes: number): boolean;
  /**
   * Whether this side may send what does not wait for the link to drain, like a refusal or a Pong. If not, the peer
   * requests far more than it reads, and the session has ended.
   */
  mayAnswer(): boolean;
  /** Ends a connection whose peer broke the protocol. */
  failConnection(connection: Connection, text: string): void;
}

/** An active connection: id, settings of both sides, and the driver behind it. */
export class Connection {
  /** Changes when the connection is opened again. */
  id: number | bigint;
  readonly local: ConnectionSettings;
  peer: ConnectionSettings;
  readonly host: ConnectionHost;
  /** Undefined: it ends when the peer has lost the session. */
  reopen: ReopenRequest | undefined = undefined;
  /** The driver; undefined before one was started. */
  sink: ConnectionSink | undefined = undefined;
  /** Called when the connection has ended, after the driver. */
  onEnded: ((reason: CloseReason, error: SessionError | undefined) => void) | undefined = undefined;

  constructor(
    id: number | bigint,
    local: ConnectionSettings,
    peer: ConnectionSettings,
    host: ConnectionHost,
  ) {
    this.id = id;
    this.local = local;
    this.peer = peer;
    this.host = host;
  }

  /** The peer broke the protocol on this connection: ends the connection, or the session if this is the root. */
  fail(text: string): void {
    this.host.failConnection(this, text);
  }
}
