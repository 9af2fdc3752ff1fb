/** Accepts a session on a link that the peer opened. Listeners use it, for example `serve` of `/node`. */

import { checkServable } from "../acceptor/check-servable.js";
import type { Servable } from "../acceptor/router.js";
import { virtualConnections } from "../acceptor/virtual-connections.js";
import { callOut } from "../call/call-out.js";
import { allBundled } from "../driver/bundled-code.js";
import { isVoxError } from "../errors.js";
import { AcceptorHandshake } from "../handshake/acceptor.js";
import type { Link } from "../link/link.js";
import { type FailureReporting, notify, reportFailure } from "../observer.js";
import { callback, checkOptions, having, type OptionChecks } from "../options/checks.js";
import { observerCheck } from "../session/observer-check.js";
import type { Session } from "../session/session.js";
import { establish, type HandshakeSide } from "./establish.js";
import { closeUnused, establishChecks, linkCheck } from "./option-checks.js";
import { asVoxError, type SessionOptions } from "./options.js";
import type { ResumeTarget } from "./resume-target.js";

/** Options of {@link acceptSession}. */
export interface AcceptSessionOptions extends SessionOptions {
  /**
   * A `SessionRegistry`, which keeps sessions that outlive their links. Give the same one for all links on which a peer
   * may come back. When a peer comes back, the promise resolves with its earlier session. Default: sessions end with
   * their links.
   */
  readonly registry?: ResumableSessions | undefined;
  /**
   * Called with a new session before any of its handlers runs. If it throws or rejects, the session ends, and the
   * observer's `onSessionCallbackError` gets the error.
   */
  readonly onSession?: ((session: Session) => void | Promise<void>) | undefined;
}

/** Finds the sessions of peers that come back. Make a `SessionRegistry` for it. */
export interface ResumableSessions {
  /**
   * @param keepsOperations whether operations of a session outlive this process
   * @param reporting where failures are reported: those of the link
   * @returns the target of the next link, with the key that its initiator gets. @internal
   */
  nextTarget(
    keepsOperations: boolean,
    reporting?: FailureReporting,
  ): ResumeTarget & { readonly offeredKey: Uint8Array };
}

export const acceptChecks: OptionChecks<AcceptSessionOptions> = {
  ...establishChecks,
  observer: observerCheck,
  registry: having("a SessionRegistry", "nextTarget"),
  onSession: callback,
};

/**
 * Makes a session on a link that the peer has opened. The link belongs to the session from then on. If there is no
 * session, the link is closed, and the observer's `onHandshakeFailed` gets the error.
 *
 * @param servable answers the peer's calls. It refuses a peer that requests a service it does not have. Undefined: each
 * peer is accepted, and each call is answered with `Cancelled`
 * @returns the session, or the peer's earlier session when it comes back
 * @throws SessionError `Protocol` when the peer speaks something else, breaks a rule or changes its mind; `Rejected`
 * when `servable` refuses it; `ConnectTimeout` when it takes too long; `Io` when the link fails
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws RangeError, TypeError for options that cannot be sent
 */
export async function acceptSession(
  link: Link,
  servable: Servable | undefined,
  options: AcceptSessionOptions = {},
): Promise<Session> {
  try {
    linkCheck(link, "link");
    checkOptions(options, acceptChecks);
    if (servable !== undefined) checkServable(servable, "servable");
  } catch (error) {
    closeUnused(link);
    throw error;
  }
  const { onSession } = options;
  const target = options.registry?.nextTarget(options.operationStore !== undefined, options);
  const offeredKey = target?.offeredKey;
  const side: HandshakeSide = {
    parity: "Even",
    feature: virtualConnections,
    bundled: allBundled,
    onNew: onSession && ((session) => introduce(session, onSession, options)),
    begin: (own) => new AcceptorHandshake({ ...own, offeredKey }),
  };
  try {
    return await establish(link, side, servable, options, target);
  } catch (error) {
    notify(options.observer, "onHandshakeFailed", { link: link.remoteAddress, error: asVoxError(error) });
    throw error;
  }
}

/** Gives a new session to the application. */
function introduce(
  session: Session,
  onSession: NonNullable<AcceptSessionOptions["onSession"]>,
  reporting: FailureReporting,
): void {
  const onFailed = (error: unknown): void => {
    const { remoteAddress: link, isOpen } = session;
    const { sessionId } = session.core;
    // A call to a peer that has left fails: that is no failure of the callback.
    if (isOpen || !isVoxError(error))
      reportFailure(reporting, "onSessionCallbackError", "onSession", { link, sessionId, error });
    session.abort();
  };
  callOut(() => onSession(session), onFailed);
}
