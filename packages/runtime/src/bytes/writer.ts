/** The growable buffer that everything is encoded into. */
import { defaultLimits, type MetadataLimits } from "../limits.js";

/**
 * Memory with a capacity. Encoders take a position, write at it and return the next one: nothing counts as written
 * until the owner of the writer says so, hence an encoder that throws leaves nothing half-written behind.
 *
 * Before writing, `if (p + bytes > w.limit) w.grow(p, bytes)` makes room. `grow` replaces `buffer` and `view`, so
 * neither may be kept across a call that can grow.
 */
export class Writer {
  /** The memory. Replaced by {@link grow}; offsets stay the same. */
  buffer: Uint8Array;
  /** The same memory as `buffer`, from the same first byte. */
  view: DataView;
  /** Capacity: the first offset that cannot be written. */
  limit: number;
  /** First offset that {@link grow} must carry over; the bytes before it are handed out already. */
  keep = 0;
  /** Nesting of recursive types at this moment. The owner sets it to 0 before each message. */
  depth = 0;
  /** Numbers the channel handles of the message; see `channel/binder.ts`. */
  binder: object | undefined = undefined;
  /** How much metadata one list may hold. */
  metadataLimits: MetadataLimits = defaultLimits;

  /** @param capacity bytes to begin with */
  constructor(capacity = 1024) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
    this.limit = capacity;
  }

  /**
   * Makes room for `bytes` bytes from `at` on. Bytes from `keep` up to `at` are carried over to the new memory.
   * @throws RangeError when the platform cannot allocate as much
   */
  grow(at: number, bytes: number): void {
    const capacity = Math.max(this.limit * 2, at + bytes);
    const next = new Uint8Array(capacity);
    next.set(this.buffer.subarray(this.keep, at), this.keep);
    this.buffer = next;
    this.view = new DataView(next.buffer);
    this.limit = capacity;
  }
}
