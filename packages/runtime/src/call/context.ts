/** The context of a call, as its handler sees it. */
import type { MethodName } from "../errors.js";
import { abortSignal } from "../options/checks.js";
import type { Metadata } from "../wire/metadata.js";
import { contextCheck } from "./option-checks.js";
import type { Service } from "./service.js";
import type { SessionHandle } from "./session-handle.js";

/**
 * The second argument of every handler. Valid until the handler has answered. A member costs nothing before it is read.
 */
export interface CallContext {
  /**
   * Aborted when the caller cancels, its connection ends or the server stops. Methods marked `@persist` ignore Cancel.
   */
  readonly signal: AbortSignal;
  /**
   * Aborted when the connection of the call begins to close gracefully, or ends. A subscription ends then, instead
   * of using up the time that the close gives calls in flight. You may keep the signal for streams that outlive the
   * call (`keepOpen`): if a handler has read the signal, a close waits for these streams, up to its timeout.
   */
  readonly draining: AbortSignal;
  /** The session of the call: its state, connections to open, clients of the peer. */
  readonly session: SessionHandle;
  /** What the caller sent beside the arguments. */
  readonly metadata: Metadata;
  /** The metadata of the answer: set entries before the handler returns. */
  readonly responseMetadata: Metadata;
  /**
   * Makes a client for a service of the caller, on the connection of this call. You may keep the client for as long as
   * the connection lives. The client does not keep the connection alive, and closing the client ends only the client.
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
 * The context of the same call with another signal: middleware passes it to `next`. Everything else is shared, so what
 * a handler sets on it counts for the call.
 * @throws TypeError for values that are no context and no signal
 */
export function withSignal(context: CallContext, signal: AbortSignal): CallContext {
  contextCheck(context, "context");
  abortSignal(signal, "signal");
  // The getters of a context store their results on the object on which they are called. That must be the first
  // context.
  return Object.create(context, {
    signal: { value: signal },
    metadata: { get: () => context.metadata },
    responseMetadata: { get: () => context.responseMetadata },
  }) as CallContext;
}
