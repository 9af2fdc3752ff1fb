/** One call of ours, from the moment it was made until it settles. */
import type { AbortWatcher } from "../call/abort-watch.js";
import type { CallOptions } from "../call/caller.js";
import { givenArguments, givenOptions } from "../call/given.js";
import type { Method } from "../call/method.js";
import type { CallChannels } from "../channel/call-channels.js";
import type { Metadata } from "../wire/metadata.js";
import type { Timed } from "./deadlines.js";
import type { ObservedRequest } from "./request-events.js";

/** A method whose value types are forgotten: what the driver works with. */
export type AnyMethod = Method<readonly unknown[], unknown, unknown>;

/**
 * One call from the moment it was made until it settles.
 *
 * After a lost link a request in flight is resent under the same id.
 *
 * ```
 *  waiting ──slot free──► in flight ──response──► settled
 *     │                      │
 *     └──── abort, deadline, connection end ────► settled   (id stays taken until the late response)
 * ```
 */
export class OutgoingRequest implements Timed, AbortWatcher, ObservedRequest {
  readonly method: AnyMethod;
  /** As they were given, and not changed since when {@link keep} was called. */
  args: readonly unknown[];
  options: CallOptions | undefined;
  /** Whether the promise is of a Result: failures are values then. */
  readonly asResult: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Whether a handler has made it to call its caller back; known of calls that wait. */
  isNested = false;
  /** 0 while it waits for a slot. */
  requestId = 0;
  /** The signal that it watches, if any. */
  signal: AbortSignal | undefined = undefined;
  /** Identifies the call across resends; 0 when the peer does not ask for it. */
  operationId = 0;
  settled = false;
  /** Hears what came beside the answer, in the context of the call. */
  onMetadata: ((metadata: Metadata) => unknown) | undefined = undefined;
  deadline = 0;
  heapIndex = -1;
  /** The channels among the arguments; undefined for a method without. */
  channels: CallChannels | undefined = undefined;
  /** When it was made, for the observer; 0 without one. */
  startedAt = 0;
  /** When it was sent, before that when it began to wait, whole ms: for snapshots. A whole number needs no memory. */
  sinceMs = 0;
  /** Neighbours in the queue of waiting requests. */
  previous: OutgoingRequest | undefined = undefined;
  next: OutgoingRequest | undefined = undefined;
  private isKept = false;
  /** Told when the caller's signal aborts. */
  private readonly onAbort: (request: OutgoingRequest) => void;

  constructor(
    method: AnyMethod,
    args: readonly unknown[],
    options: CallOptions | undefined,
    asResult: boolean,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    onAbort: (request: OutgoingRequest) => void,
  ) {
    this.method = method;
    this.args = args;
    this.options = options;
    this.asResult = asResult;
    this.resolve = resolve;
    this.reject = reject;
    this.onAbort = onAbort;
  }

  /** The request is its own watcher, so that a call without a signal makes no closure. */
  onAborted(): void {
    this.onAbort(this);
  }

  /** It is read again later: from now on the application changes nothing of it. Once is enough. */
  keep(): void {
    if (this.isKept) return;
    this.isKept = true;
    this.args = givenArguments(this.args);
    this.options = givenOptions(this.options);
  }
}
