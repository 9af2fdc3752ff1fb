/** The states of a session. */
import type { SessionError, VoxError } from "../errors.js";
import type { CloseReason } from "./close-reason.js";

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
