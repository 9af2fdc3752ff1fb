/** What an acceptor may choose about sessions that outlive their links. */
import type { ConnectionRequest } from "../acceptor/incoming-connection.js";
import type { Awaitable } from "../call/result.js";
import { bound, callback, duration, having, type OptionChecks } from "../options/checks.js";
import type { Session } from "../session/session.js";
import type { SessionStore } from "./session-store.js";

/** A peer that has the key of a session, and that the acceptor has accepted. */
export interface ResumeRequest {
  /** The request that the acceptor was called with, and the peer's metadata of this link. */
  readonly request: ConnectionRequest;
  /** Undefined for a session of an earlier process. */
  readonly session: Session | undefined;
  /** The same over all links of the session. */
  readonly sessionId: string;
  /**
   * Whether the session belongs to this peer. It does if the router's `context` has returned the same identity, or
   * `identify` got the same one. Without both, it does if the peer has sent no metadata that differs.
   */
  readonly isSameIdentity: boolean;
}

/**
 * Decides whether a session goes on.
 * @returns true to resume the session; false to give the peer a new session, and the old one stays as it is
 * @throws RejectedError to refuse the connection
 */
export type OnResume = (resume: ResumeRequest) => Awaitable<boolean>;

/** What an acceptor may choose about sessions that outlive their links. */
export interface ResumableOptions {
  /**
   * Sessions that wait for their peers at once. One more session ends one of the peer that has most. The acceptor
   * identifies peers by `identify` or the router's `context`, else by address. Default 1024.
   */
  readonly maxSessions?: number | undefined;
  /** Milliseconds for which a session without a link is kept. Default 60 000. */
  readonly expiryMs?: number | undefined;
  /** Keeps the records that another process needs to restore the sessions. Default: they end with this process. */
  readonly store?: SessionStore | undefined;
  /** Asked when a peer comes back, after the acceptor has accepted it. Default: `isSameIdentity` decides. */
  readonly onResume?: OnResume | undefined;
}

export const resumableChecks: OptionChecks<ResumableOptions> = {
  maxSessions: bound,
  expiryMs: duration,
  store: having("a SessionStore", "find", "save", "remove"),
  onResume: callback,
};
