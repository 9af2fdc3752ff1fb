/**
 * A connection that a peer requests, and the answers that an application can give. Source: `protocol/session.md` §5.3.
 *
 * ```
 *  waiting ──accept, intoRaw …──► accepted ──the application throws──► closed
 *     └──reject, the application throws or does nothing──► refused
 * ```
 */

import type { Caller } from "../call/caller.js";
import { checkService } from "../call/check-service.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import { SessionError } from "../errors.js";
import { passingRefusals } from "../handshake/refusals.js";
import type { Limits } from "../limits.js";
import type { LinkOrigin } from "../link/link.js";
import { checkMembers, u32 } from "../options/checks.js";
import type { ConnectionSettings } from "../session/connection.js";
import { concurrencyCheck, dispatcherCheck } from "../session/option-checks.js";
import { consumed, type RawConnection } from "../session/raw-connection.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";

/**
 * Windows of an accepted connection. A peer takes no credit of 0: it drops the connection, and a 0.8.2 peer does not
 * report that.
 */
const windowChecks = { maxConcurrentRequests: concurrencyCheck, initialChannelCredit: /*@__PURE__*/ u32(1) };

/** A peer's request for a connection, before any call on it. */
export interface ConnectionRequest {
  /** Service that the peer requests (`vox-service`); undefined when it names none. */
  readonly service: string | undefined;
  /** What the peer sent in the handshake, or with its request for a virtual connection. */
  readonly metadata: Metadata;
  /** What the peer sent in the latest handshake of the session: for the root connection the same as `metadata`. */
  readonly peerMetadata: Metadata;
  /** Name of the link that carries it, like `tcp://127.0.0.1:51324`. */
  readonly link: string;
  /** Facts about the peer from the transport; undefined for a transport without any, like memory. */
  readonly origin: LinkOrigin | undefined;
  /** Kind of the transport: `tcp`, `local`, `ws`; undefined for a transport that knows nothing. */
  readonly transport: string | undefined;
  /** Address of the peer's machine, like `192.0.2.1`; undefined where the transport has none. */
  readonly peerAddress: string | undefined;
  /** False for the root connection of a session. */
  readonly isVirtual: boolean;
  /**
   * Whether the peer comes back to a session of which it has the key. If you accept it, and the session belongs to it,
   * the session goes on with the dispatcher that it has.
   */
  readonly isResume: boolean;
  /** Settings that the peer announced: its parity, and the calls and items that it takes at once. */
  readonly settings: ConnectionSettings;
}

/** Carries out the answer to a request. A handshake waits for the answer, or the peer of a virtual connection. */
export interface ConnectionOffer {
  readonly limits: Limits;
  /** Whether the session has failed meanwhile: the answer does not count then. */
  readonly hasFailed: boolean;
  /** Takes the identity of the peer. */
  identify(principal: unknown): void;
  /** @returns a function that makes a caller of the peer */
  accept(dispatcher: Dispatcher | undefined): () => Caller;
  /** @param local settings to announce to the peer; default settings otherwise */
  acceptRaw(local?: Omit<ConnectionSettings, "parity">): RawConnection;
  /** @param cause the error that the application has thrown, unless it is a refusal */
  reject(reason: Metadata, cause?: unknown): void;
  /**
   * The application throws after its answer: ends what it accepted.
   * @returns whether a refusal can replace the answer
   */
  revoke(): boolean;
}

/**
 * A connection that waits for your answer. Answer it once, by one of its methods. If your code returns without an
 * answer, the peer gets a refusal as for an unknown service. A method that throws has not answered the connection.
 *
 * All methods that answer throw a {@link SessionError} `Protocol` when the connection was answered already, and when
 * the peer does not wait any more.
 */
export class IncomingConnection {
  /** @internal */
  readonly request: ConnectionRequest;
  readonly #offer: ConnectionOffer;
  #isAnswered = false;

  /** @internal */
  constructor(request: ConnectionRequest, offer: ConnectionOffer) {
    this.request = request;
    this.#offer = offer;
  }

  /** Whether it was accepted or refused. */
  get isSettled(): boolean {
    return this.#isAnswered || this.#offer.hasFailed;
  }

  /**
   * Names the peer before you accept it, for example by its user name. A session that can be resumed goes on over
   * another link only for the same peer. Without a name, the session registry compares the metadata of the peers.
   * @param principal data: texts, numbers, and plain objects and arrays of them. An instance of a class equals no other
   * one, so each link gets a new session. Undefined and null name no peer
   */
  identify(principal: unknown): void {
    this.#offer.identify(principal);
  }

