/** The runtime's public surface: everything that knows no carrier but memory. Generated files use `./gen/v1` instead. */

export type { IncomingConnection } from "./acceptor/incoming-connection.js";
export { type ProxyThroughOptions, proxyThrough, proxyTo } from "./acceptor/proxying.js";
export {
  type Acceptor,
  type ConnectionAcceptor,
  type ConnectionRequest,
  type Router,
  type RouterOptions,
  router,
  type ServiceRoute,
} from "./acceptor/router.js";
export { type VirtualConnectionsFeature, virtualConnections } from "./acceptor/virtual-connections.js";
export type { Caller, CallOptions } from "./call/caller.js";
export { type CallContext, withSignal } from "./call/context.js";
export { Dispatcher, type HandledMethod } from "./call/dispatcher.js";
export { Failure, fail } from "./call/failure.js";
export { Method } from "./call/method.js";
export type { Awaitable, Result } from "./call/result.js";
export type { Client, Service } from "./call/service.js";
export type {
  CloseOptions,
  CloseReason,
  ConnectionHandle,
  SessionEnd,
  SessionHandle,
  SessionState,
} from "./call/session-handle.js";
export type {
  ChannelSnapshot,
  ConnectionSnapshot,
  OutboundSnapshot,
  RequestSnapshot,
  SessionSnapshot,
  SnapshotId,
  TrafficSnapshot,
} from "./call/snapshot.js";
export { type ChannelOptions, type ChannelPair, channel } from "./channel/pair.js";
export { Rx } from "./channel/rx.js";
export type { TrySendResult } from "./channel/sender.js";
export { Tx } from "./channel/tx.js";
export { type Clock, systemClock, type TimerHandle } from "./clock.js";
export {
  CallError,
  type CallErrorCode,
  type CallRejection,
  type CallRejectionCode,
  CallTimeoutError,
  ChannelError,
  type ChannelErrorCode,
  CodecError,
  type CodecErrorCode,
  DeclaredError,
  isVoxError,
  type MethodName,
  SessionError,
  type SessionErrorCode,
  StoreError,
  type StoreErrorCode,
  VoxError,
  type VoxErrorOptions,
} from "./errors.js";
export { type AcceptSessionOptions, acceptSession, type ResumableSessions } from "./establish/accept.js";
export { type OpenSessionOptions, openSession, type Reconnect } from "./establish/initiate.js";
export type { SessionOptions } from "./establish/options.js";
export type { ConnectionSettings, Parity } from "./handshake/settings.js";
export { defaultLimits, type Limits } from "./limits.js";
export type { Framing, Link, LinkOrigin, LinkSink, UpgradeRequest } from "./link/link.js";
export { MemoryLink, type MemoryLinkOptions, memoryLinkPair } from "./link/memory-link.js";
export { attachBearerToken, UnauthenticatedError, verifyBearerToken } from "./middleware/bearer.js";
export { type ClientMiddleware, type OutgoingCall, withMiddleware } from "./middleware/client-middleware.js";
export { type ContextKey, contextKey } from "./middleware/context-key.js";
export { enforceDeadline, propagateDeadline, timeRemainingMs } from "./middleware/deadline.js";
export {
  type CallRecord,
  type LoggedMetadata,
  type LoggingOptions,
  logClientCalls,
  logServerCalls,
} from "./middleware/logging.js";
export type { PreviewLimits } from "./middleware/preview.js";
export { intercept, type ServerMiddleware } from "./middleware/server-middleware.js";
export {
  type AcceptorErrorEvent,
  type ChannelClosedEvent,
  type ChannelCloseReason,
  type ChannelCreditEvent,
  type ChannelDirection,
  type ChannelEvent,
  type ChannelOpenedEvent,
  type ChannelResetEvent,
  type ChannelResetReason,
  type ChannelSendFinishedEvent,
  type ChannelSendWaitingEvent,
  type ChannelTrySendEvent,
  type CodecErrorEvent,
  type ConnectionClosedEvent,
  type ConnectionEvent,
  combineObservers,
  type FeatureMissingEvent,
  type HandlerErrorEvent,
  type LinkClosedEvent,
  type LinkEvent,
  type LinkPressureEvent,
  type LinkTrafficEvent,
  type Observer,
  type OperationStoreErrorEvent,
  type ProtocolErrorEvent,
  type RequestEvent,
  type RequestFinishedEvent,
  type RequestSide,
  type StateChangedEvent,
} from "./observer.js";
export {
  type MemoryOperationStore,
  type MemoryOperationStoreOptions,
  memoryOperationStore,
} from "./operations/memory-operation-store.js";
export type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "./operations/operation-store.js";
export type {
  LinkAttempt,
  LinkSource,
  ReconnectingOptions,
  ReconnectOptions,
} from "./resume/reconnect-options.js";
export { reconnecting } from "./resume/reconnector.js";
export { type ResumableOptions, SessionRegistry } from "./resume/session-registry.js";
export type { SessionRecord, SessionStore } from "./resume/session-store.js";
export type { KeepaliveOptions } from "./session/keepalive.js";
export type { OpenOptions } from "./session/opening.js";
export { type ConnectionProxy, proxyConnections } from "./session/proxy.js";
export { RawConnection } from "./session/raw-connection.js";
export { Session } from "./session/session.js";
export type { Option, Some } from "./shape/option.js";
export {
  Metadata,
  type MetadataEntry,
  MetadataFlags,
  type MetadataInit,
  type MetadataOptions,
  type MetadataValue,
} from "./wire/metadata.js";
export { RejectedError } from "./wire/rejected-error.js";
