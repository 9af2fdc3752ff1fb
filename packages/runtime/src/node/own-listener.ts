/** Listeners that the application made: of `node:net`, `node:tls`, `node:http` and `node:https`. */
import type { Server as HttpServer } from "node:http";
import type { AddressInfo, Server as Listener, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SessionError } from "../errors.js";
import type { FrameSizeLimits } from "../link/opening-limits.js";
import { type Check, having } from "../options/checks.js";
import { type Address, formatAddress } from "./address.js";
import { socketError } from "./socket-errors.js";
import type { SocketLock } from "./socket-lock.js";
import { answerPlainRequests, handleUpgrades, type UpgradeOptions } from "./upgrades.js";
import type { WsLink } from "./ws-link.js";

export const isListener: Check = /*@__PURE__*/ having(
  "a string, or a server of node:net, node:tls, node:http or node:https",
  "on",
  "address",
  "close",
);

/** The source of a server's links. */
export interface LinkListener {
  /** Takes no further link. Resolves when the listener holds no connection any more. Called once. */
  stop(): Promise<void>;
  /** @param listener called when a connection cannot be taken */
  onError(listener: (fault: Error) => void): void;
}

/** What {@link adopt} connects a listener with. */
export interface AdoptOptions extends UpgradeOptions {
  readonly limits: FrameSizeLimits;
  readonly objection: () => string | undefined;
  readonly onSocket: (socket: Socket) => void;
  readonly onLink: (link: WsLink, socket: Socket) => void;
  readonly onRefused: (link: string, error: SessionError) => void;
}

const isHttp = (listener: Listener): listener is HttpServer => "headersTimeout" in listener;
const isTls = (listener: Listener): boolean => "setSecureContext" in listener;

/** Takes the connections of a listener: as WebSockets from an HTTP server, else as byte streams. */
export function adopt(listener: Listener, adopting: AdoptOptions): LinkListener {
  if (isHttp(listener)) {
    if (listener.listenerCount("request") === 0) answerPlainRequests(listener);
    handleUpgrades(listener, { ...adopting, path: undefined });
  } else {
    listener.on(isTls(listener) ? "secureConnection" : "connection", adopting.onSocket);
  }
  reportTlsFaults(listener, adopting.onRefused);
  return ownedListener(listener);
}

/** A listener that ends with its server. @param lock of its path; released when the listener has closed */
export function ownedListener(listener: Listener, lock?: SocketLock): LinkListener {
  return {
    async stop() {
      const closed = new Promise((resolve) => listener.on("close", resolve));
      listener.close();
      // For HTTP servers: connections of requests without an upgrade to WebSocket.
      if ("closeAllConnections" in listener) (listener as HttpServer).closeAllConnections();
      // The file of the socket is gone by now.
      await Promise.all([closed, lock?.release()]);
    },
    onError: (onFault) => void listener.on("error", onFault),
  };
}

/** Reports connections whose TLS handshake fails; nothing happens on a listener without TLS. */
export function reportTlsFaults(listener: Listener, report: AdoptOptions["onRefused"]): void {
  listener.on("tlsClientError", (fault: Error, socket: Duplex) => {
    const { remoteAddress = "", remotePort = 0 } = socket as Socket;
    const peer =
      remoteAddress === ""
        ? "tls://(closed)"
        : formatAddress({ host: remoteAddress, port: remotePort, isSecure: true });
    report(peer, socketError(fault, peer));
  });
}

/**
 * Where a listener listens; port 0 as long as it does not.
 * @param target path of a server that takes WebSockets
 */
export function addressOf(listener: Listener, target?: string): Address {
  const address: AddressInfo | string | null = listener.address();
  if (typeof address === "string" && target === undefined) return { path: address };
  const isAnyHost =
    address === null || typeof address === "string" || /^(::|0\.0\.0\.0)$/.test(address.address);
  const host = isAnyHost ? "localhost" : address.address;
  const port = address === null || typeof address === "string" ? 0 : address.port;
  if (target !== undefined) return { host, port, target, isSecure: isTls(listener) };
  return isTls(listener) ? { host, port, isSecure: true } : { host, port };
}

/** Path of the WebSockets of a listener; undefined when it takes byte streams. */
export function targetOf(listener: Listener): string | undefined {
  return isHttp(listener) ? "/" : undefined;
}
