/** The bounded cursor that everything is decoded from. */

import { defaultDecodedBytes } from "../limits.js";

const nothing = new Uint8Array(0);

/** The largest bound: sums below it stay small integers, which cost nothing. */
const mostDecodedBytes = 0x7fff_ffff;

/**
 * A window of a buffer and a position in it. One reader serves many payloads of one chunk: {@link reset} costs nothing
 * while the buffer stays the same, and the `DataView` is made once per buffer and only when something requests it.
 */
export class Reader {
  /** The chunk. Positions are offsets in it. */
  buffer: Uint8Array = nothing;
  /** Offset of the next byte to read. */
  position = 0;
  /** Offset behind the last byte of the payload. */
  end = 0;
  /** Offset of the payload's first byte: reported offsets are counted from here. */
  start = 0;
  /** Nesting of recursive types at this moment. */
  depth = 0;
  /** Bytes that the counts read so far have promised. */
  claimed = 0;
  /** Elements without bytes that the counts read so far have promised. */
  claimedEmpty = 0;
  /**
   * Estimated bytes of the values made so far, contents of texts and byte strings apart; see `shape/decoded-bytes.ts`.
   */
  decodedBytes = 0;
  /** Steps along chains of keys, beyond what honest keys need; see `postcard/keys.ts`. */
  keySteps = 0;
  /** What {@link decodedBytes} may come to; see {@link allow}. */
  maxDecodedBytes: number = defaultDecodedBytes;
  /** Makes the channel handles of the payload; see `channel/binder.ts`. */
  binder: object | undefined = undefined;
  #viewed: Uint8Array = nothing;
  #cachedView: DataView = new DataView(nothing.buffer);

  /** Places the reader on the payload `bytes[start, end)`. The bounds are trusted. */
  reset(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    this.buffer = bytes;
    this.position = start;
    this.start = start;
    this.end = end;
    this.depth = 0;
    this.claimed = 0;
    this.claimedEmpty = 0;
    this.decodedBytes = 0;
    this.keySteps = 0;
  }

  /** Bounds the values of each payload from now on. @param decodedBytes above 2 GiB: 2 GiB */
  allow(decodedBytes: number): this {
    this.maxDecodedBytes = Math.min(decodedBytes, mostDecodedBytes);
    return this;
  }

  /** A view of `buffer`, from the same first byte. */
  get view(): DataView {
    return this.#viewed === this.buffer ? this.#cachedView : this.#openView();
  }

  /** Lets go of the buffer, so that a reader kept for later does not keep a chunk alive. */
  release(): void {
    this.reset(nothing);
    this.#openView();
  }

  #openView(): DataView {
    const { buffer } = this;
    this.#viewed = buffer;
    this.#cachedView = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    return this.#cachedView;
  }
}
