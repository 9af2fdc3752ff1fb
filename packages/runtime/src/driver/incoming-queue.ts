/** Calls of the peer that wait until others are answered, or until the link takes more. */
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
  add(head: MessageHead, bytes: Uint8Array, sinceMs: number): boolean {
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

  clear(): void {
    this.calls.clear();
    this.host.countQueued(-this.bytes);
    this.bytes = 0;
  }
}
