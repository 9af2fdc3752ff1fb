/**
 * Refusals of a session: their texts, and the errors that an initiator makes of them. The wire has one message for all
 * refusals (Sorry): the first words of the text tell the initiator which ones are temporary.
 */
import { SessionError, type SessionErrorCode } from "../errors.js";
import { peerText } from "../options/peer-text.js";
import { RejectedError } from "../wire/rejected-error.js";

/** Temporary reasons: the acceptor may take the same client later. */
export const passingRefusals = {
  /** There is no place for one more session. The rest of the text names the bound. */
  full: "the server is full",
  closing: "the server is closing",
  acceptorFailed: "the acceptor failed",
  notKept: "the session cannot be kept",
} as const;

/** The reason of an acceptor that expects another key. */
export const keyMismatch = "session resume key mismatch";

const codes: readonly (readonly [beginning: string, code: SessionErrorCode, prefix: string])[] = [
  [passingRefusals.full, "ServerFull", "server full: "],
  [passingRefusals.closing, "WentAway", "went away: "],
  [passingRefusals.acceptorFailed, "WentAway", "went away: "],
  [passingRefusals.notKept, "WentAway", "went away: "],
  [keyMismatch, "NotResumable", "session is not resumable: handshake rejected: "],
];

/** The error of a side that was refused. @param reason as it arrived */
export function refusalOf(reason: string): SessionError {
  for (const [beginning, code, prefix] of codes) {
    if (reason.startsWith(beginning)) return new SessionError(code, prefix + peerText(reason));
  }
  return new RejectedError(reason);
}
