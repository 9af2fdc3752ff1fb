/** A timeout for calls that have none. */
import type { CallRejection } from "../errors.js";
import type { Caller, CallOptions } from "./caller.js";
import { ForwardingCaller } from "./forwarding-caller.js";
import type { Method } from "./method.js";
import type { Result } from "./result.js";

/** @param timeoutMs for each call without a timeout of its own, ms */
export function withDefaultTimeout(caller: Caller, timeoutMs: number): Caller {
  return new TimedCaller(caller, timeoutMs);
}

class TimedCaller extends ForwardingCaller implements Caller {
  readonly #timeoutMs: number;

  constructor(inner: Caller, timeoutMs: number) {
    super(inner);
    this.#timeoutMs = timeoutMs;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    return this.inner.call(method, args, this.#timed(options));
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    return this.inner.tryCall(method, args, this.#timed(options));
  }

  #timed(options: CallOptions | undefined): CallOptions | undefined {
    // Options that are no object, or that throw when they are read, are refused where all calls are checked.
    if (options !== undefined && (typeof options !== "object" || options === null)) return options;
    try {
      return options?.timeoutMs === undefined ? { ...options, timeoutMs: this.#timeoutMs } : options;
    } catch {
      return options;
    }
  }
}
