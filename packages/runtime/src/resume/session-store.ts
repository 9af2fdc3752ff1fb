/** What is kept about resumable sessions so that another process can take them up. Source: `protocol/session.md` §7. */
import type { SessionRecord } from "../establish/resume-target.js";

export type { SessionRecord };

/**
 * Keeps the records of an acceptor beyond the life of its process. All three are called while a handshake waits: they
 * answer at once. One that throws fails the handshake or is reported to the observer. Keys are secrets of 16 bytes,
 * compared by value.
 */
export interface SessionStore {
  /** Keeps a record under a key; an earlier one under the same key is replaced. A session may have two keys for a while. */
  save(resumeKey: Uint8Array, record: SessionRecord): void;
  find(resumeKey: Uint8Array): SessionRecord | undefined;
  /** Forgets a key; harmless when it is not there. */
  remove(resumeKey: Uint8Array): void;
}
