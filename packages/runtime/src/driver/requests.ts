/** Outgoing requests of one connection: those that wait for a slot, those in flight, and their end. */
import type { CallOptions } from "../call/caller.js";
import type { Method } from "../call/method.js";
import type { CallChannels } from "../channel/call-channels.js";
import type { Timed } from "./deadlines.js";

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
export class OutgoingRequest implements Timed {
  readonly method: AnyMethod;
  readonly args: readonly unknown[];
  readonly options: CallOptions | undefined;
  /** Whether the promise is of a Result: failures are values then. */
  readonly asResult: boolean;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Request id; 0 while waiting for a slot. */
  id = 0;
  /** Identifies the call across resends; 0 when the peer does not ask for it. */
  operationId = 0;
  settled = false;
  deadline = 0;
  heapIndex = -1;
  /** The channels among the arguments; undefined for a method without. */
  channels: CallChannels | undefined = undefined;
  /** When it was made, for the observer; 0 when nobody watches. */
  startedAt = 0;
  /** When it was sent, before that when it began to wait, whole ms: for snapshots. A whole number needs no memory. */
  sinceMs = 0;
  /** Neighbours in the queue of waiting requests. */
  previous: OutgoingRequest | undefined = undefined;
  next: OutgoingRequest | undefined = undefined;
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

  /** The request is its own listener, so that a call without a signal makes no closure. */
  handleEvent(): void {
    this.onAbort(this);
  }
}

/** First in, first out, and anything may leave from the middle. */
export class WaitingQueue {
  private first: OutgoingRequest | undefined = undefined;
  private last: OutgoingRequest | undefined = undefined;
  private length = 0;

  get size(): number {
    return this.length;
  }

  get head(): OutgoingRequest | undefined {
    return this.first;
  }

  push(request: OutgoingRequest): void {
    request.previous = this.last;
    if (this.last === undefined) this.first = request;
    else this.last.next = request;
    this.last = request;
    this.length += 1;
  }

  /** Takes a queued request out, wherever it stands. */
  remove(request: OutgoingRequest): void {
    const { previous, next } = request;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    request.previous = undefined;
    request.next = undefined;
    this.length -= 1;
  }
}

/** Stands in the table for a request that nobody waits for any more, until its late response arrives. */
const abandoned: unique symbol = Symbol("abandoned");

/** Requests in flight by id. */
export class InFlightTable {
  private readonly entries = new Map<number, OutgoingRequest | typeof abandoned>();
  private abandonedCount = 0;

  /** Ids that the peer has not answered, abandoned ones included. */
  get size(): number {
    return this.entries.size;
  }

  /** Requests that somebody waits for. */
  get awaited(): number {
    return this.entries.size - this.abandonedCount;
  }

  add(request: OutgoingRequest): void {
    this.entries.set(request.id, request);
  }

  /** The caller has given up: the id stays taken until the peer answers. */
  abandon(id: number): void {
    this.entries.set(id, abandoned);
    this.abandonedCount += 1;
  }

  /** Whether the peer may still answer this id. Ids of ours are numbers: a bigint is never among them. */
  has(id: number | bigint): boolean {
    return this.entries.has(id as number);
  }

  /** The request that waits for this id's response, if one does. */
  peek(id: number | bigint): OutgoingRequest | undefined {
    const entry = this.entries.get(id as number);
    return entry === abandoned ? undefined : entry;
  }

  /** All of them, undefined for those that nobody waits for. */
  all(): (readonly [id: number, request: OutgoingRequest | undefined])[] {
    return Array.from(this.entries, ([id, entry]) => [id, entry === abandoned ? undefined : entry] as const);
  }

  /** The peer has answered: takes the id out, and the request that waits for it, if one does. */
  take(id: number | bigint): OutgoingRequest | undefined {
    const entry = this.entries.get(id as number);
    if (entry === undefined) return undefined;
    this.entries.delete(id as number);
    if (entry !== abandoned) return entry;
    this.abandonedCount -= 1;
    return undefined;
  }

  /** Requests that somebody waits for, oldest first. */
  open(): OutgoingRequest[] {
    const open: OutgoingRequest[] = [];
    for (const entry of this.entries.values()) if (entry !== abandoned) open.push(entry);
    return open;
  }

  /** Frees the ids that nobody waits for. @returns them */
  forgetAbandoned(): number[] {
    const ids: number[] = [];
    for (const [id, entry] of this.entries) if (entry === abandoned) ids.push(id);
    for (const id of ids) this.entries.delete(id);
    this.abandonedCount = 0;
    return ids;
  }

  /** Takes all out that somebody waits for, and forgets the rest. */
  clear(): OutgoingRequest[] {
    const waiting = this.open();
    this.entries.clear();
    this.abandonedCount = 0;
    return waiting;
  }
}
