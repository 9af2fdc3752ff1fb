/** The interface of a session for applications. */
import type { SessionError } from "../errors.js";
import type { Metadata } from "../wire/metadata.js";
import type { CloseReason } from "./close-reason.js";
import type { SessionState } from "./session-state.js";
import type { SessionSnapshot } from "./snapshot.js";

export type { CloseReason, SessionState };

/** How a session ended. */
export interface SessionEnd {
  readonly reason: CloseReason;
  /** What went wrong; undefined for an ordinary end (`Local`, `Remote`). */
  readonly error: SessionError | undefined;
}

/** How to end a session gracefully. */
export interface CloseOptions {
  /** Milliseconds that calls in flight and running handlers are given to finish. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** How to measure a round trip. */
export interface RoundTripOptions {
  /** Milliseconds that the peer has for its answer. Default 10 000. */
  readonly timeoutMs?: number | undefined;
  /** Gives up when the signal is aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** A connection of a session, as one of its clients sees it. */
export interface ConnectionHandle {
  /** 0 is the root connection, which every session has. */
  readonly id: number | bigint;
  /** False once it has ended or begun to close. */
  readonly isOpen: boolean;
  /** Resolves, and never rejects, when it has ended. */
  readonly closed: Promise<SessionEnd>;
  /**
   * Gives up the share of one client. With the last one the connection ends gracefully: new calls fail, calls in flight
   * finish, bounded by a timeout. Closing twice is harmless.
   */
  close(options?: CloseOptions): Promise<void>;
  /**
   * Makes one more client on the same connection, also for another service. The connection ends when the last of its
   * clients is closed.
   *
   * ```ts
   * const catalog = await connect("tcp://127.0.0.1:9000", Catalog);
   * const another = catalog.$caller.connection.client(Catalog);
   * ```
   *
   * @throws TypeError for a value that is not a service
   */
  client<C>(service: ServiceLike<C>): C;
}

/** A connection without its clients: what their calls share. */
export type DrivenConnection = Omit<ConnectionHandle, "client">;

/** The part of a generated service (`Service<C>`) that a session uses. */
export interface ServiceLike<C> {
  readonly name: string;
  create(caller: never): C;
}

/** The part of a `Dispatcher` that a session uses. */
export interface DispatcherLike {
  readonly name: string;
  find(low: number, high: number): unknown;
}

/** What {@link SessionHandle.open} may be given. */
export interface OpenSettings {
  /** Sent to the peer with the request. Default none. */
  readonly metadata?: Metadata | undefined;
  /** Calls that this side takes at once on the connection. Default: as on the root connection. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Items that this side takes on a fresh channel. Default: as on the root connection. */
  readonly initialChannelCredit?: number | undefined;
  /** Which half of the request and channel ids this side uses on the connection. Default: as on the root connection. */
  readonly parity?: "Odd" | "Even" | undefined;
  /** Gives up when the signal is aborted before the connection is open. */
  readonly signal?: AbortSignal | undefined;
}

/** A virtual connection without a driver: a `RawConnection`, as the side that has opened it sees it. */
export interface RawConnectionHandle {
  readonly id: number | bigint;
  /** False once it has ended. */
  readonly isOpen: boolean;
  /** Whether the connection is joined to another one, or has become a client. */
  readonly isConsumed: boolean;
  /** Resolves, and never rejects, when it has ended. */
  readonly closed: Promise<SessionEnd>;
  /** Makes a client for a service of the peer, and answers the peer's calls. Consumes the connection. */
  client<C>(service: ServiceLike<C>, dispatcher?: DispatcherLike): C;
  /** Ends the connection at once. @param metadata sent to the peer */
  close(metadata?: Metadata): void;
}

/** A session as applications see it. */
export interface SessionHandle extends AsyncDisposable {
  /** False once the session has ended or begun to close. */
  readonly isOpen: boolean;
  /** The current state. */
  readonly state: SessionState;
  /**
   * Calls back with every new state, in order. Errors of the listener are ignored, as those of an observer.
   * @returns a function that ends the subscription; calling it twice is harmless
   */
  onStateChanged(listener: (state: SessionState) => void | Promise<void>): () => void;
  /**
   * The states in a loop: the present one first, then each new one. The loop ends after `closed`. A loop that is slower
   * than the session gets the latest state, and skips those between.
   *
   * ```ts
   * for await (const { kind } of shop.$session.status()) show(kind);
   * ```
   *
   * @throws SessionError `Io` from the loop when the code for it cannot be loaded
   */
  status(): AsyncIterableIterator<SessionState, undefined>;
  /**
   * Measures the round trip: sends a ping, which peers of every version answer, with keepalive or without. The time
   * includes what waits in front of the ping on a busy link.
   * @returns milliseconds
   * @throws SessionError `ConnectTimeout` when no answer comes in time, `Io` without a link or when the link is lost,
   * `Protocol` when the session is closed
   * @throws VoxError `Cancelled` when `signal` is aborted
   */
  rtt(options?: RoundTripOptions): Promise<number>;
  /** Resolves, and never rejects, when the session has ended. */
  readonly closed: Promise<SessionEnd>;
  /** What the peer sent in the handshake. */
  readonly peerMetadata: Metadata;
  /** The address of the peer as text, like `tcp://127.0.0.1:4000`. */
  readonly remoteAddress: string;
  /**
   * Makes a client for a service of the peer on the root connection. Any number of clients may share that connection:
   * closing one client does not affect the others.
   * @throws TypeError for a value that is not a service
   */
  client<C>(service: ServiceLike<C>): C;
  /**
   * Opens a virtual connection for a service: it has its own calls, channels and limits on the same link. Close the
   * client to end the connection.
   * @throws RejectedError when the peer refuses, with the peer's metadata
   * @throws SessionError `ConnectTimeout` when the peer does not answer; `Protocol` when the session is closed or full
   * @throws VoxError `Cancelled` when `signal` is aborted
   */
  open<C>(
    service: ServiceLike<C>,
    options?: OpenSettings & {
      /** Answers the peer's calls on the new connection. Default: each is answered with `Cancelled`. */
      readonly serve?: DispatcherLike | undefined;
      /** Opens the connection again when the peer has lost the session. Default: the connection ends then. */
      readonly reopen?: boolean | undefined;
    },
  ): Promise<C>;
  /** Opens a virtual connection without a driver, for `proxyConnections`. @throws what {@link open} throws */
  openRaw(service: string, options?: OpenSettings): Promise<RawConnectionHandle>;
  /**
   * Ends a virtual connection at once, also one that the peer has opened: calls in flight on it fail.
   * @param id as the peer and observers get it
   * @param metadata sent to the peer
   * @throws SessionError `Protocol` for the root connection and for one that does not exist
   */
  closeConnection(id: number | bigint, metadata?: Metadata): void;
  /** What the session holds at this moment: calls, channels, buffers. Changes nothing. */
  snapshot(): SessionSnapshot;
  /**
   * Ends the session gracefully: new calls fail, calls in flight and running handlers finish, bounded by a
   * timeout, then the link closes. Resolves when the link has closed. Closing twice is harmless.
   * @throws TypeError, RangeError for an option that is not valid
   */
  close(options?: CloseOptions): Promise<void>;
  /** Ends the session at once: calls in flight fail with `SessionShutdown`. */
  abort(): void;
}
