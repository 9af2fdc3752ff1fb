/** Calls of this side that wait for a slot or for a link. */
import type { OutgoingRequest } from "./outgoing-request.js";

/** First in, first out; any request may leave from the middle. */
export class WaitingQueue {
  #first: OutgoingRequest | undefined = undefined;
  #last: OutgoingRequest | undefined = undefined;
  #length = 0;

  get size(): number {
    return this.#length;
  }

  get head(): OutgoingRequest | undefined {
    return this.#first;
  }

  push(request: OutgoingRequest): void {
    request.previous = this.#last;
    if (this.#last === undefined) this.#first = request;
    else this.#last.next = request;
    this.#last = request;
    this.#length += 1;
  }

  /** Takes a request out, from any place in the queue. */
  remove(request: OutgoingRequest): void {
    const { previous, next } = request;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    request.previous = undefined;
    request.next = undefined;
    this.#length -= 1;
  }
}