  /**
   * Accepts the connection.
   * @param dispatcher answers the peer's calls. Undefined: each call is answered with `Cancelled`
   * @throws SessionError `Protocol` when the connection was answered already
   * @throws TypeError for a value that is not a dispatcher
   */
  accept(dispatcher: Dispatcher | undefined): void {
    checkDispatcher(dispatcher);
    this.#settle(() => this.#offer.accept(dispatcher));
  }

  /**
   * Accepts the connection, and makes a client of a service of the peer on it, so that both sides can call each other.
   * When you close the client, a virtual connection ends. On a root connection, it is one of the session's clients.
   * Calls on a root connection leave as soon as the session is established; until then the client has no `$session`.
   * @throws SessionError `Protocol` when the connection was answered already
   * @throws TypeError for a value that is not a service or not a dispatcher
   */
  acceptWithClient<C>(service: Service<C>, dispatcher?: Dispatcher): C {
    checkService(service);
    checkDispatcher(dispatcher);
    const callerOf = this.#settle(() => this.#offer.accept(dispatcher));
    return service.create(callerOf());
  }

  /**
   * Accepts the connection without a driver. Messages wait until you join it to another connection; see `proxyTo`.
   * @param windows numbers to announce to the peer. Default: the peer's own numbers, bounded
   * @throws SessionError `Protocol` for a root connection
   * @throws TypeError, RangeError for windows that are not numbers of the protocol, or credit of 0
   */
  intoRaw(windows?: Omit<ConnectionSettings, "parity">): RawConnection {
    this.#checkVirtual();
    if (windows !== undefined) checkMembers(windows, windowChecks, "windows");
    return this.#settle(() => this.#offer.acceptRaw(windows));
  }

  /** Refuses the connection. @param reason a text, or metadata in which the entry `error` is the text */
  reject(reason: string | Metadata): void {
    this.#refuse(reason, undefined);
  }

  /** The application has returned. @internal */
  rejectUnsettled(reason: string): void {
    if (!this.isSettled) this.reject(reason);
  }

  /** The application has thrown. @internal */
  fail(error: unknown): void {
    if (this.#offer.hasFailed) return;
    if (this.#isAnswered && !this.#offer.revoke()) return;
    this.#isAnswered = false;
    if (error instanceof RejectedError) this.reject(error.metadata);
    else this.#refuse(passingRefusals.acceptorFailed, error);
  }

  #refuse(reason: string | Metadata, cause: unknown): void {
    const metadata = typeof reason === "string" ? new Metadata({ [errorKey]: reason }) : reason;
    this.#settle(() => this.#offer.reject(metadata, cause));
  }

  #settle<T>(answer: () => T): T {
    if (this.isSettled) throw consumed();
    const result = answer();
    this.#isAnswered = true;
    return result;
  }

  /** Limits of the session to which the connection belongs. @internal */
  get limits(): Limits {
    return this.#offer.limits;
  }

  /** @throws SessionError `Protocol` for a root connection, and when it was answered already @internal */
  checkWaiting(): void {
    this.#checkVirtual();
    if (this.isSettled) throw consumed();
  }

  #checkVirtual(): void {
    if (this.request.isVirtual) return;
    throw new SessionError(
      "Protocol",
      "protocol error: the root connection can be handled only: it is no virtual connection",
    );
  }
}

/**
 * Code of the application that decides about each connection, the root and virtual ones. It need not answer at once: a
 * virtual connection waits for `openTimeoutMs`, a root connection as long as the handshake may take.
 *
 * ```ts
 * const acceptor: ConnectionAcceptor = {
 *   accept(request, connection) {
 *     if (request.service === "Catalog") connection.accept(catalogDispatcher(handler));
 *   },
 * };
 * ```
 */
export interface ConnectionAcceptor {
  /** @throws RejectedError to refuse the connection; any other error refuses it, too, but the peer does not get it */
  accept(request: ConnectionRequest, connection: IncomingConnection): void | Promise<void>;
}

/** @throws TypeError for a value that answers no calls, like a handler without its dispatcher, or `false` */
function checkDispatcher(dispatcher: unknown): void {
  if (dispatcher !== undefined) dispatcherCheck(dispatcher, "dispatcher");
}
