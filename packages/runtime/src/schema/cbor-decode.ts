/**
 * Reads CBOR without trusting it, in one walk over the document: memory for a length or a count is only allocated when
 * the bytes for it have arrived. Source: `protocol/wire.md` §4.1.
 */
import { utf8 } from "../bytes/utf8.js";
import { CodecError } from "../errors.js";
import type { CborValue } from "./cbor.js";

/** The limits of a CBOR document. */
export interface CborLimits {
  /** Bytes of the document. */
  readonly maxBytes: number;
  /** Containers (and tags) around the innermost value. */
  readonly maxDepth: number;
  /** Arrays and maps: each costs far more memory than its one byte. Default 65 536. */
  readonly maxContainers?: number | undefined;
}

const defaultMaxContainers = 65_536;

const majorNegative = 1;
const majorBytes = 2;
const majorText = 3;
const majorArray = 4;
const majorMap = 5;
const majorTag = 6;
const majorSimple = 7;

/**
 * Decodes a whole document. The result shares no memory with the input.
 *
 * Refused: what is not well-formed, indefinite lengths, additional info 28–30, invalid UTF-8, trailing bytes, more
 * depth or size than the limits allow. Tagged values, floats and simple values other than true, false and null become
 * `undefined`, which readers skip in unknown members and refuse in known ones.
 *
 * @throws CodecError `DecodeFailed` with the byte offset.
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits): CborValue {
  if (bytes.length > limits.maxBytes) {
    throw refusal(`${bytes.length} bytes of CBOR exceed the limit of ${limits.maxBytes}`, 0);
  }
  const decoder = new Decoder(bytes, limits.maxDepth, limits.maxContainers ?? defaultMaxContainers);
  const value = decoder.item(0);
  const left = bytes.length - decoder.position;
  if (left > 0) throw refusal(`${left} more bytes after the end of the value`, decoder.position);
  return value;
}

function refusal(reason: string, offset: number): CodecError {
  return new CodecError("DecodeFailed", reason, { offset });
}

class Decoder {
  position = 0;
  readonly #input: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  readonly #maxContainers: number;
  #containers = 0;

  constructor(input: Uint8Array, maxDepth: number, maxContainers: number) {
    this.#input = input;
    this.#view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    this.#maxDepth = maxDepth;
    this.#maxContainers = maxContainers;
  }

  /** One value with everything in it. `depth`: containers around it. */
  item(depth: number): CborValue {
    const start = this.position;
    const initial = this.#take(1);
    const major = initial >> 5;
    const info = initial & 0x1f;
    if (info >= 28) throw refusal(`unsupported additional info: ${info}`, start);
    if (major === majorSimple) return this.#simple(info, start);
    if (major <= majorNegative) return this.#integer(major === majorNegative, info);
    const argument = this.#argument(info);
    if (major === majorTag) {
      this.#deeper(depth, start);
      this.item(depth + 1);
      return undefined;
    }
    // Each item of an array takes a byte at least, each entry of a map two.
    const least = major === majorMap ? argument * 2 : argument;
    if (least > this.#input.length - this.position) throw refusal("unexpected end of input", start);
    if (major === majorBytes || major === majorText) return this.#string(major, argument, start);
    return this.#container(major, argument, start, depth);
  }

  #container(major: number, count: number, start: number, depth: number): CborValue {
    this.#deeper(depth, start);
    this.#containers += 1;
    if (this.#containers > this.#maxContainers) {
      throw refusal(`more than ${this.#maxContainers} arrays and maps`, start);
    }
    if (major === majorArray) {
      const items: CborValue[] = [];
      for (let i = 0; i < count; i += 1) items.push(this.item(depth + 1));
      return items;
    }
    const entries = new Map<CborValue, CborValue>();
    for (let i = 0; i < count; i += 1) {
      const key = this.item(depth + 1);
      entries.set(key, this.item(depth + 1));
    }
    return entries;
  }

  #string(major: number, length: number, start: number): string | Uint8Array {
    const { position } = this;
    const end = position + length;
    this.position = end;
    if (major === majorBytes) return new Uint8Array(this.#input.subarray(position, end));
    const text = utf8.decode(this.#input, position, end);
    if (text === undefined) throw refusal("invalid UTF-8 in text string", start);
    return text;
  }

  #deeper(depth: number, start: number): void {
    if (depth >= this.#maxDepth) throw refusal(`nested deeper than ${this.#maxDepth}`, start);
  }

  #simple(info: number, start: number): boolean | null | undefined {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 24 && this.#take(1) < 32) throw refusal("invalid simple value", start);
    if (info === 27) this.#take(4);
    if (info >= 25) this.#take(info === 25 ? 2 : 4);
    return undefined;
  }

  #integer(isNegative: boolean, info: number): number | bigint {
    if (info === 27) {
      const high = this.#take(4);
      const low = this.#take(4);
      if (high > 0) {
        const wide = (BigInt(high) << 32n) | BigInt(low);
        return isNegative ? -1n - wide : wide;
      }
      return isNegative ? -1 - low : low;
    }
    const argument = this.#argument(info);
    return isNegative ? -1 - argument : argument;
  }

  /** The number after the initial byte; one above 2^53 loses its last bits, but is far too large for any use. */
  #argument(info: number): number {
    if (info < 24) return info;
    if (info < 27) return this.#take(2 ** (info - 24));
    return this.#take(4) * 0x1_0000_0000 + this.#take(4);
  }

  /** Takes 1, 2 or 4 bytes as a number. */
  #take(size: number): number {
    const at = this.position;
    if (size > this.#input.length - at) throw refusal("unexpected end of input", this.#input.length);
    this.position = at + size;
    if (size === 1) return this.#view.getUint8(at);
    return size === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }
}
