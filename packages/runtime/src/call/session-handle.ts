/** What applications see of a session. */
import type { SessionError, VoxError } from "../errors.js";
import type { Metadata } from "../wire/metadata.js";
import type { CloseReason } from "./close-reason.js";
import type { SessionSnapshot } from "./snapshot.js";

export type { CloseReason };

/** How a session ended. */
export interface SessionEnd {
  readonly reason: CloseReason;
  /** What went wrong; undefined for an ordinary end (`Local`, `Remote`). */
  readonly error: SessionError | undefined;
}

/**
 * How things stand with a session.
 *
 * ```
 *  connecting ──► open ◄──► recovering
 *       │          │            │
 *       └──────────┴────────────┴──► closed
 * ```
 *
 * `connecting`: it is not established yet; only observers see that. `open`: it has a link. `recovering`: it has lost its
 * link, and waits for the peer or tries to get another. `closed`: it has ended for good.
 */
export type SessionState =
  | { readonly kind: "connecting"; readonly attempt: number }
  | {
      readonly kind: "open";
      /** Links that it has had before this one. */
      readonly reconnects: number;
      /** Whether the peer still knew it when the link came; false after a restart of the peer, and at first. */
      readonly isResumed: boolean;
    }
  | {
      readonly kind: "recovering";
      /** Attempts that were begun; 0 for who waits for the peer. */
      readonly attempt: number;
      /** How the link was lost, or why the last attempt failed; undefined when the peer has closed the link. */
      readonly error: VoxError | undefined;
    }
  | { readonly kind: "closed"; readonly reason: CloseReason; readonly error: SessionError | undefined };

/** How to end a session in good order. */
export interface CloseOptions {
  /** Milliseconds that calls in flight and running handlers are given to finish. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** A connection of a session, as whoever calls on it sees it. */
export interface ConnectionHandle {
  /** 0 is the root connection, which every session has. */
  readonly id: number | bigint;
  /** False once it has ended or begun to close. */
  readonly isOpen: boolean;
  /** Resolves, and never rejects, when it has ended. */
  readonly closed: Promise<SessionEnd>;
  /**
   * Ends it in good order: new calls fail, those in flight finish, bounded by a timeout. Of the root connection this
   * gives up one client's share; see `Session.client`. Closing twice is harmless.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** A session as applications see it. */
export interface SessionHandle extends AsyncDisposable {
  /** False once the session has ended or begun to close. */
  readonly isOpen: boolean;
  /** How things stand. */
  readonly state: SessionState;
  /**
   * Calls back with every new state, in order; what the listener throws is ignored, as of an observer.
   * @returns what ends the subscription; harmless twice
   */
  onStateChanged(listener: (state: SessionState) => void | Promise<void>): () => void;
  /** Resolves, and never rejects, when the session has ended. */
  readonly closed: Promise<SessionEnd>;
  /** What the peer sent in the handshake. */
  readonly peerMetadata: Metadata;
  /** In words where the session leads, like `tcp://127.0.0.1:4000`. */
  readonly remoteAddress: string;
  /** What it holds at this moment: calls, channels, buffers. Changes nothing. */
  snapshot(): SessionSnapshot;
  /**
   * Ends the session in good order: new calls fail, calls in flight and running handlers finish, bounded by a
   * timeout, then the link closes. Resolves when it has. Closing twice is harmless.
   */
  close(options?: CloseOptions): Promise<void>;
  /** Ends the session at once: calls in flight fail with `SessionShutdown`. */
  abort(): void;
}
