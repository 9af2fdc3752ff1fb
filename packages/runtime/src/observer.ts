/**
 * The events that an application can watch. Every member is optional and costs nothing when absent. Errors of a member
 * are ignored, so that an observer cannot break a session. Source: `protocol/session.md` §9.
 */
import { callOut, ignore } from "./call/call-out.js";
import type { CloseReason, SessionState } from "./call/session-handle.js";
import type { CallRejectionCode, MethodName, SessionError, VoxError } from "./errors.js";
import { anyObject } from "./options/checks.js";
import { toJson } from "./options/to-json.js";

/** Something happened on a link. */
export interface LinkEvent {
  /** The link as text, like `tcp://127.0.0.1:4000`. */
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
  /** Bytes that the link holds and has not passed on, and those of large frames that wait for it. */
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

/** The side of a request: `client` sent it, `server` answers it. */
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
  /** What the handler threw, or why its answer could not be encoded. The peer only got `Cancelled`. */
  readonly error: unknown;
}

/**
 * Code that decides about a connection threw or rejected: a connection acceptor, or a factory or the context of a
 * router.
 */
export interface AcceptErrorEvent {
  /** The link of the connection as text. */
  readonly link: string;
  /** Service that the peer requests; undefined when it names none. */
  readonly service: string | undefined;
  /** False for the root connection of a session. */
  readonly isVirtual: boolean;
  /** What that code threw, which is no `RejectedError`. The peer only learns that the acceptor failed. */
  readonly error: unknown;
}

/** The callback `onSession` threw or rejected: the session is ended. */
export interface SessionCallbackErrorEvent extends LinkEvent {
  readonly sessionId: string;
  /** What the callback threw. */
  readonly error: unknown;
}

/** A store of operations threw or rejected. */
export interface OperationStoreErrorEvent extends RequestEvent {
  /** The method of the store that failed. After a failed `admit` or `lookup` the call has not run. */
  readonly step: "admit" | "lookup" | "seal" | "release" | "remove";
  readonly error: unknown;
}

/** A store of sessions threw, answered with a promise or with what is no record. */
export interface SessionStoreErrorEvent {
  /**
   * The method of the store that failed. After a failed `find` the peer is refused for now, or gets a new session when
   * the record is damaged. After a failed `save` the session goes on, but is lost with this process. After a failed
   * `remove` the store keeps a key that is no longer valid.
   */
  readonly step: "find" | "save" | "remove";
  /** Undefined where the session is not known. */
  readonly sessionId: string | undefined;
  readonly error: unknown;
}

/** The members of an observer for failures of the application's own code, and what has failed. */
interface Failures {
  readonly onHandlerError: "handler";
  readonly onAcceptError: "accept";
  readonly onSessionCallbackError: "onSession";
  readonly onOperationStoreError: "operationStore";
  readonly onSessionStoreError: "sessionStore";
}

/**
 * Something of the application has failed, and no observer has handled the failure: the event of that observer's
 * member, and in `source` what has failed.
 */
export type UnhandledErrorEvent = {
  [Member in keyof Failures]: ObserverEvents[Member] & { readonly source: Failures[Member] };
}[keyof Failures];

/** Where failures of the application's own code are reported. */
export interface FailureReporting {
  readonly observer?: Observer | undefined;
  /** Called with a failure that the observer has no member for, or whose member fails. */
  readonly onUnhandledError?: ((event: UnhandledErrorEvent) => void) | undefined;
}

/** A peer has presented the key of a session, but does not get that session: it gets another one. */
export interface ResumeRefusedEvent extends LinkEvent {
  /** The session that goes on without it, or expires. */
  readonly sessionId: string;
  /**
   * `identity`: the peer is not the one that the session belongs to. `application`: `onResume` has refused. `service`:
   * the peer requests another service than that of the session.
   */
  readonly by: "identity" | "application" | "service";
}

/** More than four fifths of a bound are in use: the store may soon forget entries that a peer still needs. */
export interface StorePressureEvent {
  readonly store: "sessions" | "operations";
  readonly unit: "sessions" | "entries" | "bytes";
  readonly used: number;
  readonly limit: number;
}

export interface ProtocolErrorEvent extends ConnectionEvent {
  /**
   * The side that broke the protocol: `remote`, the peer, as this side saw it; `local`, this side, as the peer
   * reported.
   */
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

/** This side's end of a channel: `tx` sends, `rx` receives. */
export type ChannelDirection = "tx" | "rx";

/** Something happened at this side's end of a channel. */
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
  /** What the item waits for: credit of the receiver, behind earlier items; or the link, which holds too many bytes. */
  readonly waitingFor: "credit" | "link";
}

export interface ChannelSendFinishedEvent extends ChannelEvent {
  /** `Closed`: the channel had ended, or ended meanwhile. `EncodeFailed`: the item does not fit its type. */
  readonly outcome: "Sent" | "Closed" | "EncodeFailed";
  readonly elapsedMs: number;
}

export interface ChannelTrySendEvent extends ChannelEvent {
  readonly outcome: "Sent" | "FullCredit" | "FullRuntimeQueue" | "Closed" | "EncodeFailed";
}

export interface ChannelCreditEvent extends ChannelEvent {
  /** Further items that the sender may send: at an `rx` this side has granted them, at a `tx` the peer has. */
  readonly amount: number;
}

/** Why a channel was closed. Source: `protocol/session.md` §9. */
export type ChannelCloseReason = "Local" | "Remote" | "ConnectionClosed";

/**
 * Why a channel was reset. `Remote`: the other end gave up. `Local`: the sender of this side gave up.
 * `ReceiverDropped`: the receiver of this side gave up. `Protocol`: a message broke the rules.
 */
export type ChannelResetReason = "Remote" | "Local" | "ReceiverDropped" | "Protocol";

