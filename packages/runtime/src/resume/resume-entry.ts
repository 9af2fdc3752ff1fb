/** How both sides of a handshake speak about a session that may go on. Source: `protocol/session.md` §7. */
import type { PeerMemory } from "../session/connection.js";

/**
 * Key of a handshake entry of ours. An initiator that presents a key asks with it whether the acceptor still knows the
 * session, which a peer of 0.8.2 neither does nor answers. Both sides keep it from applications.
 */
export const resumeEntry = "vox-resume";

/** What an initiator writes there: tell me, and take this link in place of one that you may believe alive. */
export const resumeQuestion = "tell";

/** What the answer of an acceptor means. */
export function memoryOf(answer: string): PeerMemory {
  return answer === "resumed" || answer === "restored" ? answer : "new";
}
