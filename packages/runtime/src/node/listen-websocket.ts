/** From an address to an HTTP server that takes WebSockets and nothing else. */
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "node:tls";
import { formatAddress, type WebSocketAddress } from "./address.js";
import { certified, listenOn } from "./listen.js";
import { reportTlsFaults } from "./own-listener.js";
import { answerPlainRequests, handleUpgrades, type UpgradeHandling } from "./upgrades.js";

/** What {@link listenWebSocket} takes. */
export interface ListenWebSocketOptions extends Omit<UpgradeHandling, "path"> {
  /** Certificate and key for `wss`. */
  readonly tls: TlsOptions | undefined;
  /** Milliseconds for a TLS handshake, and for the request's headers. */
  readonly handshakeTimeoutMs: number;
  /** Connections at once. HTTP requests without an upgrade count, too. */
  readonly maxSockets: number;
  readonly signal: AbortSignal | undefined;
}

/** A server that listens. */
export interface WebSocketListener {
  /** Where, with the real port. */
  readonly address: WebSocketAddress;
  readonly server: ReturnType<typeof createServer>;
}

/** Milliseconds between two checks for late requests. Node's default of 30 000 is longer than the time of a request. */
const lookForLateMs = 1000;

/**
 * Listens; no link is taken before the promise resolves.
 * @throws SessionError `Io` when the address is in use, not of this machine, or not allowed
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws TypeError for `wss` without a certificate
 */
export async function listenWebSocket(
  address: WebSocketAddress,
  options: ListenWebSocketOptions,
): Promise<WebSocketListener> {
  const { tls, handshakeTimeoutMs, signal, maxSockets, ...handling } = options;
  const timeouts = {
    headersTimeout: Math.min(handshakeTimeoutMs, 2 ** 31 - 1),
    requestTimeout: Math.min(handshakeTimeoutMs, 2 ** 31 - 1),
    connectionsCheckingInterval: lookForLateMs,
  };
  const server = address.isSecure
    ? createSecureServer({
        handshakeTimeout: timeouts.headersTimeout,
        ...certified(tls, address),
        ...timeouts,
      })
    : createServer(timeouts);
  reportTlsFaults(server, handling.onRefused);
  server.maxConnections = maxSockets;
  answerPlainRequests(server);
  const [path = "/"] = address.target.split("?");
  handleUpgrades(server, { ...handling, path: path === "/" ? undefined : path });
  const { host, port } = address;
  await listenOn(server, { host, port }, signal, formatAddress(address));
  return { address: { ...address, port: (server.address() as AddressInfo).port }, server };
}
