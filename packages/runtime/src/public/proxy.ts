/** Joins connections of two sessions, without knowing their services. Subpath `@voxrpc/runtime/proxy`. */

export { type ProxyThroughOptions, proxyThrough, proxyTo } from "../acceptor/proxy.js";
export { type ConnectionProxy, proxyConnections } from "../session/proxy.js";
export { RawConnection } from "../session/raw-connection.js";
