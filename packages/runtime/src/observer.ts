/**
 * What an application can watch. Every member is optional and costs nothing when absent; what it throws is ignored,
 * so that watching can never break what is watched. Source: `protocol/session.md` §9.
 */
import { callOut, ignore } from "./call/call-out.js";
import type { CloseReason, SessionState } from "./call/session-handle.js";
import type { CallRejectionCode, MethodName, SessionError, VoxError } from "./errors.js";
import { toJson } from "./options/to-json.js";

/** Something happened on a link. */
export interface LinkEvent {
  /** In words, the link, like `tcp://127.0.0.1:4000`. */
  readonly link: string;
}

/** Frames went over a link: those of one arrival, or of one write. */
export interface LinkTrafficEvent extends LinkEvent {
  readonly frames: number;
  /** Bytes of the frames, their headers included. */
  readonly bytes: number;
}

/** The outbound buffer of a link passed its bound, or is empty again. */
export interface LinkPressureEvent extends LinkEvent {
  /** Bytes that the link holds and has not passed on. */
  readonly bufferedBytes: number;
}

/** A link has ended. */
export interface LinkClosedEvent extends LinkEvent {
  /** What went wrong; undefined for a clean end. */
  readonly error: SessionError | undefined;
  /** Bytes that arrived on it in all, headers of frames included. */
  readonly bytesIn: number;
  /** Bytes that were given to it in all, headers of frames included. */
  readonly bytesOut: number;
}

/** A connection began or ended. */
export interface ConnectionEvent extends LinkEvent {
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
  readonly outcome: "Ok" | CallRejectionCode;
  readonly elapsedMs: number;
}

export interface HandlerErrorEvent extends RequestEvent {
  /** What the handler threw, or why its answer could not be encoded. The peer was only told `Cancelled`. */
  readonly error: unknown;
}

/** Is told of handlers that failed. */
export type HandlerFailureListener = (event: HandlerErrorEvent) => void;

/** An acceptor, or a factory or the context of a router, threw or rejected. */
export interface AcceptorErrorEvent {
  /** In words, the link that carries the connection. */
  readonly link: string;
  /** Service that the peer asks for; undefined when it names none. */
  readonly service: string | undefined;
  /** False for the root connection of a session. */
  readonly isVirtual: boolean;
  /** What it threw, which is no `RejectedError`. The peer was only told that the acceptor failed. */
  readonly error: unknown;
}

/** A store of operations threw or rejected. */
export interface OperationStoreErrorEvent extends RequestEvent {
  /** What it was asked for. After a failed `admit` or `lookup` the call has not run. */
  readonly step: "admit" | "lookup" | "seal" | "release" | "remove";
  readonly error: unknown;
}

/** A store of sessions threw, answered with a promise or with what is no record. */
export interface SessionStoreErrorEvent {
  /**
   * What it was asked for. After a failed `find` the peer is refused for now, or gets a new session when the record is
   * damaged; after a failed `save` the session goes on and is forgotten with this process; after a failed `remove` the store
   * keeps a key that is void.
   */
  readonly step: "find" | "save" | "remove";
  /** Undefined where the session is not known. */
  readonly sessionId: string | undefined;
  readonly error: unknown;
}

/** A peer has presented the key of a session and does not get it: it gets another one. */
export interface ResumeRefusedEvent extends LinkEvent {
  /** The session that goes on without it, or expires. */
  readonly sessionId: string;
  /**
   * `identity`: the peer is another than that of the session; `application`: `onResume` has said no; `service`: the peer asks
   * for another service than that of the session.
   */
  readonly by: "identity" | "application" | "service";
}

/** More than four fifths of a bound are in use: soon something is forgotten that a peer may come back for. */
export interface StorePressureEvent {
  readonly store: "sessions" | "operations";
  readonly unit: "sessions" | "entries" | "bytes";
  readonly used: number;
  readonly limit: number;
}

export interface ProtocolErrorEvent extends ConnectionEvent {
  /** Who broke the protocol: the peer, as we saw it, or we, as the peer reported. */
  readonly origin: "remote" | "local";
  readonly text: string;
}

/** A value could not be encoded, or bytes could not be decoded. */
export interface CodecErrorEvent extends ConnectionEvent {
  readonly subject: "message" | "arguments" | "response" | "item";
  /** Id of the request or channel; undefined for a message that could not be read. */
  readonly id: number | bigint | undefined;
  /** Undefined where the method is not known. */
  readonly method: MethodName | undefined;
  readonly error: unknown;
}

/** Which end of a channel is ours: `tx` sends, `rx` receives. */
export type ChannelDirection = "tx" | "rx";

