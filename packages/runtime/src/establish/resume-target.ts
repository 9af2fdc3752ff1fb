/** The purpose of a link. `establish/` requests it, and `resume/` answers. Source: `protocol/session.md` §7. */
import type { LinkOffer } from "../acceptor/link-offer.js";
import type { SessionError } from "../errors.js";
import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { PeerMemory } from "../session/connection.js";
import type { LinkPump } from "../session/link-pump.js";
import type { Session } from "../session/session.js";

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

/** A link whose handshake has finished, and which has no session yet. */
export interface FinishedLink {
  readonly pump: LinkPump;
  /** There will be no session. Frames that are committed still leave. */
  fail(error: SessionError): void;
  /** Makes a new session, with the id of a record if there is one. */
  startNew(result: HandshakeResult, record: SessionRecord | undefined): void;
  /** The link has this session. */
  onEstablished(session: Session, result: HandshakeResult): void;
  resolve(session: Session): void;
}

/** Gives a link to the session that it is for: `openLater` of `later-link.ts`. */
export type OpenLater = (purpose: Resume | Restore, link: FinishedLink, result: HandshakeResult) => void;

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
  readonly open: OpenLater;
}

/** Restores a session of a process that has ended. */
export interface Restore {
  readonly kind: "restore";
  readonly record: SessionRecord;
  readonly isStale?: (() => boolean) | undefined;
  readonly open: OpenLater;
}

/** The purpose of a link. */
export type LinkPurpose =
  | { readonly kind: "new" }
  | Resume
  | Restore
  /** No session. @param cause the error of a store or an application that has failed */
  | { readonly kind: "none"; readonly objection: string; readonly cause?: unknown };

/** One side's part in resuming, for one handshake. */
export interface ResumeTarget {
  /**
   * The peer has introduced itself. Must not throw, nor reject.
   * @param offer undefined where no application decides
   */
  choose(peer: PeerIntroduction, offer: LinkOffer | undefined): LinkPurpose | Promise<LinkPurpose>;
  /** The link has a session, new or not. */
  onEstablished(session: Session, result: HandshakeResult): void;
}
