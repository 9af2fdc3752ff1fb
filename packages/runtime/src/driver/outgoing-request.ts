/** One call of this side, from the moment it was made until it settles. */
import type { AbortWatcher } from "../call/abort-watch.js";
import type { CallOptions } from "../call/caller.js";
import { givenArguments, givenOptions } from "../call/given.js";
import type { Method } from "../call/method.js";
import type { CallChannels } from "../channel/call-channels.js";
import type { Metadata } from "../wire/metadata.js";
import type { Timed } from "./deadlines.js";
import type { ObservedRequest } from "./request-events.js";

/** A method without its value types, as the driver uses it. */
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
  /** The arguments as they were given; after {@link keep}, a copy that does not change. */
  args: readonly unknown[];
  options: CallOptions | undefined;
  /** Whether the promise gives a Result, with failures as values. */
  readonly asResult: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** 0 while it waits for a slot. */
  requestId = 0;
  /** The signal that the request watches, if any. */
  signal: AbortSignal | undefined = undefined;
  /** Identifies the call across resends; 0 when the peer does not request it. */
  operationId = 0;
  settled = false;
  /** Called with the metadata of the answer, in the context of the call. */
  onMetadata: ((metadata: Metadata) => unknown) | undefined = undefined;
  deadline = 0;
  heapIndex = -1;
  /** The channels among the arguments; undefined for a method without. */
  channels: CallChannels | undefined = undefined;
  /** When the call was made, for the observer; 0 without an observer. */
  startedAt = 0;
  /** When the call was sent, or else began to wait, whole ms: for snapshots. A whole number needs no memory. */
  sinceMs = 0;
  /** Neighbours in the queue of waiting requests. */
  previous: OutgoingRequest | undefined = undefined;
  next: OutgoingRequest | undefined = undefined;
  #isKept = false;
  /** Called when the caller's signal aborts. */
  readonly #onAbort: (request: OutgoingRequest) => void;

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
    this.#onAbort = onAbort;
  }

  /** The request is its own watcher, so that a call without a signal makes no closure. */
  onAborted(): void {
    this.#onAbort(this);
  }

  /**
   * Copies the arguments, because they are read again later: the application cannot change the copy. Copies only once.
   */
  keep(): void {
    if (this.#isKept) return;
    this.#isKept = true;
    this.args = givenArguments(this.args);
    this.options = givenOptions(this.options);
    this.method.channels?.give(this.method.args.shape, this.args);
  }
}
