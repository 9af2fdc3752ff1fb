/** The root connection of a session: the handshake waits for the answer. Source: `protocol/session.md` §1. */
import { callOut, ignore } from "../call/call-out.js";
import type { Caller } from "../call/caller.js";
import { DeferredCaller } from "../call/deferred-caller.js";
import type { Dispatcher } from "../call/dispatcher.js";
import type { Objection } from "../handshake/handshake-core.js";
import type { Limits } from "../limits.js";
import type { FailureReporting } from "../observer.js";
import type { RawConnection } from "../session/raw-connection.js";
import type { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";
import { errorKey } from "../wire/rejected-error.js";
import { admit } from "./admission.js";
import type { ConnectionOffer, ConnectionRequest } from "./incoming-connection.js";
import type { Servable } from "./router.js";

/** The offer that the application answers while the handshake waits. */
export class RootOffer implements ConnectionOffer {
  readonly limits: Limits;
  hasFailed = false;
  /** Answers the peer's calls. */
  dispatcher: Dispatcher | undefined = undefined;
  /** Metadata with which the application has refused the peer. The peer gets the text alone. */
  refusal: Metadata | undefined = undefined;
  /** The error that the application has thrown, unless it is a refusal. */
  error: unknown = undefined;
  /** The identity that the application has given. */
  principal: unknown = undefined;
  #answer: { readonly objection: Objection } | undefined = undefined;
  /** Whether the handshake has the answer. */
  #isDecided = false;
  #resolveDecision: ((objection: Objection) => void) | undefined = undefined;
  readonly #session: Promise<Session>;
  #resolveSession: (session: Session) => void = () => {};
  #rejectSession: (error: unknown) => void = () => {};

  constructor(limits: Limits) {
    this.limits = limits;
    this.#session = new Promise((resolve, reject) => {
      this.#resolveSession = resolve;
      this.#rejectSession = reject;
    });
    this.#session.catch(() => {});
  }

  /** Asks the application. @returns why there will be no session */
  decide(
    servable: Servable | undefined,
    request: ConnectionRequest,
    reporting: FailureReporting,
  ): Objection | Promise<Objection> {
    admit(servable, request, this, reporting);
    this.#isDecided = this.#answer !== undefined;
    if (this.#answer !== undefined) return this.#answer.objection;
    return new Promise((resolve) => {
      this.#resolveDecision = resolve;
    });
  }

  /** The session is established. */
  onEstablished(session: Session): void {
    this.#resolveSession(session);
  }

  /** There will be no session. */
  onFailed(error: unknown): void {
    this.hasFailed = true;
    this.#rejectSession(error);
  }

  accept(dispatcher: Dispatcher | undefined): () => Caller {
    this.dispatcher = dispatcher;
    this.#settle(undefined);
    return () => new DeferredCaller(this.#session.then((session) => session.holdCaller()));
  }

  identify(principal: unknown): void {
    this.principal = principal;
    // It must be data. If it is a promise that rejects, the rejection is handled here.
    callOut(() => principal, ignore);
  }

  acceptRaw(): RawConnection {
    throw new TypeError("a root connection has a driver");
  }

  reject(reason: Metadata, cause?: unknown): void {
    this.error = cause;
    if (cause === undefined) this.refusal = reason;
    this.#settle(reason.getString(errorKey) ?? "the connection is not wanted");
  }

  revoke(): boolean {
    // The answer before the throw does not count.
    if (!this.#isDecided) return true;
    this.#session.then(
      (session) => session.abort(),
      () => {},
    );
    return false;
  }

  #settle(objection: Objection): void {
    this.#answer = { objection };
    if (this.#resolveDecision === undefined) return;
    this.#isDecided = true;
    this.#resolveDecision(objection);
  }
}
