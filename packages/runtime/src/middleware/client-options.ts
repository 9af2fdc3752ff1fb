/** What a client is made with, beside its service. */
import type { Caller } from "../call/caller.js";
import { withDefaultTimeout } from "../call/default-timeout.js";
import { duration, functions, type OptionChecks } from "../options/checks.js";
import { type ClientMiddleware, wrapCaller } from "./client-middleware.js";

/** Options of `connect` about the calls of its client. */
export interface ClientOptions {
  /** Around each call, the first outermost: `[logClientCalls(console.log)]`. Default none. */
  readonly middleware?: readonly ClientMiddleware[] | undefined;
  /**
   * Milliseconds for each call that is given no `timeoutMs`; such a call fails with `Cancelled`, and its `cause` is a
   * `CallTimeoutError`. It also ends streams: a call with channels lasts as long as they do. Default: calls wait.
   */
  readonly callTimeoutMs?: number | undefined;
}

export const clientChecks: OptionChecks<ClientOptions> = {
  middleware: functions,
  callTimeoutMs: duration,
};

/** The caller that a client with these options uses: its middleware sees the default time-out. */
export function callerFor(caller: Caller, { middleware, callTimeoutMs }: ClientOptions): Caller {
  const wrapped = middleware === undefined ? caller : wrapCaller(caller, middleware);
  return callTimeoutMs === undefined ? wrapped : withDefaultTimeout(wrapped, callTimeoutMs);
}
