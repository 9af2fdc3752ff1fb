/**
 * Calls of the peer that wait until others are answered, until the link takes more, or until it is known how they are
 * read; answers to calls of ours wait for that alike.
 */
import type { ConnectionHost } from "../session/connection.js";
import type { MessageHead, WireId } from "../wire/message.js";

/** A Call whose frame is this small is copied, so that it does not keep its whole chunk alive. */
const copiedFrameBytes = 16 * 1024;

/** A Call that waits. Offsets are those of its own bytes. */
export interface QueuedCall {
  readonly id: WireId;
  readonly methodLow: number;
  readonly methodHigh: number;
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** Its schemas have been taken: none are left. */
  readonly schemasStart: 0;
  readonly schemasEnd: 0;
  /** When it arrived, whole ms. */
  readonly sinceMs: number;
}

/** First in, first out, and any may leave from the middle. Its bytes count for the session's limit. */
export class IncomingQueue {
  private readonly host: ConnectionHost;
  private readonly limit: number;
  private readonly calls = new Map<WireId, QueuedCall>();
  private bytes = 0;

  /** @param limit calls that may wait */
  constructor(host: ConnectionHost, limit: number) {
    this.host = host;
    this.limit = limit;
  }

  get size(): number {
    return this.calls.size;
  }

  get(id: WireId): QueuedCall | undefined {
    return this.calls.get(id);
  }

  /** Oldest first. */
  values(): IterableIterator<QueuedCall> {
    return this.calls.values();
  }

  /** @returns false, adding nothing, when too much waits already */
  add(head: MessageHead | QueuedCall, bytes: Uint8Array, sinceMs: number): boolean {
    const start = head.metadataStart;
    const frameBytes = head.payloadEnd - start;
    if (this.calls.size >= this.limit || !this.host.countQueued(frameBytes)) return false;
    const isCopied = frameBytes <= copiedFrameBytes;
    const offset = isCopied ? start : 0;
    this.bytes += frameBytes;
    this.calls.set(head.id, {
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

  remove(call: QueuedCall): void {
    this.calls.delete(call.id);
    const frameBytes = call.payloadEnd - call.metadataStart;
    this.bytes -= frameBytes;
    this.host.countQueued(-frameBytes);
  }

  /** All of them, oldest first; none is left. */
  takeAll(): QueuedCall[] {
    const calls = [...this.calls.values()];
    this.clear();
    return calls;
  }

  clear(): void {
    this.calls.clear();
    this.host.countQueued(-this.bytes);
    this.bytes = 0;
  }
}

/** All calls of the peer that wait. */
export class WaitingCalls {
  /** Those that can be run when there is room. */
  readonly ready: IncomingQueue;
  /** Those that wait for the code by which their arguments are read. */
  readonly unread: IncomingQueue;

  constructor(host: ConnectionHost, limit: number) {
    this.ready = new IncomingQueue(host, limit);
    this.unread = new IncomingQueue(host, limit);
  }

  get size(): number {
    return this.ready.size + this.unread.size;
  }

  get(id: WireId): QueuedCall | undefined {
    return this.ready.get(id) ?? this.unread.get(id);
  }

  all(): QueuedCall[] {
    return [...this.unread.values(), ...this.ready.values()];
  }

  /** For running them: a copy where one may be put back. */
  inTurn(): Iterable<QueuedCall> {
    return this.unread.size === 0 ? this.ready.values() : this.all();
  }

  remove(call: QueuedCall): void {
    (this.ready.get(call.id) === call ? this.ready : this.unread).remove(call);
  }

  clear(): void {
    this.ready.clear();
    this.unread.clear();
  }
}
