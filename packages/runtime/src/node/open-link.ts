/** Opens a link to an address, over any transport. */
import type { ConnectionOptions } from "node:tls";
import { type Address, isWebSocket } from "./address.js";
import { openSocket } from "./open-socket.js";
import { type OpenWebSocketOptions, openWebSocket, type WebSocketOptions } from "./open-websocket.js";
import { SocketLink } from "./socket-link.js";
import type { WsLink } from "./ws-link.js";

/** What {@link openLink} takes. */
export interface OpenLinkOptions
  extends Pick<OpenWebSocketOptions, "clock" | "limits" | "signal" | "timeoutMs"> {
  /** For WebSockets. */
  readonly webSocket: WebSocketOptions | undefined;
  /** For `tls` and `wss`. */
  readonly tls: ConnectionOptions | undefined;
}

/** A link that is open, with nothing sent yet. */
export interface OpenedLink {
  readonly link: SocketLink | WsLink;
  /** Whether the other end has shown that it is there. An open WebSocket always has. */
  hasHeard(): boolean;
}

/**
 * Opens a link.
 * @throws what `openSocket` and `openWebSocket` throw
 */
export async function openLink(address: Address, options: OpenLinkOptions): Promise<OpenedLink> {
  const { limits, webSocket, ...attempt } = options;
  if (isWebSocket(address)) {
    const link = await openWebSocket(address, { ...webSocket, ...attempt, limits });
    return { link, hasHeard: () => true };
  }
  const socket = await openSocket(address, attempt);
  const link = new SocketLink(socket, { role: "initiator", address, limits });
  return { link, hasHeard: () => socket.bytesRead > 0 };
}
