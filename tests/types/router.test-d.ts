/** The type of the router's context in its routes. */
import type { ConnectionRequest, Dispatcher, Servable } from "@voxrpc/runtime";
import { router } from "@voxrpc/runtime";
import { expectSame, expectType } from "../support/expect-type.js";

interface User {
  readonly name: string;
}

export function routers(
  dispatcher: Dispatcher,
  authenticate: (request: ConnectionRequest) => Promise<User>,
): void {
  const acceptors: Servable[] = [router({ shop: dispatcher })];
  expectType<Servable[]>()(acceptors, true);
  router([dispatcher]);
  router(
    {
      shop: (_request, user) => {
        expectSame<typeof user, User>(true);
        return dispatcher;
      },
    },
    { context: authenticate },
  );
  router({
    context: (request) => {
      expectSame<typeof request, ConnectionRequest>(true);
      return { name: request.link };
    },
    identity: (user) => {
      expectSame<typeof user, { name: string }>(true);
      return user.name;
    },
    routes: {
      shop: (_request, user) => {
        expectSame<typeof user, { name: string }>(true);
        return dispatcher;
      },
    },
  });
  router({
    context: async () => ({ level: 1 }),
    routes: {
      shop: (_request, { level }) => {
        expectSame<typeof level, number>(true);
        return undefined;
      },
    },
  });
  // A service with that name.
  router({ routes: dispatcher });
  // @ts-expect-error a route gives a dispatcher
  router({ context: () => 1, routes: { shop: () => 1 } });
}
