/** The caller of one client on a connection that several clients share. Source: `protocol/session.md` §5.4. */

import { CallError, type CallRejection } from "../errors.js";
import type { Caller, CallOptions, DrivenCaller } from "./caller.js";
import { checkService } from "./check-service.js";
import { callNotMade, outcomeOf } from "./given-call.js";
import type { Method } from "./method.js";
import { checkCloseOptions } from "./option-checks.js";
import type { Result } from "./result.js";
import type { Service } from "./service.js";
import type {
  CloseOptions,
  ConnectionHandle,
  DrivenConnection,
  SessionEnd,
  SessionHandle,
} from "./session-handle.js";

/** What the clients of a connection have in common. */
export interface Share {
  /** Called once for each client, when it is closed. Closing waits for the promise. */
  giveUp(options: CloseOptions): Promise<void> | undefined;
  /** A caller for one more client. */
  hold(): Caller;
}

/** Calls through another caller until it is closed. Closing it gives up only its own share. */
export class SharedCaller implements Caller {
  readonly session: SessionHandle;
  readonly connection: ConnectionHandle;
  readonly #inner: DrivenCaller;
  readonly #lease: Lease;

  constructor(inner: DrivenCaller, share: Share) {
    this.#inner = inner;
    this.session = inner.session;
    this.#lease = new Lease(inner.connection, share);
    this.connection = this.#lease;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    if (this.#lease.isGivenUp) return outcomeOf(method, args, Promise.reject(this.#closed(method, args)));
    return this.#inner.call(method, args, options);
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    if (this.#lease.isGivenUp) return Promise.resolve({ ok: false, error: this.#closed(method, args) });
    return this.#inner.tryCall(method, args, options);
  }

  #closed<A extends readonly unknown[]>(method: Method<A, unknown, unknown>, args: A): CallError {
    const code = this.session.isOpen ? "ConnectionClosed" : "SessionShutdown";
    const error = new CallError(code, "", method, { mayHaveRun: false });
    callNotMade(method, args, error);
    return error;
  }
}

class Lease implements ConnectionHandle {
  readonly closed: Promise<SessionEnd>;
  readonly #connection: DrivenConnection;
  readonly #share: Share;
  #releasing: Promise<void> | undefined = undefined;

  constructor(connection: DrivenConnection, share: Share) {
    this.closed = connection.closed;
    this.#connection = connection;
    this.#share = share;
  }

  /** Changes when the connection is opened again. */
  get id(): number | bigint {
    return this.#connection.id;
  }

  get isGivenUp(): boolean {
    return this.#releasing !== undefined;
  }

  get isOpen(): boolean {
    return this.#releasing === undefined && this.#connection.isOpen;
  }

  client<C>(service: Service<C>): C {
    checkService(service);
    return service.create(this.#share.hold());
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    this.#releasing ??= this.#share.giveUp(options) ?? Promise.resolve();
    await this.#releasing;
  }
}
