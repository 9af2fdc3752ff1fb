/** Joins a connection that a peer requests to a connection of another session. Source: `protocol/session.md` §5.5. */
import { metadataCheck } from "../call/option-checks.js";
import { abortSignal, checkOptions, having, type OptionChecks, text } from "../options/checks.js";
import type { ConnectionSettings } from "../session/connection.js";
import { oppositeParity } from "../session/parity.js";
import { type ConnectionProxy, checkSettings, proxyConnections, rawCheck } from "../session/proxy.js";
import { consumed, type RawConnection } from "../session/raw-connection.js";
import type { Session } from "../session/session.js";
import { propagated } from "../wire/forward.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";
import type { IncomingConnection } from "./incoming-connection.js";

/** Options of {@link proxyThrough}. */
export interface ProxyThroughOptions {
  /** Name of the service to open. Default: the one of the request. */
  readonly service?: string | undefined;
  /** Metadata to send. Default: the metadata of the request, without entries marked `noPropagate`. */
  readonly metadata?: Metadata | undefined;
  /** Gives up when aborted before the other connection is open. */
  readonly signal?: AbortSignal | undefined;
}

export const proxyThroughChecks: OptionChecks<ProxyThroughOptions> = {
  service: text,
  metadata: metadataCheck,
  signal: abortSignal,
};

const incomingCheck = /*@__PURE__*/ having("an IncomingConnection", "accept", "intoRaw");
const sessionCheck = /*@__PURE__*/ having("a Session, like client.$session", "openRaw");

/** Keys of entries about the connection itself. Source: `protocol/wire.md` §7. */
const serviceKey = "vox-service";
const kindKey = "vox-connection-kind";

/**
 * Accepts a connection, and joins it to one that leads elsewhere; see `proxyConnections`. The peer gets the windows of
 * `target`. You must have opened `target` with the windows of the peer: see `ConnectionRequest.settings`.
 * @throws SessionError `Protocol` when the windows differ, for a root connection, and for a connection that was used
 * already
 */
export function proxyTo(connection: IncomingConnection, target: RawConnection): ConnectionProxy {
  incomingCheck(connection, "connection");
  rawCheck(target, "target");
  connection.checkWaiting();
  if (target.isConsumed) throw consumed();
  const { settings } = connection.request;
  const { initialChannelCredit } = target.peer;
  const local = { maxConcurrentRequests: bounded(connection, target.peer), initialChannelCredit };
  checkSettings({ ...local, parity: oppositeParity(settings.parity) }, settings, target);
  return proxyConnections(connection.intoRaw(local), target);
}

/**
 * Opens a connection like this one on another session, and joins the two. It requests the same service, with the same
 * metadata except entries marked `noPropagate`.
 * @param options values that differ from the request
 * @throws RejectedError `Rejected` when the other peer refuses. If your connection acceptor does not catch it, it
 * refuses with the same metadata
 * @throws SessionError the other errors of `Session.openRaw` and {@link proxyTo}
 */
export async function proxyThrough(
  connection: IncomingConnection,
  session: Session,
  options: ProxyThroughOptions = {},
): Promise<ConnectionProxy> {
  incomingCheck(connection, "connection");
  sessionCheck(session, "session");
  checkOptions(options, proxyThroughChecks);
  connection.checkWaiting();
  const { settings, service: wanted = "", metadata: received } = connection.request;
  // Both peers must have the same windows, so the proxy cannot make this one smaller.
  if (settings.initialChannelCredit > connection.limits.maxInitialCredit)
    throw new RejectedError(new Metadata({ [errorKey]: "initial_channel_credit is too large" }));
  const { service = wanted, signal, metadata = forwardable(received) } = options;
  const maxConcurrentRequests = bounded(connection, settings);
  const target = await session.openRaw(service, { ...settings, maxConcurrentRequests, metadata, signal });
  try {
    return proxyTo(connection, target);
  } catch (error) {
    target.close();
    throw error;
  }
}

/** Calls that the proxy lets through at once. The peer does not choose how many this side remembers. */
function bounded({ limits }: IncomingConnection, { maxConcurrentRequests }: ConnectionSettings): number {
  return Math.min(maxConcurrentRequests, limits.maxQueuedRequests);
}

/** The metadata of a request that goes on to the next peer. The entries about the connection are added again later. */
function forwardable(metadata: Metadata): Metadata {
  const passed = propagated(metadata);
  passed.delete(serviceKey);
  passed.delete(kindKey);
  return passed;
}
