/** The handshake entry by which both sides agree about a session that may go on. Source: `protocol/session.md` §7. */
import type { PeerMemory } from "../session/connection.js";

/**
 * Key of a handshake entry of this implementation. An initiator that presents a session key asks with it whether the
 * acceptor still knows the session. A 0.8.2 peer neither asks nor answers. Both sides hide the entry from applications.
 */
export const resumeEntry = "vox-resume";

/** The question of an initiator. The acceptor then takes this link in place of one that it may still consider alive. */
export const resumeQuestion = "tell";

/** The peer memory that an acceptor's answer names. */
export function memoryOf(answer: string): PeerMemory {
  return answer === "resumed" || answer === "restored" ? answer : "new";
}
