/** From an address to an open WebSocket, within a time. */

import type { Socket } from "node:net";
import type { ConnectionOptions } from "node:tls";
import { WebSocket } from "ws";
import { whenAborted } from "../call/abort-watch.js";
import type { Clock } from "../clock.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import type { FrameSizeLimits } from "../link/opening-limits.js";
import { shownAddress } from "../options/address-text.js";
import { anyObject, type Check, type OptionChecks, text, texts } from "../options/checks.js";
import { formatAddress, type WebSocketAddress } from "./address.js";
import { errorCode, socketError } from "./socket-errors.js";
import { WsLink } from "./ws-link.js";

/** What a client may add to the request that opens a WebSocket. */
export interface WebSocketOptions {
  /** Headers of the upgrade request, like `authorization` or `cookie`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Subprotocols to offer. Default none. */
  readonly protocols?: readonly string[] | undefined;
}

const headers: Check = (value, name) => {
  anyObject(value, name);
  for (const [key, each] of Object.entries(value as object)) text(each, `${name}.${key}`);
};

export const webSocketChecks: OptionChecks<WebSocketOptions> = { headers, protocols: texts };

/** What {@link openWebSocket} takes. */
export interface OpenWebSocketOptions extends WebSocketOptions {
  /** Milliseconds for look-up, connection and upgrade together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly limits: FrameSizeLimits;
  /** For `wss`. */
  readonly tls?: ConnectionOptions | undefined;
}

/** HTTP statuses that stay the same when the client repeats the request. */
const finalStatuses: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 410, 426, 501]);

/**
 * Opens a WebSocket.
 * @throws SessionError `Io` when the host does not answer or a gateway fails, `ConnectTimeout` when it takes too long,
 * `Rejected` when the server refuses the upgrade, `ServerFull` when it has no room, `Protocol` when what answers is no
 * WebSocket server
 * @throws VoxError `Cancelled` when `signal` is aborted
 */
export function openWebSocket(address: WebSocketAddress, options: OpenWebSocketOptions): Promise<WsLink> {
  const { timeoutMs, clock, signal, limits, headers, protocols = [], tls } = options;
  const url = formatAddress(address);
  const place = shownAddress(url);
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelledBefore("the session was established", signal.reason));
      return;
    }
    const ws = new WebSocket(url, [...protocols], {
      rejectUnauthorized: true,
      ...tls,
      headers: { ...headers },
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: limits.maxFrameBytes,
    });
    let socket: Socket | undefined;
    const settle = (): void => {
      clock.clearTimer(timer);
      unwatch();
      ws.removeAllListeners();
    };
    const fail = (error: VoxError): void => {
      settle();
      // The attempt is over, so later errors of the WebSocket do not matter.
      ws.on("error", () => {});
      ws.terminate();
      reject(error);
    };
    const onAbort = (): void => fail(cancelledBefore("the session was established", signal?.reason));
    const timer = clock.setTimer(timeoutMs, () =>
      fail(
        new SessionError("ConnectTimeout", `connect timeout: ${place} did not answer within ${timeoutMs} ms`),
      ),
    );
    const unwatch = whenAborted(signal, onAbort);
    ws.on("upgrade", (response) => {
      socket = response.socket;
    });
    ws.on("unexpected-response", (request, response) => {
      response.resume();
      request.destroy();
      fail(refusedUpgrade(place, response.statusCode ?? 0, response.statusMessage ?? ""));
    });
    ws.on("error", (fault) => fail(upgradeError(fault, place)));
    ws.on("open", () => {
      // A platform may have a `ws` of its own: that of Bun gives no socket, which the link writes to.
      if (!socket) {
        fail(
          new SessionError(
            "Io",
            `io error: ${place}: the \`ws\` of this platform gives no access to its socket; use connect of @voxrpc/runtime/web`,
          ),
        );
        return;
      }
      settle();
      resolve(new WsLink(ws, { role: "initiator", description: place, socket, limits }));
    });
  });
}

/** The error of an HTTP answer in place of the upgrade. */
function refusedUpgrade(place: string, status: number, statusText: string): SessionError {
  const answer = `${place} answered with HTTP status ${status}${statusText === "" ? "" : ` ${statusText}`}`;
  if (finalStatuses.has(status)) {
    const hint = status === 401 || status === 403 ? "" : "; is there a Vox server at this path?";
    return new SessionError("Rejected", `connection rejected: ${answer}${hint}`);
  }
  if (status === 503) return new SessionError("ServerFull", `server full: ${answer}`);
  if (status >= 200 && status < 400) {
    const text = `${answer} instead of a WebSocket upgrade; is there a Vox server at this path?`;
    return new SessionError("Protocol", `protocol error: ${text}`);
  }
  return new SessionError("Io", `io error: ${answer}`);
}

function upgradeError(fault: Error, place: string): SessionError {
  const code = errorCode(fault);
  if (code?.startsWith("HPE_") === true) {
    const text = `${place} does not answer in HTTP; does a Vox server for another transport, or for TLS, listen there?`;
    return new SessionError("Protocol", `protocol error: ${text}`, { cause: fault });
  }
  if ((code === "ECONNRESET" && !fault.message.includes("TLS")) || fault.message === "socket hang up") {
    const text = `${place} closed the connection before it answered the WebSocket upgrade`;
    return new SessionError("Io", `io error: ${text}`, { cause: fault });
  }
  if (code === undefined && fault.message !== "") {
    const text = `${place}: ${fault.message}`;
    return new SessionError("Protocol", `protocol error: ${text}`, { cause: fault });
  }
  return socketError(fault, place);
}
