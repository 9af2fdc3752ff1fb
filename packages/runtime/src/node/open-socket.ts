/** From an address to a connected socket, within a time. */

import { connect as connectSocket, isIP, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectSecurely } from "node:tls";
import { whenAborted } from "../call/abort-watch.js";
import type { Clock } from "../clock.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import { formatAddress, isSecure, type SocketAddress } from "./address.js";
import { socketError } from "./socket-errors.js";

/** How long the look-up of a host's name may take, ms. Source: `protocol/wire.md` §2. */
const lookupTimeoutMs = 5000;

/** For the error text: the step that a cancelled attempt did not reach. */
const established = "the session was established";

/** What {@link openSocket} takes. */
export interface OpenSocketOptions {
  /** Milliseconds for look-up, connection and TLS handshake together. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** For `tls`. */
  readonly tls?: ConnectionOptions | undefined;
}

/**
 * Opens a connection. For a host with several addresses, it uses the first address that answers.
 * @throws SessionError `Io` when no connection opens, `ConnectTimeout` when it takes too long, `Protocol` when TLS
 * fails
 * @throws VoxError `Cancelled` when `signal` is aborted
 */
export function openSocket(address: SocketAddress, options: OpenSocketOptions): Promise<Socket> {
  const { timeoutMs, clock, signal, tls } = options;
  const place = formatAddress(address);
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelledBefore(established, signal.reason));
      return;
    }
    const started = clock.now();
    let isLookedUp = "path" in address || isIP(address.host) !== 0;
    // An environment variable turns this check off for a whole process. Here only the option may turn it off.
    const isOverTls = isSecure(address);
    const socket = isOverTls
      ? connectSecurely({ rejectUnauthorized: true, ...tls, ...address })
      : connectSocket({ ...address });
    const opened = isOverTls ? "secureConnect" : "connect";
    const settle = (): void => {
      clock.clearTimer(timer);
      unwatch();
      socket.off(opened, onConnect).off("error", onError).off("lookup", onLookup);
    };
    const fail = (error: VoxError): void => {
      settle();
      // Later errors of the socket do not matter, but an error without a listener would end the process.
      socket.on("error", () => {}).destroy();
      reject(error);
    };
    const onConnect = (): void => {
      settle();
      resolve(socket);
    };
    const onError = (fault: Error): void => fail(socketError(fault, place));
    const onLookup = (): void => {
      isLookedUp = true;
    };
    const onAbort = (): void => fail(cancelledBefore(established, signal?.reason));
    const onTimer = (): void => {
      const left = timeoutMs - (clock.now() - started);
      if (isLookedUp && left > 0) {
        timer = clock.setTimer(left, onTimer);
        return;
      }
      const what = isLookedUp
        ? `${place} did not answer`
        : `DNS resolution timed out: the host name in ${place} was not found`;
      const waited = isLookedUp ? timeoutMs : Math.min(timeoutMs, lookupTimeoutMs);
      fail(new SessionError("ConnectTimeout", `connect timeout: ${what} within ${waited} ms`));
    };
    let timer = clock.setTimer(isLookedUp ? timeoutMs : Math.min(timeoutMs, lookupTimeoutMs), onTimer);
    const unwatch = whenAborted(signal, onAbort);
    socket.on(opened, onConnect).on("error", onError).on("lookup", onLookup);
  });
}
