/** Calls of the peer that wait, sorted by the reason. */
import type { ConnectionHost } from "../session/connection.js";
import type { WireId } from "../wire/message.js";
import { ArrivalQueue, type QueuedMessage } from "./arrival-queue.js";

/** All calls of the peer that wait. */
export class WaitingCalls {
  /** Calls that can run when there is room. */
  readonly ready: ArrivalQueue;
  /** Calls that wait for the code that reads their arguments. */
  readonly unread: ArrivalQueue;

  constructor(host: ConnectionHost, limit: number) {
    this.ready = new ArrivalQueue(host, limit);
    this.unread = new ArrivalQueue(host, limit);
  }

  get size(): number {
    return this.ready.size + this.unread.size;
  }

  get(id: WireId): QueuedMessage | undefined {
    return this.ready.get(id) ?? this.unread.get(id);
  }

  all(): QueuedMessage[] {
    return [...this.unread.values(), ...this.ready.values()];
  }

  /** The calls in the order in which they run; a copy when a call may go back to the queue. */
  inTurn(): Iterable<QueuedMessage> {
    return this.unread.size === 0 ? this.ready.values() : this.all();
  }

  remove(call: QueuedMessage): void {
    (this.ready.get(call.id) === call ? this.ready : this.unread).remove(call);
  }

  clear(): void {
    this.ready.clear();
    this.unread.clear();
  }
}
