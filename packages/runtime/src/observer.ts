/**
 * What an application can watch. Every member is optional and costs nothing when absent; what it throws is ignored,
 * so that watching can never break what is watched. Source: `protocol/session.md` §9.
 */
import type { CloseReason } from "./call/session-handle.js";
import type { CallErrorCode, MethodName, VoxError } from "./errors.js";

/** A connection began or ended. */
export interface ConnectionEvent {
  /** In words, the link that carries it. */
  readonly link: string;
  /** 0 is the root. */
  readonly connectionId: number | bigint;
}

export interface ConnectionClosedEvent extends ConnectionEvent {
  readonly reason: CloseReason;
  /** What went wrong; undefined for an ordinary end. */
  readonly error: VoxError | undefined;
}

/** Whose request it is: `client` sent it, `server` answers it. */
export type RequestSide = "client" | "server";

export interface RequestEvent extends ConnectionEvent {
  readonly side: RequestSide;
  readonly requestId: number | bigint;
  /** Undefined when a peer calls a method that is not served here. */
  readonly method: MethodName | undefined;
}

export interface RequestFinishedEvent extends RequestEvent {
  readonly outcome: "Ok" | CallErrorCode;
  readonly elapsedMs: number;
}

export interface HandlerFailedEvent extends RequestEvent {
  /** What the handler threw, or why its answer could not be encoded. The peer was only told `Cancelled`. */
  readonly error: unknown;
}

export interface ProtocolErrorEvent extends ConnectionEvent {
  /** Who broke the protocol: the peer, as we saw it, or we, as the peer reported. */
  readonly by: "peer" | "us";
  readonly text: string;
}

/** Watches sessions; see the single members. */
export interface Observer {
  onConnectionOpened?(event: ConnectionEvent): void;
  onConnectionClosed?(event: ConnectionClosedEvent): void;
  onRequestStarted?(event: RequestEvent): void;
  onRequestFinished?(event: RequestFinishedEvent): void;
  /** A handler threw something else than its declared error, or answered with a value that does not fit its type. */
  onHandlerFailed?(event: HandlerFailedEvent): void;
  onProtocolError?(event: ProtocolErrorEvent): void;
  /** A listener could not make a session of a link: a failed handshake, an unknown service, a stranger. */
  onLinkRefused?(event: { readonly link: string; readonly error: VoxError }): void;
}

/** Tells an observer, and ignores what it throws. */
export function notify<K extends keyof Observer>(
  observer: Observer | undefined,
  event: K,
  data: Parameters<NonNullable<Observer[K]>>[0],
): void {
  if (observer === undefined) return;
  try {
    (observer[event] as ((data: unknown) => void) | undefined)?.call(observer, data);
  } catch {
    // Watching must not change what is watched.
  }
}
