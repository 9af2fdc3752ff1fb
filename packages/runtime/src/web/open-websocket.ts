/** From an address to an open WebSocket of the platform, within a time. */
import { whenAborted } from "../call/abort-watch.js";
import type { Clock } from "../clock.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import type { FrameSizeLimits } from "../link/opening-limits.js";
import { shownAddress } from "../options/address-text.js";
import { type PlatformWebSocket, WebSocketLink } from "./websocket-link.js";

/** What {@link openWebSocket} takes. */
export interface OpenWebSocketOptions {
  /** Subprotocols to offer. */
  readonly protocols: readonly string[];
  /** Milliseconds for look-up, connection and upgrade together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly limits: FrameSizeLimits;
}

/** The part of the platform's class that is used here. */
type WebSocketClass = new (url: string, protocols: string[]) => PlatformWebSocket & OpeningWebSocket;

interface OpeningWebSocket {
  addEventListener(type: "open" | "error", listener: () => void): void;
}

/**
 * Opens a WebSocket.
 * @throws SessionError `Io` when it cannot be opened: a browser gives a page no reason; `ConnectTimeout` when it takes
 * too long
 * @throws VoxError `Cancelled` when `signal` is aborted
 */
export function openWebSocket(url: string, options: OpenWebSocketOptions): Promise<WebSocketLink> {
  const { protocols, timeoutMs, clock, signal, limits } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelledBefore("the session was established", signal.reason));
      return;
    }
    const socket = new (platformClass())(url, [...protocols]);
    let isSettled = false;
    const settle = (): boolean => {
      if (isSettled) return false;
      isSettled = true;
      clock.clearTimer(timer);
      unwatch();
      return true;
    };
    const fail = (error: VoxError): void => {
      if (!settle()) return;
      socket.close();
      reject(error);
    };
    const onAbort = (): void => fail(cancelledBefore("the session was established", signal?.reason));
    const timer = clock.setTimer(timeoutMs, () => {
      const text = `${shownAddress(url)} did not answer within ${timeoutMs} ms`;
      fail(new SessionError("ConnectTimeout", `connect timeout: ${text}`));
    });
    const unwatch = whenAborted(signal, onAbort);
    socket.addEventListener("open", () => {
      if (settle()) resolve(new WebSocketLink(socket, { role: "initiator", limits, clock }));
    });
    socket.addEventListener("close", ({ code }) => {
      const text =
        `${shownAddress(url)} could not be opened (${code}). The browser does not say why: the server may be away, or refuse ` +
        "this page's origin, its path or its token";
      fail(new SessionError("Io", `io error: ${text}`));
    });
  });
}

function platformClass(): WebSocketClass {
  const { WebSocket } = globalThis as { readonly WebSocket?: WebSocketClass };
  if (WebSocket === undefined)
    throw new TypeError("this platform has no WebSocket; in Node 20 use connect of @voxrpc/runtime/node");
  return WebSocket;
}
