/**
 * A connection that a peer asks for, and what an application may do with it. Source: `protocol/session.md` §5.3.
 *
 * ```
 *  waiting ──accept, intoRaw …──► accepted ──the acceptor throws──► ended
 *     └──reject, the acceptor throws or does nothing──► refused
 * ```
 */

import type { Caller } from "../call/caller.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import { SessionError } from "../errors.js";
import { passingRefusals } from "../handshake/refusals.js";
import type { Limits } from "../limits.js";
import type { LinkOrigin } from "../link/link.js";
import type { ConnectionSettings } from "../session/connection.js";
import { dispatcherCheck } from "../session/option-checks.js";
import { consumed, type RawConnection } from "../session/raw-connection.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";

/** What is known about a connection before anything is called on it. */
export interface ConnectionRequest {
  /** Service that the peer asks for (`vox-service`); undefined when it names none. */
  readonly service: string | undefined;
  /** What the peer sent in the handshake, or with its request for a virtual connection. */
  readonly metadata: Metadata;
  /** What the peer sent in the latest handshake of the session: for the root connection the same as `metadata`. */
  readonly peerMetadata: Metadata;
  /** Name of the link that carries it, like `tcp://127.0.0.1:51324`. */
  readonly link: string;
  /** What the carrier knows about the peer; undefined for a carrier that knows nothing, like memory. */
  readonly origin: LinkOrigin | undefined;
  /** Kind of the carrier: `tcp`, `local`, `ws`; undefined for one that knows nothing. */
  readonly transport: string | undefined;
  /** Address of the peer's machine, like `192.0.2.1`; undefined where the carrier has none. */
  readonly peerAddress: string | undefined;
  /** False for the root connection of a session. */
  readonly isVirtual: boolean;
  /**
   * Whether the peer comes back to a session of which it has the key: if it is accepted, and is the peer of that session,
   * the session goes on with the dispatcher that it has.
   */
  readonly isResume: boolean;
  /** What the peer announced: its parity, the calls and the items that it takes at once. */
  readonly settings: ConnectionSettings;
}

/** What the answer to a request does: a handshake waits for it, or the peer of a virtual connection. */
export interface ConnectionOffer {
  readonly limits: Limits;
  /** Whether the session has failed meanwhile, so that no answer counts. */
  readonly hasFailed: boolean;
  /** Who the peer is. */
  identify(principal: unknown): void;
  /** @returns gives a caller of the peer */
  accept(dispatcher: Dispatcher | undefined): () => Caller;
  /** @param local what is announced to the peer, which has the default numbers otherwise */
  acceptRaw(local?: Omit<ConnectionSettings, "parity">): RawConnection;
  /** @param cause what the acceptor has thrown, other than a refusal */
  reject(reason: Metadata, cause?: unknown): void;
  /** The acceptor throws after it has answered: ends what it has accepted. @returns whether it can be refused instead */
  revoke(): boolean;
}

/**
 * A connection that waits for an answer. It is answered once, by one of its methods. One without an answer is refused as an
 * unknown service when the acceptor has returned. A method that throws has not answered it.
 *
 * All methods throw a {@link SessionError} `Protocol` when it was answered already, and when the peer waits no more.
 */
export class IncomingConnection {
  /** @internal */
  readonly request: ConnectionRequest;
  private readonly offer: ConnectionOffer;
  private isAnswered = false;

  /** @internal */
  constructor(request: ConnectionRequest, offer: ConnectionOffer) {
    this.request = request;
    this.offer = offer;
  }

  /** Whether it was accepted or refused. */
  get isSettled(): boolean {
    return this.isAnswered || this.offer.hasFailed;
  }

  /**
   * Says who the peer is, before it is accepted: the name of a user, for example. A session that can be resumed goes on over
   * another link for the same peer only. Without it, a peer is another one when its metadata says something else.
   * @param principal data: texts, numbers, and plain objects and arrays of them. An instance of a class is the same as no
   * other, so that each link gets a session of its own; undefined and null say nothing
   */
  identify(principal: unknown): void {
    this.offer.identify(principal);
  }

  /** Accepts it: the dispatcher answers the peer's calls. Undefined: each is answered with `Cancelled`. */
  accept(dispatcher: Dispatcher | undefined): void {
    checkDispatcher(dispatcher);
    this.settle(() => this.offer.accept(dispatcher));
  }

  /**
   * Accepts it, and makes a client of a service of the peer on it: both sides call each other. Closing the client ends a
   * virtual connection; on a root connection it is one of the clients of the session. Calls on a root connection leave as
   * soon as the session is established; until then the client has no `$session`.
   */
  acceptWithClient<C>(service: Service<C>, dispatcher?: Dispatcher): C {
    checkDispatcher(dispatcher);
    const callerOf = this.settle(() => this.offer.accept(dispatcher));
    return service.create(callerOf());
  }

  /**
   * Accepts it without a driver: what arrives waits until it is joined to another; see `proxyTo`.
   * @param windows what is announced to the peer. Default: the peer's own numbers, bounded
   * @throws SessionError `Protocol` for a root connection
   */
  intoRaw(windows?: Omit<ConnectionSettings, "parity">): RawConnection {
    this.checkVirtual();
    return this.settle(() => this.offer.acceptRaw(windows));
  }

  /** Refuses it. @param reason as text, or as metadata in which the entry `error` is the text */
  reject(reason: string | Metadata): void {
    this.refuse(reason, undefined);
  }

  /** The acceptor has returned. @internal */
  conclude(reason: string): void {
    if (!this.isSettled) this.reject(reason);
  }

  /** The acceptor has thrown. @internal */
  fail(error: unknown): void {
    if (this.offer.hasFailed) return;
    if (this.isAnswered && !this.offer.revoke()) return;
    this.isAnswered = false;
    if (error instanceof RejectedError) this.reject(error.metadata);
    else this.refuse(passingRefusals.acceptorFailed, error);
  }

  private refuse(reason: string | Metadata, cause: unknown): void {
    const metadata = typeof reason === "string" ? new Metadata({ [errorKey]: reason }) : reason;
    this.settle(() => this.offer.reject(metadata, cause));
  }

  private settle<T>(answer: () => T): T {
    if (this.isSettled) throw consumed();
    const result = answer();
    this.isAnswered = true;
    return result;
  }

  /** Of the session that it belongs to. @internal */
  get limits(): Limits {
    return this.offer.limits;
  }

  /** @throws SessionError `Protocol` for a root connection, and when it was answered already @internal */
  checkWaiting(): void {
    this.checkVirtual();
    if (this.isSettled) throw consumed();
  }

  private checkVirtual(): void {
    if (this.request.isVirtual) return;
    throw new SessionError(
      "Protocol",
      "protocol error: the root connection can be handled only: it is no virtual connection",
    );
  }
}

/**
 * Decides about each connection, the root and virtual ones, by itself. It may take its time: a virtual connection waits for
 * `openTimeoutMs`, a root connection as long as the handshake may take.
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
  /** @throws RejectedError to refuse the connection; anything else refuses it, too, without telling the peer why */
  accept(request: ConnectionRequest, connection: IncomingConnection): void | Promise<void>;
}

/** @throws TypeError for what answers no calls, like a handler without its dispatcher, or the result of a failed check */
function checkDispatcher(dispatcher: unknown): void {
  if (dispatcher !== undefined) dispatcherCheck(dispatcher, "dispatcher");
}
