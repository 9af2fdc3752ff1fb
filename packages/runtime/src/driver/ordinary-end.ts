/** Handlers that fail only because their caller has left. */
import { isLeaving } from "../channel/end.js";
import { CallError, ChannelError } from "../errors.js";
import type { IncomingRequest } from "./incoming-request.js";

/**
 * Whether a handler has thrown only because its caller or the connection has gone. That is no failure of the handler,
 * and no observer is called.
 * @param isAwaited whether the caller still waits for the answer
 */
export function isOrdinaryEnd(request: IncomingRequest, thrown: unknown, isAwaited: boolean): boolean {
  if (request.channels?.hasLeftWith(thrown) === true) return true;
  if (isAwaited) return false;
  // Other channels and call-backs of the handler have ended with the connection.
  if (thrown instanceof ChannelError) return isLeaving(thrown);
  if (thrown instanceof CallError)
    return thrown.code === "ConnectionClosed" || thrown.code === "SessionShutdown";
  return isAbort(thrown);
}

function isAbort(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "name" in thrown && thrown.name === "AbortError";
}
