/** Deadlines that travel: the server learns how long the caller waits. */
import { type CallContext, withSignal } from "../call/context.js";
import { contextCheck } from "../call/option-checks.js";
import { type Clock, systemClock } from "../clock.js";
import { CallTimeoutError } from "../errors.js";
import { clock as checkClock } from "../options/checks.js";
import type { ClientMiddleware } from "./client-middleware.js";
import { contextKey } from "./context-key.js";
import type { ServerMiddleware } from "./server-middleware.js";

/** Key of the entry with the milliseconds that are left when the call is sent. */
const deadlineKey = "deadline-ms";

const deadlines = /*@__PURE__*/ contextKey<{ readonly at: number; readonly clock: Clock }>("deadline");

/** Sends the timeout of each call along. */
export function propagateDeadline(): ClientMiddleware {
  return ({ options, metadata }, next) => {
    const { timeoutMs } = options;
    if (timeoutMs !== undefined && Number.isFinite(timeoutMs))
      metadata.set(deadlineKey, Math.max(0, Math.ceil(timeoutMs)), { noPropagate: true });
    return next();
  };
}

/**
 * Aborts the handler's signal when the caller's time is over, even if no Cancel arrives. Handlers get the remaining
 * time from {@link timeRemainingMs}.
 * @throws TypeError for a clock that is not one
 */
export function enforceDeadline(clock: Clock = systemClock): ServerMiddleware {
  checkClock(clock, "clock");
  return async (context, _args, next) => {
    const sent = context.metadata.getU64(deadlineKey);
    if (sent === undefined) return next();
    const leftMs = Number(sent);
    const controller = new AbortController();
    const timer = clock.setTimer(leftMs, () => controller.abort(new CallTimeoutError(leftMs)));
    const changed = withSignal(context, AbortSignal.any([context.signal, controller.signal]));
    deadlines.set(changed, { at: clock.now() + leftMs, clock });
    try {
      return await next(changed);
    } finally {
      clock.clearTimer(timer);
    }
  };
}

/**
 * Milliseconds that the caller of this call still waits, at least 0; undefined when it gave no deadline. Pass it on:
 * `orders.place(order, { timeoutMs: timeRemainingMs(context) })`.
 */
export function timeRemainingMs(context: CallContext): number | undefined {
  contextCheck(context, "context");
  const deadline = deadlines.get(context);
  return deadline === undefined ? undefined : Math.max(0, deadline.at - deadline.clock.now());
}
