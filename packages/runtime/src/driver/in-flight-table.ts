/** Calls of this side that the peer has not answered. */
import type { OutgoingRequest } from "./outgoing-request.js";

/** Places of the ring, powers of two: at first, and at most. */
const firstRingSize = 16;
const largestRingSize = 1024;

/**
 * Requests in flight by id.
 *
 * Ids are handed out in order, and most requests are answered soon. So a ring holds each request at a place computed
 * from its id. When that place is still taken, the ring grows. At its largest size, the older request moves to a map. A
 * map alone would cost more than the rest of a call: it replaces its tables all the time, the tables refer to each
 * other, and so they carry every request that they held into the old generation.
 */
export class InFlightTable {
  #ring: (OutgoingRequest | undefined)[] = emptyRing(firstRingSize);
  /** Requests that a newer one has displaced from the ring. */
  readonly #slow = new Map<number, OutgoingRequest>();
  /** Ids whose callers have given up, until their late responses arrive. */
  readonly #abandoned = new Set<number>();
  #waiting = 0;

  /** Ids that the peer has not answered, abandoned ones included. */
  get size(): number {
    return this.#waiting + this.#abandoned.size;
  }

  /** Requests with a caller that waits. */
  get awaited(): number {
    return this.#waiting;
  }

  /** Adds a request, unless it is in the table already. */
  add(request: OutgoingRequest): void {
    if (this.peek(request.requestId) !== undefined) return;
    while (this.#ring[this.#placeOf(request.requestId)] !== undefined && this.#ring.length < largestRingSize)
      this.#grow();
    const place = this.#placeOf(request.requestId);
    const before = this.#ring[place];
    if (before !== undefined) this.#slow.set(before.requestId, before);
    this.#ring[place] = request;
    this.#waiting += 1;
  }

  /** The caller has given up: the id stays taken until the peer answers. */
  abandon(id: number): void {
    if (this.#remove(id) !== undefined) this.#abandoned.add(id);
  }

  /** Whether the peer may still answer this id. Ids of this side are numbers: a bigint is never among them. */
  has(id: number | bigint): boolean {
    return this.peek(id) !== undefined || this.#abandoned.has(id as number);
  }

  /** The request that waits for this id's response, if one does. */
  peek(id: number | bigint): OutgoingRequest | undefined {
    if (typeof id !== "number") return undefined;
    const request = this.#ring[this.#placeOf(id)];
    return request?.requestId === id ? request : this.#slow.get(id);
  }

  /** All requests, undefined for those whose callers have given up. */
  all(): (readonly [id: number, request: OutgoingRequest | undefined])[] {
    const open = this.open().map((request) => [request.requestId, request] as const);
    const abandoned = Array.from(this.#abandoned, (id) => [id, undefined] as const);
    return [...open, ...abandoned].sort(([one], [other]) => one - other);
  }

  /** The peer has answered: takes the id out, and the request that waits for it, if one does. */
  remove(id: number | bigint): OutgoingRequest | undefined {
    if (typeof id !== "number") return undefined;
    const request = this.#remove(id);
    if (request === undefined && this.#abandoned.size !== 0) this.#abandoned.delete(id);
    return request;
  }

  /** Requests with a caller that waits, oldest first. */
  open(): OutgoingRequest[] {
    const open = [...this.#slow.values()];
    for (const request of this.#ring) if (request !== undefined) open.push(request);
    return open.sort((one, other) => one.requestId - other.requestId);
  }

  /** Frees the ids whose callers have given up. @returns them */
  forgetAbandoned(): number[] {
    const ids = [...this.#abandoned];
    this.#abandoned.clear();
    return ids;
  }

  /** Takes out all requests with a caller that waits, and forgets the rest. */
  clear(): OutgoingRequest[] {
    const open = this.open();
    this.#ring.fill(undefined);
    this.#slow.clear();
    this.#abandoned.clear();
    this.#waiting = 0;
    return open;
  }

  #remove(id: number): OutgoingRequest | undefined {
    const place = this.#placeOf(id);
    let request = this.#ring[place];
    if (request?.requestId === id) {
      this.#ring[place] = undefined;
    } else {
      request = this.#slow.get(id);
      if (request === undefined) return undefined;
      this.#slow.delete(id);
    }
    this.#waiting -= 1;
    return request;
  }

  /** Doubles the ring; requests at different places stay at different places. */
  #grow(): void {
    const ring = this.#ring;
    this.#ring = emptyRing(2 * ring.length);
    for (const request of ring)
      if (request !== undefined) this.#ring[this.#placeOf(request.requestId)] = request;
  }

  /** The ids of this side go up by two. Past 2^32 they are cut here; the lower bits, which choose the place, stay. */
  #placeOf(id: number): number {
    return (id >>> 1) & (this.#ring.length - 1);
  }
}

function emptyRing(size: number): (OutgoingRequest | undefined)[] {
  return new Array<OutgoingRequest | undefined>(size).fill(undefined);
}
