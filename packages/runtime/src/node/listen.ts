/** From an address to a listening socket. */

import { createServer, type Server, type Socket } from "node:net";
import { createServer as createSecureServer, type TlsOptions } from "node:tls";
import { whenAborted } from "../call/abort-watch.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import { shownAddress } from "../options/address-text.js";
import { type Address, formatAddress, isSecure, type LocalAddress, type SocketAddress } from "./address.js";
import { reportTlsFaults } from "./own-listener.js";
import { errorCode, socketError } from "./socket-errors.js";
import { lockSocket, type SocketLock } from "./socket-lock.js";
import { removeStaleSocket } from "./stale-socket.js";

/** What {@link listen} takes. */
export interface ListenOptions {
  /** Certificate and key for `tls`. */
  readonly tls?: TlsOptions | undefined;
  /** Milliseconds for a TLS handshake. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** Connections at once, those in a TLS handshake included. Default: any number. */
  readonly maxSockets?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with each connection; over TLS, when its handshake is over. */
  readonly onSocket: (socket: Socket) => void;
  /** Called with each connection whose TLS handshake fails. */
  readonly onRefused?: ((link: string, error: SessionError) => void) | undefined;
  /** Whether the owner of the lock of a Unix socket answers, for the error text. Default: the owner is not asked. */
  readonly isAnswering?: (() => Promise<boolean>) | undefined;
}

/** A listener, and the lock of its path where it has one. */
export interface Listening {
  readonly listener: Server;
  /** For Unix sockets: released when the listener has closed. */
  readonly lock?: SocketLock | undefined;
}

/**
 * Listens; no link is taken before the promise resolves. The listener of a Unix socket holds the lock of its path. It
 * replaces a socket file whose listener is gone, and removes the file when it closes.
 * @throws SessionError `Io` when the address is in use, not of this machine, or not allowed
 * @throws VoxError `Cancelled` when `signal` is aborted
 * @throws TypeError for `tls` without a certificate
 */
export async function listen(address: SocketAddress, options: ListenOptions): Promise<Listening> {
  if ("path" in address && process.platform !== "win32") return listenUnderLock(address, options);
  return { listener: await listenOn(createListener(address, options), address, options.signal) };
}

function createListener(address: SocketAddress, options: ListenOptions): Server {
  const { tls, handshakeTimeoutMs, maxSockets, onSocket, onRefused } = options;
  if (!isSecure(address)) return createServer(onSocket);
  const handshakeTimeout = Math.min(handshakeTimeoutMs ?? Number.POSITIVE_INFINITY, 2 ** 31 - 1);
  const listener = createSecureServer({ handshakeTimeout, ...certified(tls, address) }, onSocket);
  if (maxSockets !== undefined) listener.maxConnections = maxSockets;
  if (onRefused !== undefined) reportTlsFaults(listener, onRefused);
  return listener;
}

/** @throws TypeError when there is no certificate */
export function certified(tls: TlsOptions | undefined, address: Address): TlsOptions {
  if (tls !== undefined) return tls;
  throw new TypeError(
    `${shownAddress(formatAddress(address))} needs the option tls, with a certificate and its key`,
  );
}

async function listenUnderLock(address: LocalAddress, options: ListenOptions): Promise<Listening> {
  const attempt = await lockSocket(address.path).catch((fault: unknown) => {
    throw lockFileError(fault, address);
  });
  if (attempt.kind === "held") throw await heldError(formatAddress(address), options);
  const lock = attempt.kind === "taken" ? attempt.lock : undefined;
  try {
    return { listener: await replaceStale(address, options), lock };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

/** Source: `protocol/wire.md` §2. */
async function heldError(place: string, { isAnswering, signal }: ListenOptions): Promise<VoxError> {
  let text = `another process is serving on ${place}`;
  if (isAnswering !== undefined) {
    const isHealthy = await isAnswering();
    if (signal?.aborted === true) return cancelledBefore("the server was listening", signal.reason);
    text = isHealthy
      ? `another healthy process is already serving on ${place}`
      : `another process holds the lock on ${place} but is not responding`;
  }
  return new SessionError("Io", `io error: ${text}`);
}

function lockFileError(fault: unknown, address: LocalAddress): SessionError {
  const place = formatAddress(address);
  const code = errorCode(fault);
  if (code === undefined || code === "EACCES" || code === "EPERM") return socketError(fault, place);
  const text =
    code === "ENOENT"
      ? `${place} cannot be listened on: its folder does not exist`
      : `${place} cannot be listened on: its lock file ${address.path}.lock cannot be opened`;
  return new SessionError("Io", `io error: ${text} (${code})`, { cause: fault });
}

/** Listens on a path, in place of a listener that is gone. */
async function replaceStale(address: LocalAddress, options: ListenOptions): Promise<Server> {
  const { signal } = options;
  try {
    return await listenOn(createListener(address, options), address, signal);
  } catch (error) {
    if (!isInUse(error)) throw error;
    if (!(await removeStaleSocket(address.path, formatAddress(address)))) throw error;
    return listenOn(createListener(address, options), address, signal);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof SessionError && errorCode(error.cause) === "EADDRINUSE";
}

/** Lets a listener listen. @param place where, for error texts @throws what {@link listen} throws */
export function listenOn<T extends Server>(
  listener: T,
  address: SocketAddress,
  signal: AbortSignal | undefined,
  place: string = formatAddress(address),
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelledBefore("the server was listening", signal?.reason));
      return;
    }
    const settle = (): void => {
      listener.off("error", onError).off("listening", onListening);
      unwatch();
    };
    const onError = (fault: Error): void => {
      settle();
      reject(socketError(fault, place));
    };
    const onAbort = (): void => {
      settle();
      // The look-up of the host's name may still run. Its result is dropped.
      listener.on("error", () => {}).on("listening", () => listener.close());
      listener.close();
      reject(cancelledBefore("the server was listening", signal?.reason));
    };
    listener.on("error", onError);
    const unwatch = whenAborted(signal, onAbort);
    const onListening = (): void => {
      settle();
      resolve(listener);
    };
    listener.on("listening", onListening);
    listener.listen({ ...address });
  });
}
