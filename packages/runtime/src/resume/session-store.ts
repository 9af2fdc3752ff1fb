/** Records of resumable sessions, from which another process can restore them. Source: `protocol/session.md` §7. */
import type { SessionRecord } from "../establish/resume-target.js";

export type { SessionRecord };

/**
 * Keeps the records of an acceptor beyond the life of its process. All three methods are called while a handshake
 * waits, so they must answer at once. If `find` throws, the handshake fails, except for a `StoreError` `RecordDamaged`.
 * The observer gets all errors. Keys are secrets of 16 bytes, compared by value.
 */
export interface SessionStore {
  /**
   * Keeps a record under a key; an earlier one under the same key is replaced. A session may have two keys for a while.
   */
  save(resumeKey: Uint8Array, record: SessionRecord): void;
  find(resumeKey: Uint8Array): SessionRecord | undefined;
  /** Forgets a key; harmless when it is not there. */
  remove(resumeKey: Uint8Array): void;
}
