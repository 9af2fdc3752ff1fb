/** Serving on an HTTP server that the application has: HTTP and RPC share its port. */

import type { Server as HttpServer } from "node:http";
import type { Servable } from "../acceptor/router.js";
import { givenSet } from "../establish/given-options.js";
import { completeLimits } from "../limits.js";
import { type Check, checkOptions, having, type OptionChecks } from "../options/checks.js";
import { addressOf } from "./own-listener.js";
import { answeringWith, type ServeOptions, Server, serveChecks } from "./serve.js";
import { handleUpgrades } from "./upgrades.js";

/** What {@link attach} may be given. */
export interface AttachOptions extends Omit<ServeOptions, "tls"> {
  /** Path of the requests that become WebSockets. Default `/vox`. */
  readonly path?: string | undefined;
}

const path: Check = (value, name) => {
  if (typeof value !== "string" || !/^\/[^\s?#]*$/.test(value))
    throw new TypeError(`${name} must be a path that begins with "/", like /vox`);
};

const { tls: _tls, ...shared } = serveChecks;

export const attachChecks: OptionChecks<AttachOptions> = { ...shared, path };

const isHttpServer: Check = /*@__PURE__*/ having(
  "an HTTP server of node:http or node:https",
  "on",
  "address",
);

/**
 * Serves over WebSockets on an HTTP server of the application. The HTTP server goes on answering its other requests,
 * and `close` of the returned server leaves it open.
 *
 * ```ts
 * const http = createServer(app);
 * const vox = attach(http, catalogDispatcher(handler), { path: "/vox" });
 * http.listen(8080);
 * ```
 *
 * @param http of `node:http` or `node:https`, listening or not; frameworks have one, like `app.listen(…)` of Express
 * and `fastify.server`
 * @param servable a `router`, or the dispatcher of one service; a dispatcher answers for every service name that
 * clients request
 * @throws TypeError, RangeError for an option that is wrong, with its name
 */
export function attach(http: HttpServer, servable: Servable, options: AttachOptions = {}): Server {
  isHttpServer(http, "http");
  checkOptions(options, attachChecks);
  const answering = answeringWith(servable, options);
  const given = givenSet(options);
  const { path: served = "/vox", origins } = given;
  const stopUpgrades = handleUpgrades(http, {
    path: served,
    origins,
    limits: completeLimits(given.limits),
    objection: () => server.objection(),
    onLink: (link, socket) => server.takeLink(link, socket),
    onRefused: (link, error) => server.refuse(link, error),
  });
  const listener = {
    async stop() {
      stopUpgrades();
    },
    // The application made the listener, so the application handles its errors.
    onError() {},
  };
  const server: Server = new Server(listener, () => addressOf(http, served), answering, given);
  return server;
}
