/** What applications see of a session. */
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

/** How to end a session in good order. */
export interface CloseOptions {
  /** Milliseconds that calls in flight and running handlers are given to finish. Default 5000. */
  readonly timeoutMs?: number | undefined;
}

/** A connection of a session, as whoever calls on it sees it. */
export interface ConnectionHandle {
  /** 0 is the root connection, which every session has. */
  readonly id: number | bigint;
  /** False once it has ended or begun to close. */
  readonly isOpen: boolean;
  /** Resolves, and never rejects, when it has ended. */
  readonly closed: Promise<SessionEnd>;
  /**
   * Ends it in good order: new calls fail, those in flight finish, bounded by a timeout. Of the root connection this
   * gives up one client's share; see `Session.client`. Closing twice is harmless.
   */
  close(options?: CloseOptions): Promise<void>;
}

/** A generated service: a `Service<C>`, as far as a session looks at it. */
export interface ServiceLike<C> {
  readonly name: string;
  create(caller: never): C;
}

/** A `Dispatcher`, as far as a session looks at it. */
export interface DispatcherLike {
  readonly name: string;
  find(low: number, high: number): unknown;
}

/** What {@link SessionHandle.open} may be given. */
export interface OpenSettings {
  /** Sent to the peer's acceptor. Default none. */
  readonly metadata?: Metadata | undefined;
  /** Calls that this side takes at once on the connection. Default: as on the root connection. */
  readonly maxConcurrentRequests?: number | undefined;
  /** Items that this side takes on a fresh channel. Default: as on the root connection. */
  readonly initialChannelCredit?: number | undefined;
  /** Which half of the request and channel ids is ours on the connection. Default: as on the root connection. */
  readonly parity?: "Odd" | "Even" | undefined;
  /** Gives up when aborted before the connection is there. */
  readonly signal?: AbortSignal | undefined;
}

/** A virtual connection without a driver: a `RawConnection`, as whoever has opened it sees it. */
export interface RawConnectionHandle {
  readonly id: number | bigint;
  /** False once it has ended. */
  readonly isOpen: boolean;
  /** Whether it was joined to another, or made a client. */
  readonly isConsumed: boolean;
  /** Resolves, and never rejects, when it has ended. */
  readonly closed: Promise<SessionEnd>;
  /** Takes it: makes a client of a service of the peer, and answers the peer's calls. */
  client<C>(service: ServiceLike<C>, dispatcher?: DispatcherLike): C;
  /** Ends it at once; the peer is told. */
  close(metadata?: Metadata): void;
}

/** A session as applications see it. */
export interface SessionHandle extends AsyncDisposable {
  /** False once the session has ended or begun to close. */
  readonly isOpen: boolean;
  /** How things stand. */
  readonly state: SessionState;
  /**
   * Calls back with every new state, in order; what the listener throws is ignored, as of an observer.
   * @returns what ends the subscription; harmless twice
   */
  onStateChanged(listener: (state: SessionState) => void | Promise<void>): () => void;
  /** Resolves, and never rejects, when the session has ended. */
  readonly closed: Promise<SessionEnd>;
  /** What the peer sent in the handshake. */
  readonly peerMetadata: Metadata;
  /** In words where the session leads, like `tcp://127.0.0.1:4000`. */
  readonly remoteAddress: string;
  /**
   * Makes a client of a service of the peer on the root connection. Any number may share it: one that is closed leaves the
   * others alone.
   */
  client<C>(service: ServiceLike<C>): C;
  /**
   * Opens a virtual connection for a service: calls, channels and limits of their own on the same link. Close the client to
   * end it.
   * @throws RejectedError when the peer refuses, with what it said
   * @throws SessionError `ConnectTimeout` when it does not answer; `Protocol` when the session is closed or full
   * @throws VoxError `Cancelled` when `signal` is aborted
   */
  open<C>(
    service: ServiceLike<C>,
    options?: OpenSettings & {
      /** Answers the peer's calls on the new connection. Default: each is answered with `Cancelled`. */
      readonly dispatcher?: DispatcherLike | undefined;
      /** Opens the connection again when the peer has lost the session. Default: it ends then. */
      readonly reopen?: boolean | undefined;
    },
  ): Promise<C>;
  /** Opens a virtual connection without a driver, for `proxyConnections`. @throws what {@link open} throws */
  openRaw(service: string, options?: OpenSettings): Promise<RawConnectionHandle>;
  /**
   * Ends a virtual connection at once, whoever opened it: calls in flight on it fail.
   * @param id as the peer and observers know it
   * @param metadata sent to the peer
   * @throws SessionError `Protocol` for the root connection and for one that does not exist
   */
  closeConnection(id: number | bigint, metadata?: Metadata): void;
  /** What it holds at this moment: calls, channels, buffers. Changes nothing. */
  snapshot(): SessionSnapshot;
  /**
   * Ends the session in good order: new calls fail, calls in flight and running handlers finish, bounded by a
   * timeout, then the link closes. Resolves when it has. Closing twice is harmless.
   */
  close(options?: CloseOptions): Promise<void>;
  /** Ends the session at once: calls in flight fail with `SessionShutdown`. */
  abort(): void;
}
