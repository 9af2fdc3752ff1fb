/** An initiator's part in resuming. Source: `protocol/session.md` §7. */

import type { HandshakeResult, PeerIntroduction } from "../handshake/handshake-core.js";
import type { PeerMemory } from "../session/connection.js";
import type { Session } from "../session/session.js";
import type { Reconnector } from "./reconnector.js";
import { type ResumeClaim, type ResumeTarget, resumeEntry } from "./resume-target.js";

/** A first link: the session that it gets will look for others when it is lost. */
export class FirstTarget implements ResumeTarget {
  readonly isReturning = false;
  private readonly makeReconnector: (session: Session, key: Uint8Array | undefined) => Reconnector;

  constructor(makeReconnector: (session: Session, key: Uint8Array | undefined) => Reconnector) {
    this.makeReconnector = makeReconnector;
  }

  claim(): ResumeClaim {
    return { kind: "fresh" };
  }

  settled(session: Session, { sessionKey }: HandshakeResult): void {
    session.becomeResumable(this.makeReconnector(session, sessionKey));
  }
}

/** Another link, for the session that has lost its own. */
export class ReturnTarget implements ResumeTarget {
  readonly isReturning = true;
  private readonly reconnector: Reconnector;

  constructor(reconnector: Reconnector) {
    this.reconnector = reconnector;
  }

  claim({ metadata }: PeerIntroduction): ResumeClaim {
    const { reconnector } = this;
    const answer = metadata.getString(resumeEntry);
    metadata.delete(resumeEntry);
    const peer = answer === undefined ? reconnector.assumedPeer : memoryOf(answer);
    return { kind: "session", session: reconnector.session, peer, takesOver: false };
  }

  settled(_session: Session, { sessionKey }: HandshakeResult): void {
    this.reconnector.adoptKey(sessionKey);
  }
}

function memoryOf(answer: string): PeerMemory {
  return answer === "resumed" || answer === "restored" ? answer : "new";
}
