/**
 * The code that only a session with virtual connections, routers or connection acceptors needs. It comes in as a value.
 */
import { ConnectionOpener } from "../session/connection-opener.js";
import { VirtualConnections } from "../session/virtual-connections.js";
import { LinkOffer } from "./link-offer.js";
import { RootOffer } from "./root-offer.js";
import { offerVirtual } from "./virtual-offer.js";

/** The parts of a session that open connections, and decide about those of the peer. Use {@link virtualConnections}. */
export interface VirtualConnectionsFeature {
  /** @internal */
  readonly Connections: typeof VirtualConnections;
  /** @internal */
  readonly Opener: typeof ConnectionOpener;
  /** @internal */
  readonly RootOffer: typeof RootOffer;
  /** @internal */
  readonly LinkOffer: typeof LinkOffer;
  /** @internal */
  readonly offer: typeof offerVirtual;
}

/**
 * Brings virtual connections, routers and connection acceptors to a session. Sessions of `acceptSession` and of
 * `@voxrpc/runtime/node` have them already.
 *
 * ```ts
 * const session = await openSession(link, { virtualConnections });
 * const other = await session.open(Catalog);
 * ```
 */
export const virtualConnections: VirtualConnectionsFeature = {
  Connections: VirtualConnections,
  Opener: ConnectionOpener,
  RootOffer,
  LinkOffer,
  offer: offerVirtual,
};
