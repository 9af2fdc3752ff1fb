/**
 * Opens a link for a session that exists already, in this process or in the records of an earlier one. It comes with
 * what finds such sessions. Source: `protocol/session.md` §7.
 */
import { SessionError } from "../errors.js";
import type { HandshakeResult } from "../handshake/handshake-core.js";
import { compareSettings, settingsPair } from "../handshake/settings.js";
import { writeProtocolError } from "../wire/session-messages.js";
import type { FinishedLink, OpenLater, Restore, Resume } from "./resume-target.js";

/** Gives a link to the session that it is for. */
export const openLater: OpenLater = (purpose, link, result) => {
  if (purpose.isStale?.() === true)
    link.fail(new SessionError("Io", "io error: the session goes on over a later link"));
  else if (purpose.kind === "resume") resume(purpose, link, result);
  else restore(purpose, link, result);
};

function restore({ record }: Restore, link: FinishedLink, result: HandshakeResult): void {
  const objection = compareSettings(record, settingsPair(result));
  if (objection === undefined) link.startNew(result, record);
  else refuse(link, objection);
}

function resume(purpose: Resume, link: FinishedLink, result: HandshakeResult): void {
  const { session, preempts, peer, isReference } = purpose;
  const { core } = session;
  const objection =
    compareSettings(core.root, settingsPair(result)) ??
    (preempts || core.isDisconnected ? undefined : "resume is only valid while the session is disconnected");
  if (objection !== undefined) {
    refuse(link, objection);
    return;
  }
  core.cut(new SessionError("Io", "io error: the peer has come back over another link"));
  if (!core.isDisconnected) {
    link.fail(new SessionError("Io", "io error: the session has ended"));
    return;
  }
  link.onEstablished(session, result);
  const { peerSupportsRetry, peerMetadata } = result;
  session.attach(link.pump, { peer, peerSupportsRetry, isReference }, peerMetadata);
  link.resolve(session);
}

/** Fails after the handshake of the peer has finished, and tells the peer why. */
function refuse(link: FinishedLink, objection: string): void {
  const { outbox } = link.pump;
  const error = new SessionError("Protocol", `protocol error: ${objection}`);
  outbox.commit(writeProtocolError(outbox.writer, outbox.begin(), error.message));
  link.fail(error);
}