/** Something happened at our end of a channel. */
export interface ChannelEvent extends ConnectionEvent {
  readonly channelId: number | bigint;
  readonly direction: ChannelDirection;
  /** As given to `channel({ label })`; undefined at a handler's end. */
  readonly label: string | undefined;
  /** Type of the items in a few words, like `struct Point`. */
  readonly itemType: string;
  /** The call that opened it. */
  readonly method: MethodName | undefined;
}

export interface ChannelOpenedEvent extends ChannelEvent {
  /** Items that may be sent before the receiver grants more. */
  readonly initialCredit: number;
}

export interface ChannelSendWaitingEvent extends ChannelEvent {
  /** What it waits for: the receiver, items in front of it, or the link, which holds too much. */
  readonly waitingFor: "credit" | "link";
}

export interface ChannelSendFinishedEvent extends ChannelEvent {
  /** `Closed`: the channel had ended or did so meanwhile. `EncodeFailed`: the item does not fit its type. */
  readonly outcome: "Sent" | "Closed" | "EncodeFailed";
  readonly elapsedMs: number;
}

export interface ChannelTrySendEvent extends ChannelEvent {
  readonly outcome: "Sent" | "FullCredit" | "FullRuntimeQueue" | "Closed" | "EncodeFailed";
}

export interface ChannelCreditEvent extends ChannelEvent {
  /** Items more that the sender may send; at an `rx` we have granted them, at a `tx` the peer has. */
  readonly amount: number;
}

/** Why a channel was closed. Source: `protocol/session.md` §9. */
export type ChannelCloseReason = "Local" | "Remote" | "ConnectionClosed";

/**
 * Why a channel was reset. `Remote`: the other end gave up; `Local`: our sender gave up; `ReceiverDropped`: our receiver
 * gave up; `Protocol`: what came broke the rules.
 */
export type ChannelResetReason = "Remote" | "Local" | "ReceiverDropped" | "Protocol";

export interface ChannelClosedEvent extends ChannelEvent {
  readonly reason: ChannelCloseReason;
}

export interface ChannelResetEvent extends ChannelEvent {
  readonly reason: ChannelResetReason;
}

/** How things stand with a session that is being established, or established. */
export interface StateChangedEvent extends LinkEvent {
  /** Undefined while it is not established. */
  readonly sessionId: string | undefined;
  readonly state: SessionState;
}

/** The peer has asked for something that this application has not brought in: it was refused. */
export interface FeatureMissingEvent extends ConnectionEvent {
  readonly feature: "answering" | "channels" | "virtualConnections";
  /** What brings it in. */
  readonly hint: string;
}

/** Watches sessions; see the single members. */
export interface Observer {
  onConnectionOpened?(event: ConnectionEvent): void;
  onConnectionClosed?(event: ConnectionClosedEvent): void;
  /** A session was established, has lost its link, tries to get another, goes on, or has ended. */
  onStateChanged?(event: StateChangedEvent): void;
  onRequestStarted?(event: RequestEvent): void;
  onRequestFinished?(event: RequestFinishedEvent): void;
  /** A handler threw something else than its declared error, or answered with a value that does not fit its type. */
  onHandlerError?(event: HandlerErrorEvent): void;
  /** The store of operations failed: the call that asked it is answered with `Cancelled`, or `Indeterminate` when it ran. */
  onOperationStoreError?(event: OperationStoreErrorEvent): void;
  /** A call that was begun here is not known to the store any more: it is answered with `Indeterminate`, not run again. */
  onOperationForgotten?(event: RequestEvent): void;
  /** The store of sessions failed. */
  onSessionStoreError?(event: SessionStoreErrorEvent): void;
  /** A peer has the key of a session that is not its own, or that the application does not give it. */
  onResumeRefused?(event: ResumeRefusedEvent): void;
  /** A store is nearly full; once, until there is room again. */
  onStorePressure?(event: StorePressureEvent): void;
  /** An acceptor failed at a connection, which is refused, or ended when it was taken before. */
  onAcceptorError?(event: AcceptorErrorEvent): void;
  /** The peer asks for what the application has not brought in, like calls where there is no dispatcher. */
  onFeatureMissing?(event: FeatureMissingEvent): void;
  onProtocolError?(event: ProtocolErrorEvent): void;
  /** Bytes of the peer are no value of their type. For a message the session ends, for a payload its call or channel. */
  onDecodeError?(event: CodecErrorEvent): void;
  /** A value of ours does not fit its type: nothing was sent. */
  onEncodeError?(event: CodecErrorEvent): void;
  /** A listener could not make a session of a link: a failed handshake, an unknown service, a stranger. */
  onHandshakeFailed?(event: { readonly link: string; readonly error: VoxError }): void;
  /** The link of a session has ended; once for each. */
  onLinkClosed?(event: LinkClosedEvent): void;
  onFramesRead?(event: LinkTrafficEvent): void;
  onFramesWritten?(event: LinkTrafficEvent): void;
  /** The link holds more than `maxBufferedBytes`: senders wait. */
  onBackpressure?(event: LinkPressureEvent): void;
  /** The link has passed on what it held after it was full, and senders go on; or it has ended. */
  onBackpressureReleased?(event: LinkPressureEvent): void;
  onChannelOpened?(event: ChannelOpenedEvent): void;
  onChannelSendStarted?(event: ChannelEvent): void;
  onChannelSendWaiting?(event: ChannelSendWaitingEvent): void;
  onChannelSendFinished?(event: ChannelSendFinishedEvent): void;
  onChannelTrySend?(event: ChannelTrySendEvent): void;
  onChannelCreditGranted?(event: ChannelCreditEvent): void;
  /** An item has arrived and was read. */
  onChannelItemReceived?(event: ChannelEvent): void;
  /** The application has taken an item. */
  onChannelItemConsumed?(event: ChannelEvent): void;
  /** Nothing more goes or comes. Each channel that was opened ends with this or with `onChannelReset`, once. */
  onChannelClosed?(event: ChannelClosedEvent): void;
  onChannelReset?(event: ChannelResetEvent): void;
}

