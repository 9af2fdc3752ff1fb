/**
 * Asks the application about a connection, and does with it what it says. Source: `protocol/session.md` §5.3,
 * `protocol/calls.md` §8.4.
 *
 * ```
 *  offered ──handleWith, proxyTo …──► taken ──the acceptor throws──► ended
 *     └──reject, throws, nothing done──► refused
 * ```
 */
import { DeferredCaller } from "../call/deferred-caller.js";
import { Dispatcher } from "../call/dispatcher.js";
import { type Awaitable, isPromise } from "../call/result.js";
import type { Service } from "../call/service.js";
import { SessionError } from "../errors.js";
import type { Objection } from "../handshake/handshake-core.js";
import { passingRefusals } from "../handshake/refusals.js";
import { notify, type Observer } from "../observer.js";
import { checkOptions } from "../options/checks.js";
import type { Connection, ConnectionSettings } from "../session/connection.js";
import { type ConnectionProxy, checkSettings, proxyConnections } from "../session/proxy.js";
import { consumed, RawConnection } from "../session/raw-connection.js";
import type { Session } from "../session/session.js";
import type { SessionCore } from "../session/session-core.js";
import type { IncomingOpen } from "../session/virtual-connections.js";
import { propagated } from "../wire/forward.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey, RejectedError } from "../wire/rejected-error.js";
import {
  type ConnectionRequest,
  type PendingConnection,
  type ProxyThroughOptions,
  proxyThroughChecks,
} from "./incoming-connection.js";
import { type Acceptor, noService } from "./router.js";

/** Keys of entries about the connection itself. Source: `protocol/wire.md` §7. */
const serviceKey = "vox-service";
const kindKey = "vox-connection-kind";

/** A connection as the acceptor's outcome is reported to it. */
interface Offered extends PendingConnection {
  /** The acceptor is through. */
  conclude(): void;
  /** The acceptor has thrown. */
  fail(error: unknown): void;
}

/** Lets the acceptor decide about a connection. */
function offer(
  acceptor: Acceptor | undefined,
  request: ConnectionRequest,
  connection: Offered,
  observer: Observer | undefined,
): void {
  const fail = (error: unknown): void => {
    const { link, service, isVirtual } = request;
    if (!(error instanceof RejectedError))
      notify(observer, "onAcceptorFailed", { link, service, isVirtual, error });
    connection.fail(error);
  };
  let decision: Awaitable<void>;
  try {
    decision = ask(acceptor, request, connection);
  } catch (error) {
    fail(error);
    return;
  }
  if (isPromise(decision)) {
    decision.then(() => connection.conclude(), fail);
  } else {
    connection.conclude();
  }
}

function ask(
  acceptor: Acceptor | undefined,
  request: ConnectionRequest,
  connection: Offered,
): Awaitable<void> {
  if (acceptor === undefined || acceptor instanceof Dispatcher) {
    connection.handleWith(acceptor);
    return undefined;
  }
  if ("accept" in acceptor) return acceptor.accept(request, connection);
  const give = (dispatcher: Dispatcher | undefined): void => {
    if (dispatcher !== undefined && !connection.isConsumed) connection.handleWith(dispatcher);
  };
  const route = acceptor.route(request);
  return isPromise(route) ? route.then(give) : give(route);
}

/** A virtual connection of the peer. */
export function offerVirtual(
  acceptor: Acceptor | undefined,
  open: IncomingOpen,
  session: Session,
  observer: Observer | undefined,
): void {
  const { service, metadata, peer: settings } = open;
  const { description: link, peerMetadata } = session;
  // The session may have had other links before: what is said about the connection is true of the one in use.
  const request = { service, metadata, peerMetadata, link, isVirtual: true, settings };
  offer(acceptor, request, new VirtualOffer(request, open, session), observer);
}

class VirtualOffer implements Offered {
  isConsumed = false;
  private readonly request: ConnectionRequest;
  private readonly open: IncomingOpen;
  private readonly session: Session;
  private readonly core: SessionCore;
  private connection: Connection | undefined = undefined;

  constructor(request: ConnectionRequest, open: IncomingOpen, session: Session) {
    this.request = request;
    this.open = open;
    this.session = session;
    this.core = session.core;
  }

  handleWith(dispatcher: Dispatcher | undefined): void {
    this.session.startDriver(this.take(), dispatcher);
  }

  handleWithClient<C>(service: Service<C>, dispatcher?: Dispatcher): C {
    return service.create(this.session.startDriver(this.take(), dispatcher));
  }

  proxyTo(target: RawConnection): ConnectionProxy {
    if (this.isConsumed || target.isConsumed) throw consumed();
    const { parity } = this.open.local;
    const { initialChannelCredit } = target.peer;
    const local = { parity, maxConcurrentRequests: this.bounded(target.peer), initialChannelCredit };
    checkSettings(local, this.open.peer, target);
    return proxyConnections(new RawConnection(this.take(local), this.core), target);
  }

