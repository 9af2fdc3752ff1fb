/**
 * Messages that have arrived and wait. Calls of the peer wait until others are answered, until the link takes more, or
 * until the code that reads them is loaded. Answers to calls of this side wait for the last reason only.
 */
import type { ConnectionHost } from "../session/connection.js";
import type { MessageHead, WireId } from "../wire/message.js";

/** A message whose frame is this small is copied, so that it does not keep its whole chunk alive. */
const copiedFrameBytes = 16 * 1024;

/** A Call or Response that waits. Offsets are those of its own bytes. */
export interface QueuedMessage {
  readonly id: WireId;
  readonly methodLow: number;
  readonly methodHigh: number;
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** The schemas of the message have been taken: none are left. */
  readonly schemasStart: 0;
  readonly schemasEnd: 0;
  /** When it arrived, whole ms. */
  readonly sinceMs: number;
}

/** First in, first out; any message may leave from the middle. Its bytes count for the session's limit. */
export class ArrivalQueue {
  readonly #host: ConnectionHost;
  readonly #limit: number;
  readonly #calls = new Map<WireId, QueuedMessage>();
  #bytes = 0;

  /** @param limit messages that may wait */
  constructor(host: ConnectionHost, limit: number) {
    this.#host = host;
    this.#limit = limit;
  }

  get size(): number {
    return this.#calls.size;
  }

  get(id: WireId): QueuedMessage | undefined {
    return this.#calls.get(id);
  }

  /** Oldest first. */
  values(): IterableIterator<QueuedMessage> {
    return this.#calls.values();
  }

  /** @returns false, adding nothing, when too much waits already */
  add(head: MessageHead | QueuedMessage, bytes: Uint8Array, sinceMs: number): boolean {
    const start = head.metadataStart;
    const frameBytes = head.payloadEnd - start;
    if (this.#calls.size >= this.#limit || !this.#host.countQueued(frameBytes)) return false;
    const isCopied = frameBytes <= copiedFrameBytes;
    const offset = isCopied ? start : 0;
    this.#bytes += frameBytes;
    this.#calls.set(head.id, {
      id: head.id,
      methodLow: head.methodLow,
      methodHigh: head.methodHigh,
      bytes: isCopied ? bytes.slice(start, head.payloadEnd) : bytes,
      metadataStart: start - offset,
      metadataEnd: head.metadataEnd - offset,
      payloadStart: head.payloadStart - offset,
      payloadEnd: head.payloadEnd - offset,
      schemasStart: 0,
      schemasEnd: 0,
      sinceMs,
    });
    return true;
  }

  remove(call: QueuedMessage): void {
    this.#calls.delete(call.id);
    const frameBytes = call.payloadEnd - call.metadataStart;
    this.#bytes -= frameBytes;
    this.#host.countQueued(-frameBytes);
  }

  /** All of them, oldest first; none is left. */
  takeAll(): QueuedMessage[] {
    const calls = [...this.#calls.values()];
    this.clear();
    return calls;
  }

  clear(): void {
    this.#calls.clear();
    this.#host.countQueued(-this.#bytes);
    this.#bytes = 0;
  }
}
