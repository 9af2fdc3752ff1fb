/** Which dispatcher answers on a connection: by the name of the service that the peer asks for. */
import { Dispatcher } from "./call/dispatcher.js";
import type { Metadata } from "./wire/metadata.js";

/** What is known about a connection before anything is called on it. */
export interface ConnectionRequest {
  /** Service that the peer asks for (`vox-service`); undefined when it names none. */
  readonly service: string | undefined;
  /** What the peer sent in the handshake, or with its request for a virtual connection. */
  readonly metadata: Metadata;
  /** In words, the link that carries it, like `tcp://127.0.0.1:51324`. */
  readonly link: string;
  /** False for the root connection of a session. */
  readonly isVirtual: boolean;
}

/** Answers one service: the same for all connections, or made per connection. A factory refuses by returning nothing. */
export type ServiceRoute = Dispatcher | ((request: ConnectionRequest) => Dispatcher | undefined);

/** Finds the dispatcher of a connection. */
export interface Router {
  /**
   * @returns undefined to refuse the connection
   * @throws RejectedError to refuse a virtual connection with metadata of its own
   */
  route(request: ConnectionRequest): Dispatcher | undefined;
}

/** What `accept` and `serve` take: one service, or several by name. */
export type Acceptor = Dispatcher | Router;

/** Name by which a client says that it wants no service of ours. Source: `protocol/calls.md` §8.4. */
export const noService = "Noop";

/**
 * Several services behind one address, each connection gets the one that it asks for; others are refused. A peer that
 * asks for none may call all of them that need no factory.
 *
 * @param routes dispatchers, which know their names, or an object from service name to dispatcher or factory
 * @throws TypeError when a service stands there twice
 */
export function router(routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute>>): Router {
  const byName = new Map<string, ServiceRoute>();
  const entries: readonly (readonly [string, ServiceRoute])[] = isList(routes)
    ? routes.map((dispatcher) => [dispatcher.name, dispatcher] as const)
    : Object.entries(routes);
  for (const [name, route] of entries) {
    if (byName.has(name)) throw new TypeError(`the service ${name} stands in the router twice`);
    byName.set(name, route);
  }
  const shared = entries.flatMap(([, route]) => (route instanceof Dispatcher ? [route] : []));
  const methods = new Map(
    shared.flatMap((each) => each.methods).map((method) => [method.id, method] as const),
  );
  const all = new Dispatcher(noService, [...methods.values()]);
  return {
    route(request) {
      if (request.service === undefined || request.service === noService) return all;
      const route = byName.get(request.service);
      return typeof route === "function" ? route(request) : route;
    },
  };
}

/** Finds the dispatcher of a connection: a lone dispatcher takes whatever the peer asks for. */
export function routeTo(acceptor: Acceptor | undefined, request: ConnectionRequest): Dispatcher | undefined {
  return acceptor instanceof Dispatcher || acceptor === undefined ? acceptor : acceptor.route(request);
}

function isList(
  routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute>>,
): routes is readonly Dispatcher[] {
  return Array.isArray(routes);
}
