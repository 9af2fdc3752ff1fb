/** Carriers of browsers, workers and other contexts with the web's interfaces. Subpath `@voxrpc/runtime/web`. */
export { type MessageEndpoint, MessagePortLink, type MessagePortLinkOptions } from "./message-port-link.js";
export { type PlatformWebSocket, WebSocketLink, type WebSocketLinkOptions } from "./websocket-link.js";
