/**
 * Vox over TCP, TLS, Unix sockets, WebSockets and streams, for Node. Subpath `@voxrpc/runtime/node`.
 *
 * ```ts
 * await using server = await serve("tcp://127.0.0.1:0", catalogDispatcher(handler));
 * await using shop = await connect(server.url, Catalog);
 * const product = await shop.get(1n);
 * ```
 */
export {
  type Address,
  formatAddress,
  type LocalAddress,
  parseAddress,
  type SocketAddress,
  type TcpAddress,
  type TlsAddress,
  type WebSocketAddress,
} from "./address.js";
export { type AttachOptions, attach } from "./attach.js";
export {
  type ConnectOptions,
  type ConnectSessionOptions,
  connect,
  connectSession,
} from "./connect.js";
export { defaultKeepalive, type KeepaliveSetting } from "./keepalive.js";
export { type LinkOfOptions, linkOf, type StreamPair } from "./link-of.js";
export type { WebSocketOptions } from "./open-websocket.js";
export { type ServeOptions, Server, type ServerSnapshot, serve } from "./serve.js";
export { SocketLink, type SocketLinkOptions } from "./socket-link.js";
export { type NodeWebSocket, WsLink, type WsLinkOptions } from "./ws-link.js";
