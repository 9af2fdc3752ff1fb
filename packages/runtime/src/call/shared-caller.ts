/** The caller of one client on a connection that several clients share. Source: `protocol/session.md` §5.4. */

import { CallError, type CallRejection } from "../errors.js";
import { callNotMade } from "./call-not-made.js";
import type { Caller, CallOptions } from "./caller.js";
import type { Method } from "./method.js";
import { checkCloseOptions } from "./option-checks.js";
import type { Result } from "./result.js";
import type { CloseOptions, ConnectionHandle, SessionEnd, SessionHandle } from "./session-handle.js";

/** Calls through another caller until it is closed. Closing it gives up only its own share. */
export class SharedCaller implements Caller {
  readonly session: SessionHandle;
  readonly connection: ConnectionHandle;
  readonly #inner: Caller;
  readonly #share: Lease;

  /** @param giveUp called once, when this caller is closed; closing waits for its promise */
  constructor(inner: Caller, giveUp: (options: CloseOptions) => Promise<void> | undefined) {
    this.#inner = inner;
    this.session = inner.session;
    this.#share = new Lease(inner.connection, giveUp);
    this.connection = this.#share;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    if (this.#share.isGivenUp) return Promise.reject(closed(method, args));
    return this.#inner.call(method, args, options);
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    if (this.#share.isGivenUp) return Promise.resolve({ ok: false, error: closed(method, args) });
    return this.#inner.tryCall(method, args, options);
  }
}

class Lease implements ConnectionHandle {
  readonly id: number | bigint;
  readonly closed: Promise<SessionEnd>;
  readonly #connection: ConnectionHandle;
  readonly #release: (options: CloseOptions) => Promise<void> | undefined;
  #releasing: Promise<void> | undefined = undefined;

  constructor(connection: ConnectionHandle, giveUp: (options: CloseOptions) => Promise<void> | undefined) {
    this.id = connection.id;
    this.closed = connection.closed;
    this.#connection = connection;
    this.#release = giveUp;
  }

  get isGivenUp(): boolean {
    return this.#releasing !== undefined;
  }

  get isOpen(): boolean {
    return this.#releasing === undefined && this.#connection.isOpen;
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    this.#releasing ??= this.#release(options) ?? Promise.resolve();
    await this.#releasing;
  }
}

function closed<A extends readonly unknown[]>(method: Method<A, unknown, unknown>, args: A): CallError {
  const error = new CallError("SessionShutdown", "", method);
  callNotMade(method, args, error);
  return error;
}
