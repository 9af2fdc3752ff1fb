/** What a link is for, as establishing asks it; the answers are those of `resume/`. Source: `protocol/session.md` §7. */
import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { PeerMemory } from "../session/connection.js";
import type { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";

/** A session as a process that was restarted needs to know it. */
export interface SessionRecord {
  /** Under which its operations are kept; the same over all resumes. */
  readonly sessionId: string;
  /** What this side announced for the root connection. */
  readonly local: ConnectionSettings;
  /** What the peer announced for it. */
  readonly peer: ConnectionSettings;
  /** Whether the peer announced retry. */
  readonly peerSupportsRetry: boolean;
}

/** A session of this process goes on over the link. */
export interface Resume {
  readonly kind: "resume";
  readonly session: Session;
  readonly peer: PeerMemory;
  /** Whether the link takes the place of one that the session still has. */
  readonly preempts: boolean;
}

/** What a link is for. */
export type LinkPurpose =
  | { readonly kind: "new" }
  | Resume
  /** A session of a process that has ended is built again. */
  | { readonly kind: "restore"; readonly record: SessionRecord };

/** One side's part in resuming, for one handshake. */
export interface ResumeTarget {
  /**
   * The peer has introduced itself.
   * @param answer metadata that is still to be sent, by an acceptor
   */
  choose(peer: PeerIntroduction, answer: Metadata): LinkPurpose;
  /** The link has a session, new or not. */
  onEstablished(session: Session, result: HandshakeResult): void;
}
