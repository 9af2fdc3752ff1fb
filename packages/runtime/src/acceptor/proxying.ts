/** Joins a connection that a peer asks for to one that leads elsewhere. Source: `protocol/session.md` §5.5. */
import { metadataCheck } from "../call/option-checks.js";
import { abortSignal, checkOptions, type OptionChecks, text } from "../options/checks.js";
import type { ConnectionSettings } from "../session/connection.js";
import { oppositeParity } from "../session/parity.js";
import { type ConnectionProxy, checkSettings, proxyConnections } from "../session/proxy.js";
import { consumed, type RawConnection } from "../session/raw-connection.js";
import type { Session } from "../session/session.js";
import { propagated } from "../wire/forward.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";
import type { IncomingConnection } from "./incoming-connection.js";

/** What {@link proxyThrough} may be given. */
export interface ProxyThroughOptions {
  /** Default: that of the request. */
  readonly service?: string | undefined;
  /** Default: that of the request. */
  readonly metadata?: Metadata | undefined;
  /** Gives up when aborted before the other connection is there. */
  readonly signal?: AbortSignal | undefined;
}

export const proxyThroughChecks: OptionChecks<ProxyThroughOptions> = {
  service: text,
  metadata: metadataCheck,
  signal: abortSignal,
};

/** Keys of entries about the connection itself. Source: `protocol/wire.md` §7. */
const serviceKey = "vox-service";
const kindKey = "vox-connection-kind";

/**
 * Accepts a connection, and joins it to one that leads elsewhere; see `proxyConnections`. The windows that are announced
 * to the peer are those of `target`, which must have been opened with the windows of the peer: see
 * `ConnectionRequest.settings`.
 * @throws SessionError `Protocol` when that is not so, for a root connection, and for a connection that was used already
 */
export function proxyTo(connection: IncomingConnection, target: RawConnection): ConnectionProxy {
  connection.checkWaiting();
  if (target.isConsumed) throw consumed();
  const { settings } = connection.request;
  const { initialChannelCredit } = target.peer;
  const local = { maxConcurrentRequests: bounded(connection, target.peer), initialChannelCredit };
  checkSettings({ ...local, parity: oppositeParity(settings.parity) }, settings, target);
  return proxyConnections(connection.intoRaw(local), target);
}

/**
 * Opens a connection like this one on another session, for the same service, with the same metadata but for what is
 * marked `noPropagate`, and joins the two.
 * @param options what differs
 * @throws RejectedError `Rejected` when the other peer refuses: an acceptor that lets it pass refuses with the same
 * metadata
 * @throws SessionError whatever else `Session.openRaw` and {@link proxyTo} throw
 */
export async function proxyThrough(
  connection: IncomingConnection,
  session: Session,
  options: ProxyThroughOptions = {},
): Promise<ConnectionProxy> {
  checkOptions(options, proxyThroughChecks);
  connection.checkWaiting();
  const { settings, service: wanted = "", metadata: received } = connection.request;
  // Both peers have to know the same windows, so this one cannot be made smaller on the way.
  if (settings.initialChannelCredit > connection.limits.maxInitialCredit)
    throw new RejectedError(new Metadata({ [errorKey]: "initial_channel_credit is too large" }));
  const { service = wanted, signal, metadata = onward(received) } = options;
  const maxConcurrentRequests = bounded(connection, settings);
  const target = await session.openRaw(service, { ...settings, maxConcurrentRequests, metadata, signal });
  try {
    return proxyTo(connection, target);
  } catch (error) {
    target.close();
    throw error;
  }
}

/** Calls that are let through at once: no peer chooses how many we remember. */
function bounded({ limits }: IncomingConnection, { maxConcurrentRequests }: ConnectionSettings): number {
  return Math.min(maxConcurrentRequests, limits.maxQueuedRequests);
}

/** What of a request's metadata goes on to the next peer; the rest is written there. */
function onward(metadata: Metadata): Metadata {
  const passed = propagated(metadata);
  passed.delete(serviceKey);
  passed.delete(kindKey);
  return passed;
}
