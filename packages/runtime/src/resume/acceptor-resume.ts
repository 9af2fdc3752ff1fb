/** An acceptor's part in resuming. Source: `protocol/session.md` §1, §7. */

import type { LinkPurpose, ResumeTarget, SessionRecord } from "../establish/resume-target.js";
import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import type { PeerMemory } from "../session/connection.js";
import { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";
import { resumeEntry, resumeQuestion } from "./resume-entry.js";

/** The sessions of an acceptor by their keys: a `SessionRegistry`. */
export interface KeyedSessions {
  find(key: Uint8Array): Session | SessionRecord | undefined;
  offer(session: Session, key: Uint8Array): void;
  add(session: Session, key: Uint8Array, result: HandshakeResult): void;
  confirm(session: Session, key: Uint8Array): void;
  drop(key: Uint8Array): void;
}

/** Looks for the session whose key the initiator presents; an unknown key is that of a new session. */
export class AcceptorResume implements ResumeTarget {
  /** The key that is given to the initiator of this link. */
  readonly offeredKey: Uint8Array;
  private readonly sessions: KeyedSessions;
  /** Whether operations of a session outlive this process, too. */
  private readonly keepsOperations: boolean;
  /** Of a session of an earlier process, which gets a new key. */
  private restoredKey: Uint8Array | undefined = undefined;

  constructor(sessions: KeyedSessions, offeredKey: Uint8Array, keepsOperations: boolean) {
    this.sessions = sessions;
    this.offeredKey = offeredKey;
    this.keepsOperations = keepsOperations;
  }

  choose({ metadata, presentedKey }: PeerIntroduction, answer: Metadata): LinkPurpose {
    const isAsked = metadata.getString(resumeEntry) === resumeQuestion;
    metadata.delete(resumeEntry);
    const purpose = this.purposeOf(presentedKey, isAsked);
    // 0.8.2 gives no answer, and its initiators do not ask for one.
    if (isAsked) answer.append(resumeEntry, this.memoryOf(purpose));
    return purpose;
  }

  onEstablished(session: Session, result: HandshakeResult): void {
    const { sessions, offeredKey, restoredKey } = this;
    if (session.core.isResumable) {
      sessions.confirm(session, offeredKey);
      return;
    }
    sessions.add(session, offeredKey, result);
    if (restoredKey !== undefined) sessions.drop(restoredKey);
  }

  private purposeOf(presentedKey: Uint8Array | undefined, isAsked: boolean): LinkPurpose {
    const found = presentedKey === undefined ? undefined : this.sessions.find(presentedKey);
    if (found === undefined) return { kind: "new" };
    if (!(found instanceof Session)) {
      this.restoredKey = presentedKey;
      return { kind: "restore", record: found };
    }
    this.sessions.offer(found, this.offeredKey);
    return { kind: "resume", session: found, peer: "resumed", preempts: isAsked };
  }

  private memoryOf({ kind }: LinkPurpose): PeerMemory {
    if (kind === "resume") return "resumed";
    return kind === "restore" && this.keepsOperations ? "restored" : "new";
  }
}
