/** How the handshake on a link and the session that the link is for find each other. Source: `protocol/session.md` §7. */
import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import type { PeerMemory } from "../session/connection.js";
import type { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";
import type { SessionRecord } from "./session-store.js";

/**
 * Key of a handshake entry of ours. An initiator that presents a key asks with it whether the acceptor still knows the
 * session, which a peer of 0.8.2 neither does nor answers. Both sides keep it from applications.
 */
export const resumeEntry = "vox-resume";

/** What an initiator writes there: tell me, and take this link in place of one that you may believe alive. */
export const resumeQuestion = "tell";

/** What a link is for. */
export type ResumeClaim =
  | { readonly kind: "fresh" }
  /** A session of this process goes on. */
  | {
      readonly kind: "session";
      readonly session: Session;
      readonly peer: PeerMemory;
      /** Whether it goes on even where it believes that it has a link. */
      readonly takesOver: boolean;
    }
  /** A session of a process that has ended is built anew. */
  | { readonly kind: "record"; readonly record: SessionRecord };

/** One side's part in it, for one handshake. */
export interface ResumeTarget {
  /** Whether the peer is known to speak Vox: a link that it closes at once is worth another attempt. */
  readonly isReturning: boolean;
  /**
   * The peer has introduced itself.
   * @param answer metadata that is still to be sent, by an acceptor
   */
  claim(peer: PeerIntroduction, answer: Metadata): ResumeClaim;
  /** The link has a session, new or not. */
  settled(session: Session, result: HandshakeResult): void;
}
