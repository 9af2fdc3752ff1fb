/** A host between a client and a server, which joins their connections: client ↔ host ↔ server. */
import type { ConnectionAcceptor, Servable } from "@voxrpc/runtime";
import type { OpenSessionOptions, Session } from "@voxrpc/runtime/link";
import { type ConnectionProxy, proxyThrough } from "@voxrpc/runtime/proxy";
import { connectPair, type PairOptions, type SessionPair } from "@voxrpc/runtime/testing";

export interface GatewayOptions {
  readonly clock?: PairOptions["clock"];
  readonly client?: OpenSessionOptions;
  readonly server?: PairOptions["server"];
  /** Of both sessions of the host. */
  readonly host?: PairOptions["server"];
  /** Of the host's session with the server, beside `host`. */
  readonly upstream?: OpenSessionOptions;
  /** What the host does with virtual connections. Default: `proxyThrough`. */
  readonly join?: (
    upstream: Session,
    ...args: Parameters<ConnectionAcceptor["accept"]>
  ) => Promise<ConnectionProxy | undefined>;
}

export interface Gateway extends AsyncDisposable {
  /** The client and the host. */
  readonly near: SessionPair;
  /** The host and the server. */
  readonly far: SessionPair;
  readonly proxies: readonly ConnectionProxy[];
}

/** @param acceptor of the server */
export async function connectGateway(servable: Servable, options: GatewayOptions = {}): Promise<Gateway> {
  const { clock, client, server, host } = options;
  const far = await connectPair(servable, { clock, server, client: { ...host, ...options.upstream } });
  const proxies: ConnectionProxy[] = [];
  const join = options.join ?? ((upstream, _request, connection) => proxyThrough(connection, upstream));
  const joining: ConnectionAcceptor = {
    async accept(request, connection) {
      if (!request.isVirtual) {
        connection.accept(undefined);
        return;
      }
      const proxy = await join(far.client, request, connection);
      if (proxy !== undefined) proxies.push(proxy);
    },
  };
  const near = await connectPair(joining, { clock, client, server: host });
  return {
    near,
    far,
    proxies,
    async [Symbol.asyncDispose]() {
      await near[Symbol.asyncDispose]();
      await far[Symbol.asyncDispose]();
    },
  };
}
