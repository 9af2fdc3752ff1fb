/** Middleware between the connection and a handler. Source: `protocol/calls.md` §7. */
import type { CallContext } from "../call/context.js";
import { Dispatcher, type HandledMethod } from "../call/dispatcher.js";
import { functions } from "../options/checks.js";
import { dispatcherCheck } from "../session/option-checks.js";

/**
 * Sees a call before its handler does, and the answer before it is sent. It calls `next` once and returns its result:
 * the handler's value, or a `Failure` for the declared error. When it throws, the caller gets `Cancelled`, as for a
 * handler. It may pass another context to `next`.
 */
export type ServerMiddleware = (
  context: CallContext,
  args: readonly unknown[],
  next: (context?: CallContext) => Promise<unknown>,
) => Promise<unknown>;

/**
 * The same service behind middleware, the first in the list outermost. Calls of unknown methods, and calls whose
 * arguments cannot be read, do not get here.
 */
export function wrapDispatcher(dispatcher: Dispatcher, middleware: readonly ServerMiddleware[]): Dispatcher {
  dispatcherCheck(dispatcher, "dispatcher");
  functions(middleware, "middleware");
  // A list that is changed later must not take a check away.
  const chain = [...middleware];
  if (chain.length === 0) return dispatcher;
  return new Dispatcher(
    dispatcher.name,
    dispatcher.methods.map((method) => ({
      ...method,
      invoke: (args, context) => runMiddleware(0, chain, method, args, context),
    })),
    dispatcher.answering,
    dispatcher.lack,
  );
}

async function runMiddleware(
  at: number,
  middleware: readonly ServerMiddleware[],
  method: HandledMethod,
  args: readonly unknown[],
  context: CallContext,
): Promise<unknown> {
  const next = middleware[at];
  if (next === undefined) return method.invoke(args, context);
  return next(context, args, (changed = context) => runMiddleware(at + 1, middleware, method, args, changed));
}
