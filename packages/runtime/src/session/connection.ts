/** One connection of a session as its driver sees it, and the driver as the session sees it. */
import type { CloseReason } from "../call/session-handle.js";
import type { ChannelSnapshot, RequestSnapshot } from "../call/snapshot.js";
import type { SessionError } from "../errors.js";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { MessageHead } from "../wire/message.js";
import type { Metadata } from "../wire/metadata.js";
import type { DecodedBudget } from "./decoded-budget.js";
import type { Outbox } from "./outbox.js";
import type { ResendMachinery } from "./recovery.js";

export type { ConnectionSettings };

/** What a driver holds at one moment. */
export interface DriverSnapshot {
  /** Whether it takes and makes no new calls. */
  readonly isDraining: boolean;
  readonly requests: readonly RequestSnapshot[];
  readonly channels: readonly ChannelSnapshot[];
}

/**
 * Who is at the other end of a new link: `resumed`: the session as it was; `restored`: a process that was started
 * since and knows the operations of the session, but none of its own calls; `new`: nobody who knows of the session.
 */
export type PeerMemory = "resumed" | "restored" | "new";

/** What is known about a link that takes the place of a lost one. */
export interface RestoredLink {
  readonly peer: PeerMemory;
  /** Whether the peer announced retry this time. */
  readonly peerSupportsRetry: boolean;
  /**
   * Whether the peer is of version 0.8.2: it does not say whether it knows the session, and it still has what was announced
   * on virtual connections, where it takes no announcement twice.
   */
  readonly isReference: boolean;
}

/** With what a connection is asked for again when the peer has lost the session. */
export interface ReopenRequest {
  readonly local: ConnectionSettings;
  readonly metadata: Metadata;
}

/** What a session tells the driver of a connection. Heads are valid during the call only. */
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
   * Take no new calls and make none; call `onIdle` once when those in flight are through. A later call replaces it.
   * @param withChannels waits for the channels, too
   */
  onDraining(onIdle: () => void, withChannels?: boolean): void;
  /**
   * Nobody of this side uses the connection any more, and the peer is still answered.
   * @param onIdle called once when no call is in flight
   * @param isOverdue calls of ours fail
   */
  onReleased?(onIdle: (() => void) | undefined, isOverdue?: boolean): void;
  /** Whether it goes on over another link; a connection whose sink does not ends with its link. */
  readonly outlivesLink?: true;
  /** The link is lost and the session waits for another: nothing that was announced counts any more, channels are over. */
  onLinkLost(error: SessionError | undefined): void;
  /** There is a link again. */
  onLinkRestored(restored: RestoredLink): void;
  /** The connection has ended; nothing is called after this. */
  onClosed(reason: CloseReason, error: SessionError | undefined): void;
  /** Whether a call or a channel is open on it; absent for whoever handles raw messages. */
  readonly isInUse?: boolean;
  /** What it holds at this moment; absent for whoever handles raw messages. */
  snapshot?(): DriverSnapshot;
}

/** What a connection needs of its session. */
export interface ConnectionHost {
  /** Random, of this side's own making; the same for as long as the session lives, on whatever link. */
  readonly sessionId: string;
  /** Whose share operations of the session count in; undefined: its own. */
  readonly owner?: string | undefined;
  readonly outbox: Outbox;
  /** In words, the link that carries the session. */
  readonly description: string;
  /** Whether the session outlives its link: what was sent may have to be sent again. */
  readonly isResumable: boolean;
  /** What sends it again; undefined unless the session outlives its link. */
  readonly resends: ResendMachinery | undefined;
  /** Whether the session has ended, or ends as soon as it can: a connection that ends meanwhile ends with it. */
  readonly isShuttingDown: boolean;
  /** Whether the link holds so much unsent data that senders must wait. */
  readonly isCongested: boolean;
  /** Whether calls of ours may leave: not while {@link isCongested}, nor before calls of the peer that have waited. */
  readonly mayCall: boolean;
  /** Calls of the peer begin to wait, or have waited, with what belongs to them; see `Reading.countQueued`. */
  countQueued(bytes: number): boolean;
  /** Memory that the peer's values take while they are held. */
  readonly decoded: DecodedBudget;
  /** Connections that have ended and whose handlers still run: they count as connections. */
  lingering: number;
  /** Schemas of the peer's are kept, or forgotten (less than 0). @returns false, counting nothing, when they are too many */
  countSchemas(bytes: number): boolean;
  /**
   * Whether the peer may be told what it did not wait for: that something is refused, or the answer to a question.
   * Otherwise it asks for far more than it reads, and the session has ended.
   */
  mayAnswer(): boolean;
  /** Ends a connection whose peer broke the protocol. */
  failConnection(connection: Connection, text: string): void;
}

/** An active connection: id, settings of both sides, and the driver behind it. */
export class Connection {
  /** Another one when it was opened again. */
  id: number | bigint;
  readonly local: ConnectionSettings;
  peer: ConnectionSettings;
  readonly host: ConnectionHost;
  /** Undefined: it ends when the peer has lost the session. */
  reopen: ReopenRequest | undefined = undefined;
  /** The driver; undefined before one was started. */
  sink: ConnectionSink | undefined = undefined;
  /** Told when it has ended, after the driver. */
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

  /** The peer broke the protocol on this connection: ends it, for the root the session. */
  fail(text: string): void {
    this.host.failConnection(this, text);
  }
}
