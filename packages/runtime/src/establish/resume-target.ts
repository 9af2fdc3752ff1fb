/** What a link is for, as establishing asks it; the answers are those of `resume/`. Source: `protocol/session.md` §7. */
import type { ConnectionRequest } from "../acceptor/incoming-connection.js";
import type { Awaitable } from "../call/result.js";
import type { HandshakeResult, Objection, PeerIntroduction } from "../handshake/handshake-core.js";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { Observer } from "../observer.js";
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
  /** Stands for the peer whose session it is, as the application has identified it: 32 hexadecimal digits. */
  readonly identity?: string | undefined;
  /** Of a peer that the application has not identified: one hash for each entry of metadata that it has sent. */
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

/** What an acceptor is asked for about the peer of a link. */
export interface LinkOffer {
  /** What the application is asked about. @param isResume whether the peer has the key of a session */
  request(isResume: boolean): ConnectionRequest;
  /** Asks the application. @returns why there will be no session */
  ask(request: ConnectionRequest): Awaitable<Objection>;
  /** Who the peer is, as the application has said; undefined when it has not. */
  readonly principal: unknown;
  /** Metadata that is still to be sent. */
  readonly answer: Metadata;
  readonly observer: Observer | undefined;
}

/** What a link is for. */
export type LinkPurpose =
  | { readonly kind: "new" }
  | Resume
  /** A session of a process that has ended is built again. */
  | {
      readonly kind: "restore";
      readonly record: SessionRecord;
      readonly isStale?: (() => boolean) | undefined;
    }
  /** None. @param cause of a store or an application that has failed */
  | { readonly kind: "none"; readonly objection: string; readonly cause?: unknown };

/** One side's part in resuming, for one handshake. */
export interface ResumeTarget {
  /** The peer has introduced itself. Must not throw, nor reject. */
  choose(peer: PeerIntroduction, offer: LinkOffer): LinkPurpose | Promise<LinkPurpose>;
  /** The link has a session, new or not. */
  onEstablished(session: Session, result: HandshakeResult): void;
}
