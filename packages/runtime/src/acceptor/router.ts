/** Finds the dispatcher of a connection by the name of the service that the peer requests. */

import { Dispatcher } from "../call/dispatcher.js";
import { type Awaitable, isPromise } from "../call/result.js";
import { noService } from "../call/service.js";
import { callback, checkOptions, type OptionChecks, orFunction, wrongType } from "../options/checks.js";
import { dispatcherCheck } from "../session/option-checks.js";
import type { ConnectionAcceptor, ConnectionRequest, IncomingConnection } from "./incoming-connection.js";
import { serviceNames } from "./service-names.js";

export type { ConnectionAcceptor, ConnectionRequest };

/**
 * Answers one service: a dispatcher for all connections, or a factory that makes one for each connection. A factory
 * that returns nothing refuses the connection. `C` is the type that the router's `context` returns.
 */
export type ServiceRoute<C = undefined> =
  | Dispatcher
  | ((request: ConnectionRequest, context: C) => Awaitable<Dispatcher | undefined>);

/** Options of {@link router}. */
export interface RouterOptions<C> {
  /**
   * Makes the context of a connection, for example an authenticated user. The router calls it before it finds a route.
   * @returns the context, which route factories get
   * @throws RejectedError to refuse the connection
   */
  readonly context: (request: ConnectionRequest) => Awaitable<C>;
  /**
   * Takes the identity of the peer from a context: `(user) => user.id`. It must be data. A session that can be resumed
   * goes on over another link only when the identity is the same as before. Default: the whole context.
   */
  readonly identity?: ((context: C) => unknown) | undefined;
}

/** Dispatchers, which know their names, or routes by the name of the service. */
type Routes<C> = readonly Dispatcher[] | Readonly<Record<string, ServiceRoute<C>>>;

/** Routes with the options: the context comes before the routes, so that its type is known where the routes use it. */
export interface RoutesInContext<C> extends RouterOptions<C> {
  readonly routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute<NoInfer<C>>>>;
}

export const routerChecks: OptionChecks<RouterOptions<never>> = { context: callback, identity: callback };

/** Finds the dispatcher of a connection. */
export interface Router {
  /** Service names for the refusal of a peer that requests another service. Default: the refusal names none. */
  readonly services?: readonly string[] | undefined;
  /**
   * @param connection the connection that waits; call `identify` on it to name the peer
   * @returns the dispatcher with which the connection is accepted; undefined to refuse it
   * @throws RejectedError to refuse the connection with a reason, or metadata, of its own
   */
  route(
    request: ConnectionRequest,
    connection?: Pick<IncomingConnection, "identify">,
  ): Awaitable<Dispatcher | undefined>;
}

/**
 * What `serve`, `attach` and `acceptSession` take, and the option `serve` of `connect` and `openSession`: one service,
 * several by name, or code that decides about each connection.
 */
export type Servable = Dispatcher | Router | ConnectionAcceptor;

/**
 * Puts several services behind one address. Each connection gets the service that it requests; a connection that asks
 * for an unknown one is refused. A peer that requests no service may call all services without a factory.
 *
 * ```ts
 * serve(url, router(
 *   { Orders: (_request, user) => ordersDispatcher(new Orders(user)) },
 *   { context: authenticate },
 * ));
 * ```
 *
 * A context that is written in place comes first, in one object with the routes: TypeScript takes the type of `user`
 * from what is before it.
 *
 * ```ts
 * serve(url, router({
 *   context: async ({ peerMetadata }) => ({ name: peerMetadata.getString("name") ?? "" }),
 *   routes: { Orders: (_request, user) => ordersDispatcher(new Orders(user)) },
 * }));
 * ```
 *
 * @param routes dispatchers, which know their names, or an object from service name to dispatcher or factory
 * @returns what `serve`, `attach` and `acceptSession` take
 * @throws TypeError when two routes have the same service name, and for values that are not valid
 */
export function router(routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute>>): Router;
export function router<C>(
  routes: readonly Dispatcher[] | Readonly<Record<string, ServiceRoute<NoInfer<C>>>>,
  options: RouterOptions<C>,
): Router;
export function router<C>(options: RoutesInContext<C>): Router;
export function router<C>(given: Routes<C> | RoutesInContext<C>, givenOptions?: RouterOptions<C>): Router {
  if (typeof given !== "object" || given === null)
    throw wrongType("routes", "a list of dispatchers or an object of routes by service name", given);
  if (!isInContext(given)) return routerOf(given, givenOptions);
  const { routes, ...options } = given;
  return routerOf(routes, options);
}

/** Services with a factory are answered only where the client names them. */
const noneNamed = "the client has named no service (option service of connectSession)";

function routerOf<C>(routes: Routes<C>, options: RouterOptions<C> | undefined): Router {
  if (options !== undefined) checkOptions<object>(options, routerChecks);
  const byName = new Map<string, ServiceRoute<C>>();
  const entries: readonly (readonly [string, ServiceRoute<C>])[] = isList(routes)
    ? routes.map((dispatcher, index) => {
        dispatcherCheck(dispatcher, `routes[${index}]`);
        return [dispatcher.name, dispatcher] as const;
      })
    : Object.entries(routes);
  if (!isList(routes))
    for (const [name, route] of entries) orFunction(dispatcherCheck)(route, `routes.${name}`);
  for (const [name, route] of entries) {
    if (byName.has(name)) throw new TypeError(`duplicate service ${name} in the router`);
    byName.set(name, route);
  }
  const shared = entries.flatMap(([, route]) => (route instanceof Dispatcher ? [route] : []));
  const methods = new Map(
    shared.flatMap((each) => each.methods).map((method) => [method.id, method] as const),
  );
  const isWhole = shared.length === entries.length;
  const all = new Dispatcher(
    noService,
    [...methods.values()],
    shared[0]?.answering,
    isWhole ? undefined : `${noneNamed}, and ${serviceNames([...byName.keys()])}`,
  );
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

/** A route is a dispatcher or a function: a service named `routes` is no list of routes. */
function isInContext<C>(given: Routes<C> | RoutesInContext<C>): given is RoutesInContext<C> {
  const routes: unknown = "routes" in given ? given.routes : undefined;
  return typeof routes === "object" && routes !== null && !(routes instanceof Dispatcher);
}

function isList<C>(routes: Routes<C>): routes is readonly Dispatcher[] {
  return Array.isArray(routes);
}
