/** A type's codec as applications use it: values to bytes and back, with typed errors. */
import { Reader } from "../bytes/reader.js";
import { Writer } from "../bytes/writer.js";
import { CodecError } from "../errors.js";
import { defaultDecodedBytes } from "../limits.js";
import { bytesProblem } from "../postcard/problems.js";
import { decodeError, encodeError } from "./codec-error.js";
import type { Shape } from "./shape.js";

/** Writes a value at `p` and returns the next position. May throw anything; nothing counts as written then. */
export type Write<T> = (w: Writer, p: number, value: T) => number;

/** Reads a value and moves the reader behind it. */
export type Read<T> = (r: Reader) => T;

/** How {@link Codec.decode} reads. */
export interface DecodeOptions {
  /** Refuse bytes behind the value. Default false: they are ignored, as the reference does. */
  readonly strict?: boolean;
  /**
   * Memory that the values may take, bytes as the runtime estimates them, contents of texts and byte strings not
   * counted; at most 2 GiB. Default 128 MiB.
   */
  readonly maxDecodedBytes?: number;
}

/** Values of one type to bytes and back. */
export interface Codec<T> {
  /** How the type's values look. */
  readonly shape: Shape;
  /**
   * The bytes of a value. They are a view of a larger piece of memory, which no later call changes; copy them
   * (`.slice()`) to keep a few for long.
   * @throws CodecError `EncodeFailed`, with the path of what does not fit the type
   */
  encode(value: T): Uint8Array;
  /**
   * The value of bytes. `bytes` members longer than 1 KiB are views of the input.
   * @throws CodecError `DecodeFailed`, with byte offset and path
   */
  decode(bytes: Uint8Array, options?: DecodeOptions): T;
  /** Writes a value among others: for the codecs of generic types. */
  write(w: Writer, p: number, value: T): number;
  /** Reads a value among others: for the codecs of generic types. */
  read(r: Reader): T;
}

/** Memory that encoded messages are cut from. */
const slabBytes = 32 * 1024;
/** Room that a message finds at least; more when the one before was larger, so that most fit without growing. */
const leastRoom = 512;
/** A message is expected to be as large as the one before, up to this. */
const maxExpected = 64 * 1024;
/** The reader does not keep a larger input alive. */
const maxKeptBytes = 64 * 1024;

/** Memory that messages are encoded into one after the other; each keeps its part. */
class Slab extends Writer {
  /** Where the next message starts. */
  #next = 0;
  #expected = leastRoom;

  /** Place for a message; a slab without the expected room is replaced. */
  begin(): number {
    this.depth = 0;
    if (this.limit - this.#next < this.#expected) this.#replace();
    this.keep = this.#next;
    return this.#next;
  }

  /** The message that was written up to `end`. */
  finish(end: number): Uint8Array {
    const start = this.#next;
    const size = end - start;
    this.#expected = size > maxExpected ? maxExpected : size + leastRoom;
    // Memory that grew for one large message would be kept alive by every small one cut from it.
    this.#next = this.limit > slabBytes ? this.limit : end;
    return this.buffer.subarray(start, end);
  }

  #replace(): void {
    const capacity = Math.max(slabBytes, this.#expected);
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
    this.limit = capacity;
    this.#next = 0;
  }
}

/** The slab, absent while in use: a getter of a value may itself encode something. */
let idleSlab: Slab | undefined;
/** The reader of all codecs: reading runs no code of others, so it is never in use twice. */
const reader: Reader = /*@__PURE__*/ new Reader();
/** The one for a bound that the application gives. */
const bounded: Reader = /*@__PURE__*/ new Reader();

/**
 * A codec from a shape and the two straight-line functions that generated code has for it.
 * @param label what paths begin with; default the name of a struct or enum
 */
export function codec<T>(
  shape: Shape,
  write: Write<T>,
  read: Read<T>,
  label: string = "name" in shape ? shape.name : "",
): Codec<T> {
  return {
    shape,
    write,
    read,
    encode(value) {
      const slab = idleSlab ?? new Slab(slabBytes);
      idleSlab = undefined;
      try {
        return slab.finish(write(slab, slab.begin(), value));
      } catch (fault) {
        throw encodeError(fault, shape, value, label);
      } finally {
        idleSlab = slab;
      }
    },
    decode(bytes, options) {
      if (!(bytes instanceof Uint8Array)) throw notBytes(bytes, label);
      const r =
        options === undefined ? reader : bounded.allow(options.maxDecodedBytes ?? defaultDecodedBytes);
      r.reset(bytes, 0, bytes.length);
      try {
        const value = read(r);
        if (options !== undefined) checkEnd(r, options, label);
        if (r.end > maxKeptBytes) r.release();
        return value;
      } catch (fault) {
        throw decodeError(fault, r, shape, label);
      }
    },
  };
}

function notBytes(bytes: unknown, path: string): CodecError {
  return new CodecError("DecodeFailed", bytesProblem(bytes) ?? "expected Uint8Array", { path });
}

function checkEnd(r: Reader, options: DecodeOptions, path: string): void {
  if (options.strict !== true || r.position === r.end) return;
  const reason = `trailing bytes: ${r.end - r.position}`;
  throw new CodecError("DecodeFailed", reason, { path, offset: r.position - r.start });
}