export interface ChannelClosedEvent extends ChannelEvent {
  readonly reason: ChannelCloseReason;
}

export interface ChannelResetEvent extends ChannelEvent {
  readonly reason: ChannelResetReason;
}

/** The new state of a session that is being established, or is established. */
export interface StateChangedEvent extends LinkEvent {
  /** Undefined while the session is not established. */
  readonly sessionId: string | undefined;
  readonly state: SessionState;
}

/** The peer has requested a feature that this application has not brought in: the request was refused. */
export interface FeatureMissingEvent extends ConnectionEvent {
  readonly feature: "answering" | "channels" | "virtualConnections";
  /** How the application brings the feature in. */
  readonly hint: string;
}

/** Watches sessions; see each member. */
export interface Observer {
  onConnectionOpened?(event: ConnectionEvent): void;
  onConnectionClosed?(event: ConnectionClosedEvent): void;
  /** A session was established, has lost its link, tries to get another, goes on, or has ended. */
  onStateChanged?(event: StateChangedEvent): void;
  onRequestStarted?(event: RequestEvent): void;
  onRequestFinished?(event: RequestFinishedEvent): void;
  /** A handler threw something other than its declared error, or answered with a value that does not fit its type. */
  onHandlerError?(event: HandlerErrorEvent): void;
  /**
   * The store of operations failed: the call that asked it is answered with `Cancelled`, or `Indeterminate` when it
   * ran.
   */
  onOperationStoreError?(event: OperationStoreErrorEvent): void;
  /** The store has forgotten a call that was begun here: the call gets `Indeterminate`, and does not run again. */
  onOperationForgotten?(event: RequestEvent): void;
  /** The store of sessions failed. */
  onSessionStoreError?(event: SessionStoreErrorEvent): void;
  /** A peer presents the key of a session that is not its own, or that the application refuses to it. */
  onResumeRefused?(event: ResumeRefusedEvent): void;
  /** A store is nearly full. Called once, until there is room again. */
  onStorePressure?(event: StorePressureEvent): void;
  /** Code that decides about a connection failed: the connection is refused, or closed when it was accepted already. */
  onAcceptError?(event: AcceptErrorEvent): void;
  /** The callback `onSession` failed: its session is ended. */
  onSessionCallbackError?(event: SessionCallbackErrorEvent): void;
  /** The peer requests a feature that the application has not brought in, like calls without a dispatcher. */
  onFeatureMissing?(event: FeatureMissingEvent): void;
  onProtocolError?(event: ProtocolErrorEvent): void;
  /**
   * Bytes of the peer are no value of their type. A bad message ends the session, a bad payload its call or channel.
   */
  onDecodeError?(event: CodecErrorEvent): void;
  /** A value of this side does not fit its type: nothing was sent. */
  onEncodeError?(event: CodecErrorEvent): void;
  /** A listener could not make a session of a link: a failed handshake, an unknown service, a peer that is not Vox. */
  onHandshakeFailed?(event: { readonly link: string; readonly error: VoxError }): void;
  /** The link of a session has ended; once for each. */
  onLinkClosed?(event: LinkClosedEvent): void;
  onFramesRead?(event: LinkTrafficEvent): void;
  onFramesWritten?(event: LinkTrafficEvent): void;
  /** The link holds more than `maxBufferedBytes`: senders wait. */
  onBackpressure?(event: LinkPressureEvent): void;
  /** A link that was full has passed on its bytes, and senders go on; or the link has ended. */
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
  /** No further item is sent or received. Each opened channel ends once: with this event or with `onChannelReset`. */
  onChannelClosed?(event: ChannelClosedEvent): void;
  onChannelReset?(event: ChannelResetEvent): void;
}

/** The event of each member of an observer: `ObserverEvents["onLinkClosed"]`. */
export type ObserverEvents = {
  readonly [Member in keyof Observer]-?: Parameters<NonNullable<Observer[Member]>>[0];
};

/** All events; a missing event does not compile. */
const events: Readonly<Record<keyof Observer, true>> = {
  onConnectionOpened: true,
  onConnectionClosed: true,
  onStateChanged: true,
  onRequestStarted: true,
  onRequestFinished: true,
  onHandlerError: true,
  onAcceptError: true,
  onSessionCallbackError: true,
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
 * Calls a member of an observer. Errors of the member change nothing.
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
 * Reports a failure of the application's own code once: to the observer, or to `onUnhandledError` when the observer has
 * no such member, or when that member fails.
 */
export function reportFailure<K extends keyof Failures>(
  { observer, onUnhandledError }: FailureReporting,
  member: K,
  source: Failures[K],
  event: ObserverEvents[K],
): void {
  const unobserved = (): void => {
    if (onUnhandledError === undefined) return;
    const unhandled: object = Object.defineProperty({ ...event, source }, "toJSON", json);
    callOut(() => onUnhandledError(unhandled as UnhandledErrorEvent), ignore);
  };
  if (!notify(observer, member, event, unobserved)) unobserved();
}

/**
 * Makes one observer that calls several: none of them can keep an event from the others.
 *
 * ```ts
 * connect(url, Catalog, { observer: combineObservers(telemetry.observer, { onProtocolError: console.warn }) });
 * ```
 */
export function combineObservers(...observers: readonly Observer[]): Observer {
  for (const [index, observer] of observers.entries()) anyObject(observer, `observers[${index}]`);
  const all: Record<string, EventMember> = {};
  for (const name of Object.keys(events) as (keyof Observer)[]) {
    const own = observers.filter((observer) => observer[name] !== undefined);
    // A member that no observer has stays absent, and costs nothing.
    if (own.length > 0)
      all[name] = (data) => {
        for (const observer of own) notify(observer, name, data as never);
      };
  }
  return all;
}
