/** Calls on a session that is not established yet. */

import { CallError, type CallRejection, type MethodName, SessionError } from "../errors.js";
import { rootConnectionId } from "../wire/message.js";
import { whenAborted } from "./abort-watch.js";
import type { Caller, CallOptions } from "./caller.js";
import { checkService } from "./check-service.js";
import { callNotMade, givenCall, outcomeOf } from "./given-call.js";
import type { Method } from "./method.js";
import type { Result } from "./result.js";
import type { Service } from "./service.js";
import type { CloseOptions, ConnectionHandle, SessionEnd, SessionHandle } from "./session-handle.js";

/** Keeps calls until the session is established, then calls through its root connection. */
export class DeferredCaller implements Caller {
  readonly connection: ConnectionHandle;
  readonly #ready: Promise<Caller>;
  #caller: Caller | undefined = undefined;

  /** @param ready the caller; rejects when there will be no session */
  constructor(ready: Promise<Caller>) {
    this.#ready = ready.then((caller) => {
      this.#caller = caller;
      return caller;
    });
    // Each call gets the failure, so the promise itself needs no other handler.
    this.#ready.catch(() => {});
    this.connection = new DeferredConnection(this.#ready);
  }

  /** @throws TypeError while the session is not established */
  get session(): SessionHandle {
    if (this.#caller === undefined) throw new TypeError("the session is not established yet");
    return this.#caller.session;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    if (this.#caller !== undefined) return this.#caller.call(method, args, options);
    return outcomeOf(
      method,
      args,
      this.#later(method, args, options, (caller, ...given) => caller.call(method, ...given)),
    );
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    if (this.#caller !== undefined) return this.#caller.tryCall(method, args, options);
    const outcome = this.#later(method, args, options, (caller, ...given) =>
      caller.tryCall(method, ...given),
    );
    return outcomeOf(
      method,
      args,
      outcome.catch((error: unknown) => {
        if (error instanceof CallError) return { ok: false, error };
        throw error;
      }),
    );
  }

  async #later<A extends readonly unknown[], T>(
    method: Method<A, unknown, unknown>,
    args: A,
    options: CallOptions | undefined,
    make: (caller: Caller, args: A, options: CallOptions | undefined) => Promise<T>,
  ): Promise<T> {
    const [given, givenOnce] = givenCall(method, args, options);
    let caller: Caller;
    try {
      caller = await this.#readyUnlessAborted(method, givenOnce?.signal);
    } catch (error) {
      callNotMade(method, given, error);
      throw error;
    }
    return make(caller, given, givenOnce);
  }

  /** @throws CallError `ConnectionClosed` when there will be no session, `Cancelled` when the signal aborts first */
  #readyUnlessAborted(method: MethodName, signal: AbortSignal | undefined): Promise<Caller> {
    return new Promise((resolve, reject) => {
      const onAborted = (): void => {
        reject(new CallError("Cancelled", "", method, { cause: signal?.reason, mayHaveRun: false }));
      };
      if (signal?.aborted === true) {
        onAborted();
        return;
      }
      const unwatch = whenAborted(signal, onAborted);
      this.#ready.then(
        (caller) => {
          unwatch();
          resolve(caller);
        },
        (cause: unknown) => {
          unwatch();
          reject(new CallError("ConnectionClosed", "", method, { cause, mayHaveRun: false }));
        },
      );
    });
  }
}

class DeferredConnection implements ConnectionHandle {
  readonly id = rootConnectionId;
  readonly closed: Promise<SessionEnd>;
  readonly #ready: Promise<Caller>;
  #connection: ConnectionHandle | undefined = undefined;
  #hasFailed = false;

  constructor(ready: Promise<Caller>) {
    this.#ready = ready;
    this.closed = ready.then(
      ({ connection }) => {
        this.#connection = connection;
        return connection.closed;
      },
      (error: unknown) => {
        this.#hasFailed = true;
        return { reason: "Transport", error: error instanceof SessionError ? error : undefined };
      },
    );
  }

  get isOpen(): boolean {
    return this.#connection?.isOpen ?? !this.#hasFailed;
  }

  client<C>(service: Service<C>): C {
    checkService(service);
    const asCaller: Service<Caller> = { ...service, create: (caller) => caller };
    return service.create(
      new DeferredCaller(this.#ready.then(({ connection }) => connection.client(asCaller))),
    );
  }

  async close(options?: CloseOptions): Promise<void> {
    const caller = await this.#ready.catch(() => undefined);
    await caller?.connection.close(options);
  }
}
