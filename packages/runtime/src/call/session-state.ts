/** The states of a session. */
import type { SessionError, VoxError } from "../errors.js";
import type { CloseReason } from "./close-reason.js";

/**
 * The state of a session.
 *
 * ```
 *  connecting ──► open ◄──► recovering
 *       │          │            │
 *       └──────────┴────────────┴──► closed
 * ```
 *
 * `connecting`: the session is not established yet; only observers see that. `open`: it has a link. `recovering`: it
 * has lost its link, and waits for the peer or tries to get another link. `closed`: it has ended for good.
 */
export type SessionState =
  | { readonly kind: "connecting"; readonly attempt: number }
  | {
      readonly kind: "open";
      /** The number of links that the session has had before this one. */
      readonly reconnects: number;
      /**
       * Whether the peer still knew the session on this link; false on the first link and after a restart of the peer.
       */
      readonly isResumed: boolean;
    }
  | {
      readonly kind: "recovering";
      /** Attempts that were begun; 0 on the side that waits for the peer. */
      readonly attempt: number;
      /** How the link was lost, or why the last attempt failed; undefined when the peer has closed the link. */
      readonly error: VoxError | undefined;
    }
  | { readonly kind: "closed"; readonly reason: CloseReason; readonly error: SessionError | undefined };
