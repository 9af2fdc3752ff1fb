/** The form of binary messages on the connection of a WebSocket. Source: RFC 6455 §5.2. */
import { randomFillSync } from "node:crypto";

/** Final fragment of a binary message. */
const finalBinary = 0x82;
const masked = 0x80;
const maskBytes = 4;
/** Up to this size the second byte holds the length of the payload. Larger lengths take two more bytes, or eight. */
const shortBytes = 125;
const mediumBytes = 0xffff;
/** The second byte of a header whose length has two bytes, or eight. */
const mediumMark = 126;
const longMark = 127;
/** Bytes of one write of small messages. A socket reports unsent bytes only for whole writes. */
const pieceBytes = 64 * 1024;
/** Random bytes for masks are drawn in advance, because each draw costs time. */
const drawnBytes = 8 * 1024;

/** Writes messages. */
export class MessageFrames {
  readonly #isMasked: boolean;
  readonly #masks: Uint8Array;
  #maskAt = drawnBytes;

  /** @param isMasked whether payloads are masked, as those of a client must be */
  constructor(isMasked: boolean) {
    this.#isMasked = isMasked;
    this.#masks = new Uint8Array(isMasked ? drawnBytes : 0);
  }

  /** How many messages one write takes. @returns index of the first message of the next write, at most `count` */
  pieceEnd(start: number, ends: readonly number[], from: number, count: number): number {
    let to = from + 1;
    while (to < count && (ends[to] ?? start) - start <= pieceBytes) to += 1;
    return Math.min(to, count);
  }

  /**
   * Frames the messages `from … to` of a batch.
   * @param start offset of the first of them
   * @param ends end offset of each message
   * @returns a copy that belongs to the caller
   */
  write(batch: Uint8Array, start: number, ends: readonly number[], from: number, to: number): Buffer {
    let total = 0;
    let at = start;
    for (let index = from; index < to; index++) {
      const end = ends[index] ?? at;
      total += this.#headerBytes(end - at) + end - at;
      at = end;
    }
    const out = Buffer.allocUnsafe(total);
    let offset = 0;
    at = start;
    for (let index = from; index < to; index++) {
      const end = ends[index] ?? at;
      offset = this.#writeHeader(out, offset, end - at);
      if (this.#isMasked) this.#writeMasked(out, offset, batch, at, end);
      else out.set(batch.subarray(at, end), offset);
      offset += (this.#isMasked ? maskBytes : 0) + end - at;
      at = end;
    }
    return out;
  }

  #headerBytes(bytes: number): number {
    const length = bytes <= shortBytes ? 2 : bytes <= mediumBytes ? 4 : 10;
    return length + (this.#isMasked ? maskBytes : 0);
  }

  /** @returns where the mask, or else the payload, begins */
  #writeHeader(out: Buffer, offset: number, bytes: number): number {
    const mask = this.#isMasked ? masked : 0;
    out[offset] = finalBinary;
    if (bytes <= shortBytes) {
      out[offset + 1] = mask | bytes;
      return offset + 2;
    }
    if (bytes <= mediumBytes) {
      out[offset + 1] = mask | mediumMark;
      return out.writeUInt16BE(bytes, offset + 2);
    }
    out[offset + 1] = mask | longMark;
    // Frames are far below 2^32 bytes.
    out.writeUInt32BE(0, offset + 2);
    return out.writeUInt32BE(bytes, offset + 6);
  }

  #writeMasked(out: Buffer, offset: number, batch: Uint8Array, from: number, to: number): void {
    if (this.#maskAt === drawnBytes) {
      randomFillSync(this.#masks);
      this.#maskAt = 0;
    }
    const at = this.#maskAt;
    this.#maskAt += maskBytes;
    out.set(this.#masks.subarray(at, at + maskBytes), offset);
    const payload = offset + maskBytes;
    for (let index = 0; index < to - from; index++)
      out[payload + index] = (batch[from + index] as number) ^ (this.#masks[at + (index & 3)] as number);
  }
}
