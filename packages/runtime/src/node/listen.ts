/** From an address to a listening socket. */
import { createServer, type Server, type Socket } from "node:net";
import { SessionError, VoxError } from "../errors.js";
import { formatAddress, type SocketAddress } from "./address.js";
import { errorCode, socketError } from "./socket-errors.js";
import { removeStaleSocket } from "./stale-socket.js";

/**
 * Listens; no link is taken before the promise resolves. The file of a Unix socket on which nobody listens any more is
 * replaced; closing the listener removes it.
 * @param onSocket called with each connection
 * @throws SessionError `Io` when the address is in use, not ours or not allowed
 * @throws VoxError `Cancelled` when `signal` is aborted
 */
export async function listen(
  address: SocketAddress,
  signal: AbortSignal | undefined,
  onSocket: (socket: Socket) => void,
): Promise<Server> {
  try {
    return await listenOn(createServer(onSocket), address, signal);
  } catch (error) {
    if (!("path" in address) || !isInUse(error) || process.platform === "win32") throw error;
    if (!(await removeStaleSocket(address.path, formatAddress(address)))) throw error;
    return listenOn(createServer(onSocket), address, signal);
  }
}

function isInUse(error: unknown): boolean {
  return error instanceof SessionError && errorCode(error.cause) === "EADDRINUSE";
}

/** Lets a listener listen. @throws what {@link listen} throws */
export function listenOn<T extends Server>(
  listener: T,
  address: SocketAddress,
  signal: AbortSignal | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(signal));
      return;
    }
    const settle = (): void => {
      listener.off("error", onError).off("listening", onListening);
      signal?.removeEventListener("abort", onAbort);
    };
    const onError = (fault: Error): void => {
      settle();
      reject(socketError(fault, formatAddress(address)));
    };
    const onAbort = (): void => {
      settle();
      // The name of the host may still be looked up: what comes of it is nobody's.
      listener.on("error", () => {}).on("listening", () => listener.close());
      listener.close();
      reject(cancelled(signal));
    };
    listener.on("error", onError);
    signal?.addEventListener("abort", onAbort);
    const onListening = (): void => {
      settle();
      resolve(listener);
    };
    listener.on("listening", onListening);
    listener.listen({ ...address });
  });
}

function cancelled(signal: AbortSignal | undefined): VoxError {
  return new VoxError("Cancelled", "cancelled before the server was listening", { cause: signal?.reason });
}
