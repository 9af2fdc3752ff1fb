/** HTTP requests for an upgrade to WebSocket: which ones are accepted, and how the others are answered. */
import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { SessionError } from "../errors.js";
import type { FrameSizeLimits } from "../link/opening-limits.js";
import { type Check, type OptionChecks, shown, texts } from "../options/checks.js";
import { formatAddress } from "./address.js";
import { upgradeRequest } from "./upgrade-request.js";
import { WsLink } from "./ws-link.js";

/** Which upgrade requests a server accepts. */
export interface UpgradeOptions {
  /**
   * Origins of other sites whose pages may connect, like `https://shop.example`; `"*"` for all. Pages of the server's
   * own origin may always connect. So may clients that send no origin: they are not browsers.
   */
  readonly origins?: readonly string[] | undefined;
}

const origins: Check = (value, name) => {
  texts(value, name);
  for (const [index, each] of (value as readonly string[]).entries()) {
    if (each !== "*" && (!URL.canParse(each) || new URL(each).origin !== each))
      throw new TypeError(
        `${name}[${index}] must be "*" or an origin, like https://shop.example, got ${shown(each)}`,
      );
  }
};

export const upgradeChecks: OptionChecks<UpgradeOptions> = { origins };

/** What {@link handleUpgrades} needs. */
export interface UpgradeHandling extends UpgradeOptions {
  /** Path that is served, like `/vox`; undefined: every path. */
  readonly path: string | undefined;
  readonly limits: FrameSizeLimits;
  /** Why there is no room for one more connection; undefined when there is. */
  readonly objection: () => string | undefined;
  readonly onLink: (link: WsLink, socket: Socket) => void;
  readonly onRefused: (link: string, error: SessionError) => void;
}

/** The subprotocol that a client offers beside the one that holds its token. */
const protocol = "vox.v1";

/** The paths on each HTTP server that have a service already. */
const servedPaths = /*@__PURE__*/ new WeakMap<HttpServer, Set<string | undefined>>();

/**
 * Answers the upgrade requests of an HTTP server. Requests for other paths are left to its other listeners; the last
 * listener answers 404.
 * @returns a function that stops answering
 * @throws TypeError when there is a service at this path already: one request cannot become two WebSockets
 */
export function handleUpgrades(server: HttpServer, handling: UpgradeHandling): () => void {
  const served = servedPaths.get(server) ?? new Set();
  if (served.has(handling.path))
    throw new TypeError(`this HTTP server has a service at the path ${handling.path ?? "/"} already`);
  servedPaths.set(server, served.add(handling.path));
  const upgrades = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: handling.limits.maxFrameBytes,
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  const refuse = (request: IncomingMessage, socket: Duplex, status: Status, why: string): void => {
    answer(socket, status, why);
    handling.onRefused(peerOf(request), new SessionError("Rejected", `connection rejected: ${why}`));
  };
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const path = pathOf(request);
    if (handling.path !== undefined && path !== handling.path) {
      if (server.listenerCount("upgrade") === 1)
        refuse(request, socket, 404, `there is no service at ${path}`);
      return;
    }
    if (!isAllowedOrigin(request, handling.origins ?? [])) {
      const origin = JSON.stringify(request.headers.origin?.slice(0, 200));
      refuse(request, socket, 403, `pages of the origin ${origin} may not connect (option origins)`);
      return;
    }
    const objection = handling.objection();
    if (objection !== undefined) {
      refuse(request, socket, 503, objection);
      return;
    }
    // The library answers broken requests by itself.
    upgrades.handleUpgrade(request, socket, head, (ws) => {
      const link = new WsLink(ws, {
        role: "acceptor",
        description: peerOf(request),
        upgrade: upgradeRequest(request),
        socket: request.socket,
        limits: handling.limits,
      });
      handling.onLink(link, request.socket);
    });
  };
  server.on("upgrade", onUpgrade);
  return () => {
    server.off("upgrade", onUpgrade);
    served.delete(handling.path);
    upgrades.close();
  };
}

const statusTexts = {
  403: "Forbidden",
  404: "Not Found",
  426: "Upgrade Required",
  503: "Service Unavailable",
} as const;

type Status = keyof typeof statusTexts;

function answer(socket: Duplex, status: Status, text: string): void {
  const body = `${text}\n`;
  // A client that has gone reads nothing, so an error of its socket does not matter.
  socket.on("error", () => {});
  socket.end(
    `HTTP/1.1 ${status} ${statusTexts[status]}\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

function pathOf({ url = "/" }: IncomingMessage): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Browsers send the page's origin and cannot lie about it; other clients need not send one. */
function isAllowedOrigin({ headers }: IncomingMessage, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return true;
  if (allowed.includes("*") || allowed.includes(origin)) return true;
  return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
}

function peerOf({ socket }: IncomingMessage): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined) return "ws://(closed)";
  return formatAddress({ host: remoteAddress, port: remotePort }).replace("tcp://", "ws://");
}

/** Answers plain requests to a server that only takes WebSockets. */
export function answerPlainRequests(server: HttpServer): void {
  server.on("request", (_request, response) => {
    response.writeHead(426, {
      connection: "close, Upgrade",
      upgrade: "websocket",
      "content-type": "text/plain; charset=utf-8",
    });
    response.end("This is a Vox server. It accepts WebSocket connections only.\n");
  });
}
