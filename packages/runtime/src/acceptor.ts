/** Taking a session on a link that somebody else opened. Listeners stand on it, like `serve` of `/node`. */
import { asVoxError, type EstablishOptions, establish } from "./establish.js";
import { AcceptorHandshake } from "./handshake/acceptor.js";
import type { Link } from "./link/link.js";
import { notify } from "./observer.js";
import type { Acceptor } from "./router.js";
import type { Session } from "./session/session.js";

/** What {@link accept} may be given. */
export interface AcceptOptions extends EstablishOptions {}

/**
 * Makes a session of a link as the side that was called. The link belongs to the session from then on, and is closed
 * when there will be none; the observer's `onLinkRefused` is told so.
 *
 * @param acceptor answers the peer's calls; one that finds nothing for the service that the peer asks for refuses it.
 * Undefined: whoever comes is taken, and each call is answered with `Cancelled`
 * @throws SessionError `Protocol` when the peer speaks something else, breaks a rule or changes its mind; `Rejected`
 * when the acceptor refuses it; `ConnectTimeout` when it takes too long; `Io` when the link fails
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws RangeError, TypeError for options that cannot be sent
 */
export async function accept(
  link: Link,
  acceptor: Acceptor | undefined,
  options: AcceptOptions = {},
): Promise<Session> {
  try {
    return await establish(link, "Even", (own) => new AcceptorHandshake(own), acceptor, options);
  } catch (error) {
    notify(options.observer, "onLinkRefused", { link: link.description, error: asVoxError(error) });
    throw error;
  }
}
