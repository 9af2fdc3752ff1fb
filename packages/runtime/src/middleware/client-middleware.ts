/** Middleware between a generated client and the connection. Source: `protocol/calls.md` §7. */
import type { Caller, CallOptions } from "../call/caller.js";
import { ForwardingCaller } from "../call/forwarding-caller.js";
import { givenCall, outcomeOf } from "../call/given-call.js";
import type { Method } from "../call/method.js";
import { okResult, type Result } from "../call/result.js";
import { channelImplementationOf } from "../channel/channel-implementation.js";
import { CallError, type CallRejection, DeclaredError, type MethodName } from "../errors.js";
import { type Check, functions, having, wrongType } from "../options/checks.js";
import { Metadata } from "../wire/metadata.js";

/** A call on its way out. */
export interface OutgoingCall {
  readonly method: MethodName & { readonly idempotent: boolean };
  readonly args: readonly unknown[];
  /** What is sent beside the arguments: a copy of the caller's, to add entries to. */
  readonly metadata: Metadata;
  /** What the caller requested; its metadata is in `metadata`. */
  readonly options: Readonly<CallOptions>;
}

/**
 * Sees a call before it is sent, and its outcome afterwards. It calls `next` once, or again to retry, and returns its
 * result. The caller gets what the middleware throws.
 */
export type ClientMiddleware = (call: OutgoingCall, next: () => Promise<unknown>) => Promise<unknown>;

const aCaller = "a Caller, like client.$caller";
const calling = /*@__PURE__*/ having(aCaller, "call");
const callerCheck: Check = (value, name) => {
  // Each function has a method of this name.
  if (typeof value === "function") throw wrongType(name, aCaller, value);
  calling(value, name);
};

/** A caller whose calls go through middleware, the first in the list outermost. */
export function wrapCaller(caller: Caller, middleware: readonly ClientMiddleware[]): Caller {
  callerCheck(caller, "caller");
  functions(middleware, "middleware");
  return middleware.length === 0 ? caller : new MiddlewareCaller(caller, [...middleware]);
}

class MiddlewareCaller extends ForwardingCaller implements Caller {
  readonly #middleware: readonly ClientMiddleware[];

  constructor(inner: Caller, middleware: readonly ClientMiddleware[]) {
    super(inner);
    this.#middleware = middleware;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options: CallOptions = {},
  ): Promise<T> {
    const outcome = this.#start(method, args, options);
    const channels = channelImplementationOf(method);
    if (channels === undefined) return outcome;
    const { shape } = method.args;
    const ended = outcome.then(
      (value) => {
        // Middleware may answer without a call.
        channels.abandonUnsent(shape, args, undefined);
        return value;
      },
      (error: unknown) => {
        channels.abandonFailed(shape, args, error);
        throw error;
      },
    );
    return outcomeOf(method, args, ended);
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    const outcome = this.call(method, args, options).then(okResult, (error: unknown) => {
      if (error instanceof CallError || error instanceof DeclaredError)
        return { ok: false as const, error: error as CallRejection<E> };
      throw error;
    });
    return outcomeOf(method, args, outcome);
  }

  async #start<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options: CallOptions,
  ): Promise<T> {
    // Middleware may be asynchronous: the call sends the arguments as they were given.
    const [given, { metadata = new Metadata(), ...others }] = givenCall(method, args, options);
    const givenOnce = { ...others, metadata };
    const call: OutgoingCall = { method, args: given, metadata, options };
    return this.#run(0, call, () => this.inner.call(method, given, givenOnce)) as Promise<T>;
  }

  async #run(at: number, call: OutgoingCall, send: () => Promise<unknown>): Promise<unknown> {
    const middleware = this.#middleware[at];
    return middleware === undefined ? send() : middleware(call, () => this.#run(at + 1, call, send));
  }
}
