/** Opening a session on a link that is there already. Carriers have their own ways on top of it, like `connect` of `/node`. */
import { type EstablishOptions, establish } from "./establish.js";
import { InitiatorHandshake } from "./handshake/initiator.js";
import type { Link } from "./link/link.js";
import type { Acceptor } from "./router.js";
import type { Session } from "./session/session.js";

/** What {@link initiate} may be given. */
export interface InitiateOptions extends EstablishOptions {
  /** Answers the peer's calls. Default: each is answered with `Cancelled`. */
  readonly acceptor?: Acceptor | undefined;
}

/**
 * Makes a session of a link as the side that opened it. The link belongs to the session from then on, and is closed
 * when there will be none.
 *
 * ```ts
 * await using session = await initiate(link, { service: Catalog.name });
 * const catalog = session.client(Catalog);
 * ```
 *
 * @throws SessionError `Protocol` when the peer speaks something else, breaks a rule or refuses; `ConnectTimeout` when it
 * takes too long; `Io` when the link fails; `Rejected` when our own acceptor refuses the peer
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws RangeError, TypeError for options that cannot be sent
 */
export function initiate(link: Link, options: InitiateOptions = {}): Promise<Session> {
  // 0.8.2 acceptors serve only initiators that take the odd ids.
  return establish(link, "Odd", (own) => new InitiatorHandshake(own), options.acceptor, options);
}
