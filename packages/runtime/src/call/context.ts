/** What a handler may know and say about the call that it answers. */
import type { MethodName } from "../errors.js";
import type { Metadata } from "../wire/metadata.js";
import type { Service } from "./service.js";
import type { SessionHandle } from "./session-handle.js";

/** Second argument of every handler. Valid until the handler has answered; nothing in it costs before it is read. */
export interface CallContext {
  /** Aborted when the caller cancels, its connection ends or the server stops. Methods marked `@persist` ignore Cancel. */
  readonly signal: AbortSignal;
  /**
   * Aborted when the connection of the call begins to close in good order, or ends: a subscription ends then, instead of
   * taking the time that the close leaves to calls in flight. It may be kept for streams that outlive the call (`keepOpen`): a
   * close waits for these, for its time, where a handler has read it.
   */
  readonly draining: AbortSignal;
  /** The session of the call: its state, connections to open, clients of the peer. */
  readonly session: SessionHandle;
  /** What the caller sent beside the arguments. */
  readonly metadata: Metadata;
  /** What goes back beside the answer: set entries before the handler returns. */
  readonly responseMetadata: Metadata;
  /**
   * Makes a client of a service of the caller, on the connection of this call. It may be kept for as long as the connection
   * lives, and does not keep it alive; closing it ends that client only.
   */
  client<C>(service: Service<C>): C;
  /** Which method runs. */
  readonly method: MethodName;
  /** Id of the request on its connection. */
  readonly requestId: number | bigint;
  /** Id of the connection: 0 is the root. */
  readonly connectionId: number | bigint;
}

/**
 * The context of the same call, as middleware gives it to `next`: with another signal. The rest is the same, so what a
 * handler sets on it counts for the call.
 */
export function withSignal(context: CallContext, signal: AbortSignal): CallContext {
  // The getters of a context keep what they make on the object that they are called on: it must be the first one.
  return Object.create(context, {
    signal: { value: signal },
    metadata: { get: () => context.metadata },
    responseMetadata: { get: () => context.responseMetadata },
  }) as CallContext;
}
