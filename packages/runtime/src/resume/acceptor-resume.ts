/** An acceptor's part in resuming. Source: `protocol/session.md` §1, §7. */

import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import type { PeerMemory } from "../session/connection.js";
import { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";
import { type ResumeClaim, type ResumeTarget, resumeEntry, resumeQuestion } from "./resume-target.js";
import type { SessionRegistry } from "./session-registry.js";

/** Looks for the session whose key the initiator presents; a key that nobody knows is that of a new session. */
export class AcceptorResume implements ResumeTarget {
  readonly isReturning = false;
  private readonly registry: SessionRegistry;
  /** The key that is given to the initiator of this link. */
  private readonly offeredKey: Uint8Array;
  /** Whether operations of a session outlive this process, too. */
  private readonly keepsOperations: boolean;
  private takenUpKey: Uint8Array | undefined = undefined;

  constructor(registry: SessionRegistry, offeredKey: Uint8Array, keepsOperations: boolean) {
    this.registry = registry;
    this.offeredKey = offeredKey;
    this.keepsOperations = keepsOperations;
  }

  claim({ metadata, presentedKey }: PeerIntroduction, answer: Metadata): ResumeClaim {
    const isAsked = metadata.getString(resumeEntry) === resumeQuestion;
    metadata.delete(resumeEntry);
    const claim = this.claimOf(presentedKey, isAsked);
    // 0.8.2 gives no answer, and its initiators do not ask for one.
    if (isAsked) answer.append(resumeEntry, this.memoryOf(claim));
    return claim;
  }

  settled(session: Session, result: HandshakeResult): void {
    const { registry, offeredKey, takenUpKey } = this;
    if (session.core.isResumable) {
      registry.confirm(session, offeredKey);
      return;
    }
    registry.add(session, offeredKey, result);
    if (takenUpKey !== undefined) registry.drop(takenUpKey);
  }

  private claimOf(presentedKey: Uint8Array | undefined, isAsked: boolean): ResumeClaim {
    const found = presentedKey === undefined ? undefined : this.registry.find(presentedKey);
    if (found === undefined) return { kind: "fresh" };
    if (!(found instanceof Session)) {
      this.takenUpKey = presentedKey;
      return { kind: "record", record: found };
    }
    this.registry.offer(found, this.offeredKey);
    return { kind: "session", session: found, peer: "resumed", takesOver: isAsked };
  }

  private memoryOf({ kind }: ResumeClaim): PeerMemory {
    if (kind === "session") return "resumed";
    return kind === "record" && this.keepsOperations ? "restored" : "new";
  }
}
