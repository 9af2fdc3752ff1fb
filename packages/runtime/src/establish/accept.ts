/** Accepting a session on a link that the peer opened. Listeners use it, like `serve` of `/node`. */

import { checkAcceptor } from "../acceptor/check-acceptor.js";
import type { Acceptor } from "../acceptor/router.js";
import { virtualConnections } from "../acceptor/virtual-connections.js";
import { callOut } from "../call/call-out.js";
import { allAtHand } from "../driver/at-hand.js";
import { AcceptorHandshake } from "../handshake/acceptor.js";
import type { Link } from "../link/link.js";
import { notify, type Observer } from "../observer.js";
import { callback, checkOptions, having, type OptionChecks } from "../options/checks.js";
import type { Session } from "../session/session.js";
import { establish, type HandshakeSide } from "./establish.js";
import { establishChecks } from "./option-checks.js";
import { asVoxError, type SessionOptions } from "./options.js";
import type { ResumeTarget } from "./resume-target.js";

/** What {@link acceptSession} may be given. */
export interface AcceptSessionOptions extends SessionOptions {
  /**
   * A `SessionRegistry`: where sessions are kept that outlive their links, the same for all links on which a peer may come
   * back. A link of a peer that does so resolves with the session that it had. Default: sessions end with their links.
   */
  readonly registry?: ResumableSessions | undefined;
  /** Called with the session when it is new, before any handler of it runs. A session for which it throws is ended. */
  readonly onSession?: ((session: Session) => void | Promise<void>) | undefined;
}

/** Finds the sessions of peers that come back; made as a `SessionRegistry`. */
export interface ResumableSessions {
  /**
   * @param keepsOperations whether operations of a session outlive this process
   * @param observer of the link
   * @returns what the next link is for, and the key that its initiator is given. @internal
   */
  nextTarget(
    keepsOperations: boolean,
    observer?: Observer,
  ): ResumeTarget & { readonly offeredKey: Uint8Array };
}

export const acceptChecks: OptionChecks<AcceptSessionOptions> = {
  ...establishChecks,
  registry: having("a SessionRegistry", "nextTarget"),
  onSession: callback,
};

/**
 * Makes a session of a link as the side that was called. The link belongs to the session from then on, and is closed
 * when there will be none; the observer's `onHandshakeFailed` is told so.
 *
 * @param acceptor answers the peer's calls; one that finds nothing for the service that the peer asks for refuses it.
 * Undefined: every peer is accepted, and each call is answered with `Cancelled`
 * @throws SessionError `Protocol` when the peer speaks something else, breaks a rule or changes its mind; `Rejected`
 * when the acceptor refuses it; `ConnectTimeout` when it takes too long; `Io` when the link fails
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws RangeError, TypeError for options that cannot be sent
 */
export async function acceptSession(
  link: Link,
  acceptor: Acceptor | undefined,
  options: AcceptSessionOptions = {},
): Promise<Session> {
  try {
    checkOptions(options, acceptChecks);
    if (acceptor !== undefined) checkAcceptor(acceptor, "acceptor");
  } catch (error) {
    link.abort();
    throw error;
  }
  const { onSession } = options;
  const target = options.registry?.nextTarget(options.operationStore !== undefined, options.observer);
  const offeredKey = target?.offeredKey;
  const side: HandshakeSide = {
    parity: "Even",
    feature: virtualConnections,
    atHand: allAtHand,
    onNew:
      onSession &&
      ((session) =>
        callOut(
          () => onSession(session),
          () => session.abort(),
        )),
    begin: (own) => new AcceptorHandshake({ ...own, offeredKey }),
  };
  try {
    return await establish(link, side, acceptor, options, target);
  } catch (error) {
    notify(options.observer, "onHandshakeFailed", { link: link.remoteAddress, error: asVoxError(error) });
    throw error;
  }
}