  async proxyThrough(session: Session, options: ProxyThroughOptions = {}): Promise<ConnectionProxy> {
    checkOptions(options, proxyThroughChecks);
    if (this.isConsumed) throw consumed();
    const { peer } = this.open;
    // Both peers have to know the same windows, so this one cannot be made smaller on the way.
    if (peer.initialChannelCredit > this.core.limits.maxInitialCredit)
      throw new RejectedError(new Metadata({ [errorKey]: "initial_channel_credit is too large" }));
    const { service = this.open.service, signal } = options;
    const metadata = options.metadata ?? onward(this.request.metadata);
    const target = await session.openRaw(service, {
      ...peer,
      maxConcurrentRequests: this.bounded(peer),
      metadata,
      signal,
    });
    try {
      return this.proxyTo(target);
    } catch (error) {
      target.close();
      throw error;
    }
  }

  intoHandle(): RawConnection {
    return new RawConnection(this.take(), this.core);
  }

  reject(reason: string | Metadata): void {
    if (this.isConsumed) throw consumed();
    this.isConsumed = true;
    this.open.reject(typeof reason === "string" ? new Metadata({ [errorKey]: reason }) : reason);
  }

  conclude(): void {
    if (!this.isConsumed) this.reject(`unknown service ${this.open.service}`);
  }

  fail(error: unknown): void {
    if (this.connection !== undefined) this.core.close(this.connection, "Local", undefined);
    else if (!this.isConsumed)
      this.reject(error instanceof RejectedError ? error.metadata : passingRefusals.acceptorFailed);
  }

  /** Calls that are let through at once: no peer chooses how many we remember. */
  private bounded({ maxConcurrentRequests }: ConnectionSettings): number {
    return Math.min(maxConcurrentRequests, this.core.limits.maxQueuedRequests);
  }

  private take(local?: ConnectionSettings): Connection {
    if (this.isConsumed) throw consumed();
    this.connection = this.open.accept(local);
    this.isConsumed = true;
    return this.connection;
  }
}

/** The root connection, which is decided about while the handshake waits. */
export class RootOffer implements Offered {
  isConsumed = false;
  /** Answers the peer's calls. */
  dispatcher: Dispatcher | undefined = undefined;
  /** What the acceptor has thrown, other than a refusal. */
  error: unknown = undefined;
  private readonly service: string | undefined;
  private objection: Objection = undefined;
  private isDecided = false;
  private readonly session: Promise<Session>;
  private resolveSession: (session: Session) => void = () => {};
  private rejectSession: (error: unknown) => void = () => {};
  private resolveDecision: ((objection: Objection) => void) | undefined = undefined;

  constructor(service: string | undefined) {
    this.service = service;
    this.session = new Promise((resolve, reject) => {
      this.resolveSession = resolve;
      this.rejectSession = reject;
    });
    this.session.catch(() => {});
  }

  /** Asks the acceptor. @returns why there will be no session */
  decide(
    acceptor: Acceptor | undefined,
    request: ConnectionRequest,
    observer: Observer | undefined,
  ): Objection | Promise<Objection> {
    offer(acceptor, request, this, observer);
    this.isDecided = this.isConsumed;
    if (this.isDecided) return this.objection;
    return new Promise((resolve) => {
      this.resolveDecision = resolve;
    });
  }

  /** The session is there. */
  onEstablished(session: Session): void {
    this.resolveSession(session);
  }

  /** There will be none. */
  onFailed(error: unknown): void {
    this.isConsumed = true;
    this.isDecided = true;
    this.rejectSession(error);
  }

  handleWith(dispatcher: Dispatcher | undefined): void {
    this.take(undefined);
    this.dispatcher = dispatcher;
  }

  handleWithClient<C>(service: Service<C>, dispatcher?: Dispatcher): C {
    this.handleWith(dispatcher);
    return service.create(new DeferredCaller(this.session.then((session) => session.holdCaller())));
  }

  proxyTo(): ConnectionProxy {
    throw onlyHandled();
  }

  proxyThrough(): Promise<ConnectionProxy> {
    return Promise.reject(onlyHandled());
  }

  intoHandle(): RawConnection {
    throw onlyHandled();
  }

  reject(reason: string | Metadata): void {
    this.take(
      typeof reason === "string" ? reason : (reason.getString(errorKey) ?? "the connection is not wanted"),
    );
  }

  conclude(): void {
    if (!this.isConsumed) this.take(`unknown service ${this.service ?? noService}`);
  }

  fail(error: unknown): void {
    if (this.isDecided) {
      this.session.then(
        (session) => session.abort(),
        () => {},
      );
    } else {
      // What it did before it threw is void.
      this.isConsumed = false;
      if (error instanceof RejectedError) {
        this.reject(error.metadata);
      } else {
        this.error = error;
        this.take(passingRefusals.acceptorFailed);
      }
    }
  }

  private take(objection: Objection): void {
    if (this.isConsumed) throw consumed();
    this.isConsumed = true;
    this.objection = objection;
    if (this.resolveDecision === undefined) return;
    this.isDecided = true;
    this.resolveDecision(objection);
  }
}

/** What of a request's metadata goes on to the next peer; the rest is said anew. */
function onward(metadata: Metadata): Metadata {
  const passed = propagated(metadata);
  passed.delete(serviceKey);
  passed.delete(kindKey);
  return passed;
}

function onlyHandled(): SessionError {
  return new SessionError(
    "Protocol",
    "protocol error: the root connection can be handled only: it is no virtual connection",
  );
}
