/** A connection that a peer asks for, and what an application may do with it. Source: `protocol/session.md` §5.3. */
import type { Dispatcher } from "../call/dispatcher.js";
import { metadataCheck } from "../call/option-checks.js";
import type { Service } from "../call/service.js";
import { abortSignal, type OptionChecks, text } from "../options/checks.js";
import type { ConnectionSettings } from "../session/connection.js";
import type { ConnectionProxy } from "../session/proxy.js";
import type { RawConnection } from "../session/raw-connection.js";
import type { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";

/** What is known about a connection before anything is called on it. */
export interface ConnectionRequest {
  /** Service that the peer asks for (`vox-service`); undefined when it names none. */
  readonly service: string | undefined;
  /** What the peer sent in the handshake, or with its request for a virtual connection. */
  readonly metadata: Metadata;
  /** What the peer sent in the first handshake of the session: for the root connection the same as `metadata`. */
  readonly peerMetadata: Metadata;
  /** In words, the link that carries it, like `tcp://127.0.0.1:51324`. */
  readonly link: string;
  /** False for the root connection of a session. */
  readonly isVirtual: boolean;
  /** What the peer announced: its parity, the calls and the items that it takes at once. */
  readonly settings: ConnectionSettings;
}

/**
 * A connection that waits for an answer. It is used once, by one of its methods, which takes it; one that nobody has used
 * when the acceptor is through is refused as an unknown service. A method that throws has not used it.
 *
 * All methods throw a {@link SessionError} `Protocol` when it was used already, and when the peer waits no more.
 */
export interface PendingConnection {
  /** Whether it was used, or refused. */
  readonly isConsumed: boolean;
  /** Takes it: the dispatcher answers the peer's calls. Undefined: each is answered with `Cancelled`. */
  handleWith(dispatcher: Dispatcher | undefined): void;
  /**
   * Takes it, and makes a client of a service of the peer on it: both sides call each other. Closing the client ends a
   * virtual connection; on a root connection it is one of the clients of the session. Calls on a root connection leave as
   * soon as the session is established; until then the client has no `$session`.
   */
  handleWithClient<C>(service: Service<C>, dispatcher?: Dispatcher): C;
  /**
   * Takes it, and joins it to a connection that leads elsewhere; see `proxyConnections`. The windows that are announced to
   * the peer are those of `target`, which must have been opened with the windows of the peer: see
   * `ConnectionRequest.settings`.
   * @throws SessionError `Protocol` when that is not so, or for a root connection
   */
  proxyTo(target: RawConnection): ConnectionProxy;
  /**
   * Opens a connection like this one on another session, for the same service, with the same metadata but for what is
   * marked `noPropagate`, and joins the two.
   * @param options what differs
   * @throws RejectedError `Rejected` when the other peer refuses: an acceptor that lets it pass refuses with the same
   * metadata
   * @throws SessionError whatever else `Session.openRaw` and {@link proxyTo} throw
   */
  proxyThrough(session: Session, options?: ProxyThroughOptions): Promise<ConnectionProxy>;
  /** Takes it without a driver: what arrives waits until it is joined to another. @throws SessionError as {@link proxyTo} */
  intoHandle(): RawConnection;
  /** Refuses it. @param reason as text, or as metadata in which the entry `error` is the text */
  reject(reason: string | Metadata): void;
}

/** What {@link PendingConnection.proxyThrough} may be given. */
export interface ProxyThroughOptions {
  /** Default: that of the request. */
  readonly service?: string | undefined;
  /** Default: that of the request. */
  readonly metadata?: Metadata | undefined;
  /** Gives up when aborted before the other connection is there. */
  readonly signal?: AbortSignal | undefined;
}

export const proxyThroughChecks: OptionChecks<ProxyThroughOptions> = {
  service: text,
  metadata: metadataCheck,
  signal: abortSignal,
};

/**
 * Decides about each connection, the root and virtual ones, by itself. It may take its time: a virtual connection waits for
 * `openTimeoutMs`, a root connection as long as the handshake may take.
 *
 * ```ts
 * const acceptor: ConnectionAcceptor = {
 *   accept(request, connection) {
 *     if (request.service === "Catalog") connection.handleWith(catalogDispatcher(handler));
 *   },
 * };
 * ```
 */
export interface ConnectionAcceptor {
  /** @throws RejectedError to refuse the connection; anything else refuses it, too, without telling the peer why */
  accept(request: ConnectionRequest, connection: PendingConnection): void | Promise<void>;
}
