/** Middleware around what makes calls, and around what answers them. */
import type { ConnectionAcceptor, Router, Servable } from "../acceptor/router.js";
import type { Caller } from "../call/caller.js";
import { Dispatcher } from "../call/dispatcher.js";
import { isPromise } from "../call/result.js";
import { functions } from "../options/checks.js";
import { type ClientMiddleware, wrapCaller } from "./client-middleware.js";
import { type ServerMiddleware, wrapDispatcher } from "./server-middleware.js";

/**
 * Puts middleware around a caller, a dispatcher or a router; the first in the list is outermost. The option
 * `middleware` of `connect` and `serve` does the same.
 *
 * ```ts
 * const logged = Catalog.create(withMiddleware(shop.$caller, [logClientCalls(console.log)]));
 * await serve(url, withMiddleware(catalogDispatcher(handler), [logServerCalls(console.log)]));
 * ```
 *
 * A server's middleware does not see calls of unknown methods, nor calls whose arguments cannot be read.
 * @throws TypeError for a value that is none of the three, and for middleware that is no list of functions
 */
export function withMiddleware(caller: Caller, middleware: readonly ClientMiddleware[]): Caller;
export function withMiddleware(dispatcher: Dispatcher, middleware: readonly ServerMiddleware[]): Dispatcher;
export function withMiddleware(router: Router, middleware: readonly ServerMiddleware[]): Router;
export function withMiddleware(
  target: Caller | Dispatcher | Router,
  middleware: readonly ClientMiddleware[] | readonly ServerMiddleware[],
): Caller | Dispatcher | Router {
  if (target instanceof Dispatcher) return wrapDispatcher(target, middleware as readonly ServerMiddleware[]);
  if (isRouter(target)) return wrapRouter(target, middleware as readonly ServerMiddleware[]);
  return wrapCaller(target, middleware as readonly ClientMiddleware[]);
}

/**
 * What `serve` does with its option `middleware`.
 * @throws TypeError for a connection acceptor, which wraps its dispatchers itself
 */
export function wrapServable(servable: Servable, middleware: readonly ServerMiddleware[]): Servable {
  if (servable instanceof Dispatcher) return wrapDispatcher(servable, middleware);
  if (isRouter(servable)) return wrapRouter(servable, middleware);
  throw new TypeError(
    "middleware needs a dispatcher or a router: wrap the dispatcher that your connection acceptor accepts with, withMiddleware(dispatcher, …)",
  );
}

function wrapRouter(router: Router, middleware: readonly ServerMiddleware[]): Router {
  functions(middleware, "middleware");
  const wrap = (found: Dispatcher | undefined): Dispatcher | undefined =>
    found && wrapDispatcher(found, middleware);
  return {
    get services() {
      return router.services;
    },
    // With the connection, on which the router names the peer: a resume compares the name.
    route(request, connection) {
      const found = router.route(request, connection);
      return isPromise(found) ? Promise.resolve(found).then(wrap) : wrap(found);
    },
  };
}

function isRouter(target: Caller | Router | ConnectionAcceptor): target is Router {
  return typeof (target as Partial<Router> | null | undefined)?.route === "function";
}
