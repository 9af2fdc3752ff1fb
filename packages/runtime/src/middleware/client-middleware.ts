/** Middleware between a generated client and the connection. Source: `protocol/calls.md` §7. */
import type { Caller, CallOptions } from "../call/caller.js";
import { ForwardingCaller } from "../call/forwarding-caller.js";
import { givenArguments, givenMetadata } from "../call/given.js";
import type { Method } from "../call/method.js";
import { checkCallOptions } from "../call/option-checks.js";
import type { Result } from "../call/result.js";
import { channelImplementationOf } from "../channel/channel-implementation.js";
import { CallError, type CallRejection, DeclaredError, type MethodName } from "../errors.js";
import { functions, having } from "../options/checks.js";
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

const callerCheck = /*@__PURE__*/ having("a Caller, like client.$caller", "call");

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
    return channels.suppressRejection(ended, shape, args);
  }

  async tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    try {
      return { ok: true, value: await this.call(method, args, options) };
    } catch (error) {
      if (error instanceof CallError || error instanceof DeclaredError)
        return { ok: false, error: error as CallRejection<E> };
      throw error;
    }
  }

  async #start<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options: CallOptions,
  ): Promise<T> {
    checkCallOptions(options);
    // Middleware may be asynchronous: the call sends the arguments as they were given.
    const given = givenArguments(args);
    const metadata = options.metadata === undefined ? new Metadata() : givenMetadata(options.metadata);
    const givenOnce = { ...options, metadata };
    const call: OutgoingCall = { method, args: given, metadata, options };
    return this.#run(0, call, () => this.inner.call(method, given, givenOnce)) as Promise<T>;
  }

  async #run(at: number, call: OutgoingCall, send: () => Promise<unknown>): Promise<unknown> {
    const middleware = this.#middleware[at];
    return middleware === undefined ? send() : middleware(call, () => this.#run(at + 1, call, send));
  }
}
