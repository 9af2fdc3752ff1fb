/** Which dispatcher answers on a connection: by the name of the service that the peer asks for. */
import { Dispatcher } from "../call/dispatcher.js";
import { type Awaitable, isPromise } from "../call/result.js";
import { noService } from "../call/service.js";
import { callback, checkAllOptions, type OptionChecks, orFunction } from "../options/checks.js";
import { dispatcherCheck } from "../session/option-checks.js";
import type { ConnectionAcceptor, ConnectionRequest, IncomingConnection } from "./incoming-connection.js";

export type { ConnectionAcceptor, ConnectionRequest };

/**
 * Answers one service: the same for all connections, or made per connection. A factory refuses by returning nothing.
 * `C` is what the router's `context` gives.
 */
export type ServiceRoute<C = undefined> =
  | Dispatcher
  | ((request: ConnectionRequest, context: C) => Awaitable<Dispatcher | undefined>);

/** What {@link router} may be given. */
export interface RouterOptions<C> {
  /**
   * Makes what belongs to a connection, an authenticated user for example, before its route is looked for.
   * @throws RejectedError to refuse the connection
   */
  readonly context: (request: ConnectionRequest) => Awaitable<C>;
  /**
   * What of a context stands for the peer: `(user) => user.id`. It must be data. A session that can be resumed goes on over
   * another link only when this is the same as before. Default: the whole context.
   */
  readonly identity?: ((context: C) => unknown) | undefined;
}

export const routerChecks: OptionChecks<RouterOptions<never>> = { context: callback, identity: callback };

/** Finds the dispatcher of a connection. */
export interface Router {
  /** Names of the services that there are, for a peer that asks for another. Default: the peer is told none. */
  readonly services?: readonly string[] | undefined;
  /**
   * @returns undefined to refuse the connection
   * @param connection may be told who the peer is; the router accepts it with what `route` returns
   * @throws RejectedError to refuse it with a reason, or metadata, of its own
   */
  route(
    request: ConnectionRequest,
    connection?: Pick<IncomingConnection, "identify">,
  ): Awaitable<Dispatcher | undefined>;
}

/** What `accept` and `serve` take: one service, several by name, or whoever decides about each connection by itself. */
export type Acceptor = Dispatcher | Router | ConnectionAcceptor;

/**
 * Several services behind one address, each connection gets the one that it asks for; others are refused. A peer that
 * asks for none may call all of them that need no factory.
 *
 * ```ts
 * serve(url, router(
 *   { Orders: (_request, user) => ordersDispatcher(new Orders(user)) },
 *   { context: authenticate },
 * ));
 * ```
 *
 * @param routes dispatchers, which know their names, or an object from service name to dispatcher or factory
 * @throws TypeError when a service stands there twice
 */
export function router(routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute>>): Router;
export function router<C>(
  routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute<NoInfer<C>>>>,
  options: RouterOptions<C>,
): Router;
export function router<C>(
  routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute<C>>>,
  options?: RouterOptions<C>,
): Router {
  if (options !== undefined) checkAllOptions<object>(options, routerChecks);
  const byName = new Map<string, ServiceRoute<C>>();
  const entries: readonly (readonly [string, ServiceRoute<C>])[] = isList(routes)
    ? routes.map((dispatcher) => [dispatcher.name, dispatcher] as const)
    : Object.entries(routes);
  for (const [name, route] of entries) {
    orFunction(dispatcherCheck)(route, `routes.${name}`);
    if (byName.has(name)) throw new TypeError(`the service ${name} stands in the router twice`);
    byName.set(name, route);
  }
  const shared = entries.flatMap(([, route]) => (route instanceof Dispatcher ? [route] : []));
  const methods = new Map(
    shared.flatMap((each) => each.methods).map((method) => [method.id, method] as const),
  );
  const all = new Dispatcher(noService, [...methods.values()], shared[0]?.answering);
  const routeWith = (request: ConnectionRequest, context: C): Awaitable<Dispatcher | undefined> => {
    if (request.service === undefined || request.service === noService) return all;
    const route = byName.get(request.service);
    return typeof route === "function" ? route(request, context) : route;
  };
  return {
    services: [...byName.keys()],
    route(request, connection) {
      // Without options C is undefined.
      const context = options?.context(request) as Awaitable<C>;
      const goOn = (made: C): Awaitable<Dispatcher | undefined> => {
        if (options !== undefined) connection?.identify(options.identity ? options.identity(made) : made);
        return routeWith(request, made);
      };
      return isPromise(context) ? Promise.resolve(context).then(goOn) : goOn(context);
    },
  };
}

function isList<C>(
  routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute<C>>>,
): routes is readonly Dispatcher[] {
  return Array.isArray(routes);
}
