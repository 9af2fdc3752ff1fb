/**
 * Vox in browsers and workers: the platform's WebSocket, and message ports. Subpath `@voxrpc/runtime/web`.
 *
 * ```ts
 * const shop = await connect(Catalog, { reconnect: reconnecting() });
 * const product = await shop.get(1n);
 * ```
 */
export { bearerProtocols } from "./bearer-protocols.js";
export { connect, type WebConnectOptions, type WebReconnect } from "./connect.js";
export { type MessageEndpoint, MessagePortLink, type MessagePortLinkOptions } from "./message-port-link.js";
export { reconnecting } from "./reconnecting.js";
export { type PlatformWebSocket, WebSocketLink, type WebSocketLinkOptions } from "./websocket-link.js";
