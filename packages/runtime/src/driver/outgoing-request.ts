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

/** Places of the ring, powers of two: at first, and at most. */
const firstRingSize = 16;
const largestRingSize = 1024;

/**
 * Requests in flight by id.
 *
 * Ids are handed out in order and most are answered soon, so that a request stands in a ring at the place that its id names;
 * the ring grows when it comes round to one that is still there, and at its largest that one goes to a map. A map alone costs more than the rest of a call: its
 * tables, replaced all the time, hang together and carry every request that they held into the old generation.
 */
export class InFlightTable {
  private ring: (OutgoingRequest | undefined)[] = emptyRing(firstRingSize);
  /** Those that the ring has overtaken. */
  private readonly slow = new Map<number, OutgoingRequest>();
  /** Ids whose callers have given up, until their late responses arrive. */
  private readonly abandoned = new Set<number>();
  private waiting = 0;

  /** Ids that the peer has not answered, abandoned ones included. */
  get size(): number {
    return this.waiting + this.abandoned.size;
  }

  /** Requests that somebody waits for. */
  get awaited(): number {
    return this.waiting;
  }

  /** Takes a request up; one that is in the table already stays. */
  add(request: OutgoingRequest): void {
    if (this.peek(request.id) !== undefined) return;
    while (this.ring[this.placeOf(request.id)] !== undefined && this.ring.length < largestRingSize)
      this.grow();
    const place = this.placeOf(request.id);
    const before = this.ring[place];
    if (before !== undefined) this.slow.set(before.id, before);
    this.ring[place] = request;
    this.waiting += 1;
  }

  /** The caller has given up: the id stays taken until the peer answers. */
  abandon(id: number): void {
    if (this.remove(id) !== undefined) this.abandoned.add(id);
  }

  /** Whether the peer may still answer this id. Ids of ours are numbers: a bigint is never among them. */
  has(id: number | bigint): boolean {
    return this.peek(id) !== undefined || this.abandoned.has(id as number);
  }

  /** The request that waits for this id's response, if one does. */
  peek(id: number | bigint): OutgoingRequest | undefined {
    if (typeof id !== "number") return undefined;
    const request = this.ring[this.placeOf(id)];
    return request?.id === id ? request : this.slow.get(id);
  }

  /** All of them, undefined for those that nobody waits for. */
  all(): (readonly [id: number, request: OutgoingRequest | undefined])[] {
    const open = this.open().map((request) => [request.id, request] as const);
    const abandoned = Array.from(this.abandoned, (id) => [id, undefined] as const);
    return [...open, ...abandoned].sort(([one], [other]) => one - other);
  }

  /** The peer has answered: takes the id out, and the request that waits for it, if one does. */
  take(id: number | bigint): OutgoingRequest | undefined {
    if (typeof id !== "number") return undefined;
    const request = this.remove(id);
    if (request === undefined && this.abandoned.size !== 0) this.abandoned.delete(id);
    return request;
  }

  /** Requests that somebody waits for, oldest first. */
  open(): OutgoingRequest[] {
    const open = [...this.slow.values()];
    for (const request of this.ring) if (request !== undefined) open.push(request);
    return open.sort((one, other) => one.id - other.id);
  }

  /** Frees the ids that nobody waits for. @returns them */
  forgetAbandoned(): number[] {
    const ids = [...this.abandoned];
    this.abandoned.clear();
    return ids;
  }

  /** Takes all out that somebody waits for, and forgets the rest. */
  clear(): OutgoingRequest[] {
    const open = this.open();
    this.ring.fill(undefined);
    this.slow.clear();
    this.abandoned.clear();
    this.waiting = 0;
    return open;
  }

  private remove(id: number): OutgoingRequest | undefined {
    const place = this.placeOf(id);
    let request = this.ring[place];
    if (request?.id === id) {
      this.ring[place] = undefined;
    } else {
      request = this.slow.get(id);
      if (request === undefined) return undefined;
      this.slow.delete(id);
    }
    this.waiting -= 1;
    return request;
  }

  /** Requests at different places stay so. */
  private grow(): void {
    const { ring } = this;
    this.ring = emptyRing(2 * ring.length);
    for (const request of ring) if (request !== undefined) this.ring[this.placeOf(request.id)] = request;
  }

  /** Our ids go up by two. Past 2^32 they are cut here, which leaves the bits that count. */
  private placeOf(id: number): number {
    return (id >>> 1) & (this.ring.length - 1);
  }
}

function emptyRing(size: number): (OutgoingRequest | undefined)[] {
  return new Array<OutgoingRequest | undefined>(size).fill(undefined);
}
