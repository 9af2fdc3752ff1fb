/** The purpose of a link. `establish/` asks for it, and `resume/` answers. Source: `protocol/session.md` §7. */
import type { ConnectionRequest } from "../acceptor/incoming-connection.js";
import type { Awaitable } from "../call/result.js";
import type { HandshakeResult, Objection, PeerIntroduction } from "../handshake/handshake-core.js";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { FailureReporting } from "../observer.js";
import type { PeerMemory } from "../session/connection.js";
import type { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";

/** The data of a session that a restarted process needs. */
export interface SessionRecord {
  /** The id under which operations of the session are kept; the same over all resumes. */
  readonly sessionId: string;
  /** Settings that this side announced for the root connection. */
  readonly local: ConnectionSettings;
  /** Settings that the peer announced for the root connection. */
  readonly peer: ConnectionSettings;
  /** Whether the peer announced retry. */
  readonly peerSupportsRetry: boolean;
  /** Hash of the identity that the application gave for the peer of the session: 32 hexadecimal digits. */
  readonly identity?: string | undefined;
  /** Only for a peer that the application has not identified: one hash for each metadata entry that the peer sent. */
  readonly claims?: readonly string[] | undefined;
}

/** A session of this process goes on over the link. */
export interface Resume {
  readonly kind: "resume";
  readonly session: Session;
  readonly peer: PeerMemory;
  /** See `RestoredLink`. */
  readonly isReference: boolean;
  /** Whether the link takes the place of one that the session still has. */
  readonly preempts: boolean;
  /** Whether the session has gone over to a later link meanwhile. */
  readonly isStale?: (() => boolean) | undefined;
}

/** What establishing offers a {@link ResumeTarget} to ask the application about the peer of a link. */
export interface LinkOffer {
  /** Makes the request for the application. @param isResume whether the peer has the key of a session */
  request(isResume: boolean): ConnectionRequest;
  /** Asks the application. @returns why there will be no session */
  ask(request: ConnectionRequest): Awaitable<Objection>;
  /** The identity of the peer that the application has given; undefined for none. */
  readonly principal: unknown;
  /** Metadata of the handshake that this side has not sent yet. */
  readonly answer: Metadata;
  readonly reporting: FailureReporting;
}

/** The purpose of a link. */
export type LinkPurpose =
  | { readonly kind: "new" }
  | Resume
  /** Restores a session of a process that has ended. */
  | {
      readonly kind: "restore";
      readonly record: SessionRecord;
      readonly isStale?: (() => boolean) | undefined;
    }
  /** No session. @param cause the error of a store or an application that has failed */
  | { readonly kind: "none"; readonly objection: string; readonly cause?: unknown };

/** One side's part in resuming, for one handshake. */
export interface ResumeTarget {
  /** The peer has introduced itself. Must not throw, nor reject. */
  choose(peer: PeerIntroduction, offer: LinkOffer): LinkPurpose | Promise<LinkPurpose>;
  /** The link has a session, new or not. */
  onEstablished(session: Session, result: HandshakeResult): void;
}
