/**
 * The interface for applications: clients, services, channels, errors, metadata, middleware, limits, observers.
 *
 * Other subpaths: `./node` and `./web` connect and serve; `./link` is for transports, `./store` for stores of
 * operations and sessions, `./proxy` joins connections, `./testing` is for tests, `./otel` for telemetry. Generated
 * files use `./gen/v1`.
 */

export type { IncomingConnection } from "./acceptor/incoming-connection.js";
export { type ConnectionAcceptor, type ConnectionRequest, router, type Servable } from "./acceptor/router.js";
export { virtualConnections } from "./acceptor/virtual-connections.js";
export type { Caller, CallOptions } from "./call/caller.js";
export { type CallContext, withSignal } from "./call/context.js";
export { Dispatcher } from "./call/dispatcher.js";
export { Failure, fail } from "./call/failure.js";
export { partialDispatcher } from "./call/partial-dispatcher.js";
export type { Awaitable, Result } from "./call/result.js";
export type { Client, Service } from "./call/service.js";
export type { SessionHandle, SessionState } from "./call/session-handle.js";
export type { SessionSnapshot } from "./call/snapshot.js";
export { channel } from "./channel/pair.js";
export { Rx } from "./channel/rx.js";
export type { TrySendResult } from "./channel/sender.js";
export { subscribe } from "./channel/subscribe.js";
export { Tx } from "./channel/tx.js";
export {
  CallError,
  type CallRejection,
  CallTimeoutError,
  ChannelError,
  CodecError,
  DeclaredError,
  SessionError,
  toVoxError,
  VoxError,
} from "./errors.js";
export { defaultLimits, type Limits } from "./limits.js";
export { attachBearerToken, UnauthenticatedError, verifyBearerToken } from "./middleware/bearer.js";
export type { ClientMiddleware } from "./middleware/client-middleware.js";
export { type ContextKey, contextKey } from "./middleware/context-key.js";
export { enforceDeadline, propagateDeadline, timeRemainingMs } from "./middleware/deadline.js";
export { type CallRecord, logClientCalls, logServerCalls } from "./middleware/logging.js";
export type { ServerMiddleware } from "./middleware/server-middleware.js";
export { withMiddleware } from "./middleware/with-middleware.js";
export { combineObservers, type Observer, type ObserverEvents } from "./observer.js";
export type { Value } from "./postcard/values.js";
export type { ReconnectOptions } from "./resume/reconnect-options.js";
export { hasTextFormat } from "./shape/formats.js";
export type { Some } from "./shape/option.js";
export { Metadata } from "./wire/metadata.js";
export { RejectedError } from "./wire/rejected-error.js";
