/** What is kept about resumable sessions so that another process can take them up. Source: `protocol/session.md` §7. */
import type { ConnectionSettings } from "../handshake/settings.js";

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