/** What each member of an observer is given: `ObserverEvents["onLinkClosed"]`. */
export type ObserverEvents = {
  readonly [Member in keyof Observer]-?: Parameters<NonNullable<Observer[Member]>>[0];
};

/** What there is to watch; one that is missing here does not compile. */
const events: Readonly<Record<keyof Observer, true>> = {
  onConnectionOpened: true,
  onConnectionClosed: true,
  onStateChanged: true,
  onRequestStarted: true,
  onRequestFinished: true,
  onHandlerError: true,
  onAcceptorError: true,
  onOperationStoreError: true,
  onOperationForgotten: true,
  onSessionStoreError: true,
  onResumeRefused: true,
  onStorePressure: true,
  onFeatureMissing: true,
  onProtocolError: true,
  onDecodeError: true,
  onEncodeError: true,
  onHandshakeFailed: true,
  onLinkClosed: true,
  onFramesRead: true,
  onFramesWritten: true,
  onBackpressure: true,
  onBackpressureReleased: true,
  onChannelOpened: true,
  onChannelSendStarted: true,
  onChannelSendWaiting: true,
  onChannelSendFinished: true,
  onChannelTrySend: true,
  onChannelCreditGranted: true,
  onChannelItemReceived: true,
  onChannelItemConsumed: true,
  onChannelClosed: true,
  onChannelReset: true,
};

type EventMember = (data: unknown) => unknown;

/** For logs: integers as texts, errors with their messages. Not enumerable: an event has the members of its type. */
const json = {
  value(this: object): unknown {
    return toJson({ ...this });
  },
};

/**
 * Tells an observer. What the member throws changes nothing of what is watched.
 * @param onFailed called when the member throws or rejects
 * @returns whether the observer has the member
 */
export function notify<K extends keyof Observer>(
  observer: Observer | undefined,
  event: K,
  data: Parameters<NonNullable<Observer[K]>>[0],
  onFailed: () => void = ignore,
): boolean {
  if (observer === undefined) return false;
  let hasMember = true;
  const tell = (): unknown => {
    const member = observer[event] as EventMember | undefined;
    hasMember = member !== undefined;
    if (member === undefined) return undefined;
    if (!("toJSON" in data)) Object.defineProperty(data, "toJSON", json);
    return member.call(observer, data);
  };
  callOut(tell, onFailed);
  return hasMember;
}

/**
 * One observer that tells several: none of them can keep an event from the others.
 *
 * ```ts
 * connect(url, Catalog, { observer: combineObservers(telemetry.observer, { onProtocolError: console.warn }) });
 * ```
 */
export function combineObservers(...observers: readonly Observer[]): Observer {
  const all: Record<string, EventMember> = {};
  for (const name of Object.keys(events) as (keyof Observer)[]) {
    const own = observers.filter((observer) => observer[name] !== undefined);
    // What nobody watches stays absent, and costs nothing.
    if (own.length > 0)
      all[name] = (data) => {
        for (const observer of own) notify(observer, name, data as never);
      };
  }
  return all;
}
