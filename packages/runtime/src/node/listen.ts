/** From an address to a listening socket. */
import { createServer, type Server, type Socket } from "node:net";
import { VoxError } from "../errors.js";
import { formatTcpAddress, type TcpAddress } from "./address.js";
import { socketError } from "./socket-errors.js";

/**
 * Listens; no link is taken before the promise resolves.
 * @param onSocket called with each connection
 * @throws SessionError `Io` when the address is in use, not ours or not allowed
 * @throws VoxError `Cancelled` when `signal` is aborted
 */
export function listen(
  address: TcpAddress,
  signal: AbortSignal | undefined,
  onSocket: (socket: Socket) => void,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(cancelled(signal));
      return;
    }
    const listener = createServer(onSocket);
    const settle = (): void => {
      listener.off("error", onError).off("listening", onListening);
      signal?.removeEventListener("abort", onAbort);
    };
    const onError = (fault: Error): void => {
      settle();
      reject(socketError(fault, formatTcpAddress(address)));
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
    listener.listen({ host: address.host, port: address.port });
  });
}

function cancelled(signal: AbortSignal | undefined): VoxError {
  return new VoxError("Cancelled", "cancelled before the server was listening", { cause: signal?.reason });
}
