/**
 * What an acceptor says when it refuses a session, and what an initiator makes of it. The wire has one text for all
 * refusals (Sorry): those that will not last are known by how their text begins.
 */
import { SessionError, type SessionErrorCode } from "../errors.js";
import { peerText } from "../options/peer-text.js";
import { RejectedError } from "../wire/rejected-error.js";

/** Reasons that hold for a while only: the same client may be taken later. */
export const passingRefusals = {
  /** There is no place for one more. What follows says which bound. */
  full: "the server is full",
  closing: "the server is closing",
  acceptorFailed: "the acceptor failed",
  notKept: "the session cannot be kept",
} as const;

/** What an acceptor says that expects another key. */
export const keyMismatch = "session resume key mismatch";

const codes: readonly (readonly [beginning: string, code: SessionErrorCode, prefix: string])[] = [
  [passingRefusals.full, "ServerFull", "server full: "],
  [passingRefusals.closing, "WentAway", "went away: "],
  [passingRefusals.acceptorFailed, "WentAway", "went away: "],
  [passingRefusals.notKept, "WentAway", "went away: "],
  [keyMismatch, "NotResumable", "session is not resumable: handshake rejected: "],
];

/** The error of a peer that was refused. @param reason as it arrived */
export function refusalOf(reason: string): SessionError {
  for (const [beginning, code, prefix] of codes) {
    if (reason.startsWith(beginning)) return new SessionError(code, prefix + peerText(reason));
  }
  return new RejectedError(reason);
}
