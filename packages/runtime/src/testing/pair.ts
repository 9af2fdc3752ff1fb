/** Two sessions that are connected in memory. */

import type { Servable } from "../acceptor/router.js";
import { virtualConnections } from "../acceptor/virtual-connections.js";
import { asyncDispose } from "../call/dispose.js";
import type { Clock } from "../clock.js";
import { allBundled } from "../driver/bundled-code.js";
import { type AcceptSessionOptions, acceptChecks, acceptSession } from "../establish/accept.js";
import { initiateChecks, type OpenSessionOptions, openSessionWith } from "../establish/initiate.js";
import { linkCheck } from "../establish/option-checks.js";
import type { Link } from "../link/link.js";
import {
  type MemoryLink,
  type MemoryLinkOptions,
  memoryLinkChecks,
  memoryLinkPair,
} from "../link/memory-link.js";
import type { Observer } from "../observer.js";
import {
  type Check,
  clock as checkClock,
  checkOptions,
  nested,
  type OptionChecks,
  wrongType,
} from "../options/checks.js";
import { observerCheck } from "../session/observer-check.js";
import type { Session } from "../session/session.js";

/** What {@link connectPair} may be given. */
export interface PairOptions {
  /** Options of the client's session; their `serve` answers calls of the server. */
  readonly client?: OpenSessionOptions | undefined;
  /** Options of the server's session. */
  readonly server?: AcceptSessionOptions | undefined;
  /** Clock of both sides. Default: the platform's. */
  readonly clock?: Clock | undefined;
  /** Observer of both sides. */
  readonly observer?: Observer | undefined;
  /** Options of the memory links between the two sides. */
  readonly link?: MemoryLinkOptions | undefined;
}

/** Both ends, each with the members of a link. */
const links: Check = (value, name) => {
  if (!Array.isArray(value) || value.length !== 2) throw wrongType(name, "a list of two links", value);
  for (const [side, link] of value.entries()) linkCheck(link, `${name}[${side}]`);
};

export const pairChecks: OptionChecks<PairOptions & PairLinks<Link>> = {
  links,
  client: nested(initiateChecks),
  server: nested(acceptChecks),
  clock: checkClock,
  observer: observerCheck,
  link: nested(memoryLinkChecks),
};

/** The two ends of an existing connection, like those of `simulatedPair`. */
export interface PairLinks<L extends Link> {
  readonly links: readonly [client: L, server: L];
}

/** Two connected sessions and the link between them. Disposing closes both. */
export interface SessionPair<L extends Link = MemoryLink> extends AsyncDisposable {
  readonly client: Session;
  readonly server: Session;
  /** The client's end. `pause` of a memory link stops reading, as a slow reader does. */
  readonly clientLink: L;
  /** The server's end. */
  readonly serverLink: L;
}

/**
 * Connects a client with a service without a network, for tests of handlers and of code that calls them.
 *
 * ```ts
 * await using pair = await connectPair(catalogDispatcher(handler));
 * const catalog = pair.client.client(Catalog);
 * expect(await catalog.get(1n)).toEqual(apple);
 * ```
 *
 * @param servable of the server: the dispatcher of a service, or a router
 * @param options `links` connects the two sides over other links than memory links. Over links with latency the
 * handshake waits for the clock: `await clock.until(connectPair(…))`
 * @returns the two sessions and the two ends of the link
 * @throws what `openSession` or `acceptSession` throws
 */
export function connectPair<L extends Link>(
  servable: Servable,
  options: PairOptions & PairLinks<L>,
): Promise<SessionPair<L>>;
/**
 * Connects a client with a service over memory links.
 * @throws what `openSession` or `acceptSession` throws
 */
export function connectPair(servable: Servable, options?: PairOptions): Promise<SessionPair>;
export async function connectPair(
  servable: Servable,
  options: PairOptions & Partial<PairLinks<Link>> = {},
): Promise<SessionPair<Link>> {
  checkOptions<object>(options, pairChecks);
  const { clock, observer } = options;
  const [clientLink, serverLink] = options.links ?? memoryLinkPair(options.link);
  const [client, server] = await Promise.all([
    openSessionWith(clientLink, { clock, observer, virtualConnections, ...options.client }, allBundled),
    acceptSession(serverLink, servable, { clock, observer, ...options.server }),
  ]);
  return {
    client,
    server,
    clientLink,
    serverLink,
    async [asyncDispose]() {
      await Promise.all([client.close(), server.close()]);
    },
  };
}
