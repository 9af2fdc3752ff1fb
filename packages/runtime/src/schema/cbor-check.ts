/**
 * The gate in front of the CBOR library: it sees only documents that this check has rewritten, so that nothing a peer
 * sends can reach the library's extensions (tags become dates, errors, shared references there) or make it allocate
 * more than the document's own size. Source: `protocol/wire.md` §4.1.
 */
import { utf8 } from "../bytes/utf8.js";
import { CodecError } from "../errors.js";

/** What a CBOR document may cost. */
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

/** What the rewritten document holds for a value that nobody here reads: `undefined`. */
const unread = 0xf7;

const byteOrderMark = 0xefbbbf;

/**
 * Checks a whole document and returns its canonical form, a fresh array.
 *
 * Refused: what is not well-formed, indefinite lengths, additional info 28–30, invalid UTF-8, text that starts with a
 * byte order mark (the library drops it from long texts), trailing bytes, more depth or size than the limits allow.
 * Rewritten: integers and lengths become the shortest form; tagged values, floats and simple values other than true,
 * false and null become `undefined`, which readers skip in unknown members and refuse in known ones.
 *
 * @throws CodecError `DecodeFailed` with the byte offset.
 */
export function checkCbor(bytes: Uint8Array, limits: CborLimits): Uint8Array {
  if (bytes.length > limits.maxBytes) {
    throw refusal(`${bytes.length} bytes of CBOR exceed the limit of ${limits.maxBytes}`, 0);
  }
  const check = new Check(bytes, limits.maxDepth, limits.maxContainers ?? defaultMaxContainers);
  check.item(0);
  const left = bytes.length - check.position;
  if (left > 0) throw refusal(`${left} more bytes after the end of the value`, check.position);
  return check.output.subarray(0, check.written);
}

function refusal(reason: string, offset: number): CodecError {
  return new CodecError("DecodeFailed", reason, { offset });
}

class Check {
  position = 0;
  written = 0;
  /** Never longer than the input: every rewriting is as short or shorter. */
  readonly output: Uint8Array;
  private readonly input: Uint8Array;
  private readonly view: DataView;
  private readonly maxDepth: number;
  private readonly maxContainers: number;
  private containers = 0;

  constructor(input: Uint8Array, maxDepth: number, maxContainers: number) {
    this.input = input;
    this.view = new DataView(input.buffer, input.byteOffset, input.byteLength);
    this.output = new Uint8Array(input.length);
    this.maxDepth = maxDepth;
    this.maxContainers = maxContainers;
  }

  /** One value with everything in it. `depth`: containers around it. */
  item(depth: number): void {
    const start = this.position;
    const initial = this.take(1);
    const major = initial >> 5;
    const info = initial & 0x1f;
    if (info >= 28) throw refusal(`unsupported additional info: ${info}`, start);
    if (major === 7) this.simple(info, start);
    else if (major <= majorNegative) this.integer(major, info);
    else this.sized(major, info, start, depth);
  }

  /** Everything with a length, a count or a tag number. */
  private sized(major: number, info: number, start: number, depth: number): void {
    const argument = this.argument(info);
    if (major === majorTag) {
      this.tagged(start, depth);
      return;
    }
    const smallest = major === majorMap ? argument * 2 : argument;
    if (smallest > this.input.length - this.position) throw refusal("unexpected end of input", start);
    this.writeHead(major, argument);
    if (major === majorArray || major === majorMap) this.container(smallest, start, depth);
    else this.string(major, argument, start);
  }

  private container(items: number, start: number, depth: number): void {
    this.deeper(depth, start);
    this.containers += 1;
    if (this.containers > this.maxContainers) {
      throw refusal(`more than ${this.maxContainers} arrays and maps`, start);
    }
    for (let i = 0; i < items; i += 1) this.item(depth + 1);
  }

  private string(major: number, length: number, start: number): void {
    const end = this.position + length;
    if (major === majorText) {
      if (utf8.decode(this.input, this.position, end) === undefined) {
        throw refusal("invalid UTF-8 in text string", start);
      }
      if (length >= 3 && this.view.getUint32(this.position - 1) % 0x1000000 === byteOrderMark) {
        throw refusal("text starts with a byte order mark", start);
      }
    } else if (major !== majorBytes) {
      throw refusal(`unexpected major type ${major}`, start);
    }
    this.output.set(this.input.subarray(this.position, end), this.written);
    this.written += length;
    this.position = end;
  }

  private tagged(start: number, depth: number): void {
    this.deeper(depth, start);
    const before = this.written;
    this.item(depth + 1);
    this.written = before;
    this.write(unread);
  }

  private deeper(depth: number, start: number): void {
    if (depth >= this.maxDepth) throw refusal(`nested deeper than ${this.maxDepth}`, start);
  }

  private simple(info: number, start: number): void {
    if (info >= 20 && info <= 22) {
      this.write(0xe0 | info);
      return;
    }
    if (info === 24 && this.take(1) < 32) throw refusal("invalid simple value", start);
    if (info >= 25) this.take(2 ** (info - 24));
    this.write(unread);
  }

  private integer(major: number, info: number): void {
    if (info === 27) {
      const at = this.position;
      if (this.take(4) !== 0) {
        this.take(4);
        this.write((major << 5) | 27);
        this.output.set(this.input.subarray(at, at + 8), this.written);
        this.written += 8;
        return;
      }
      this.writeHead(major, this.take(4));
      return;
    }
    this.writeHead(major, this.argument(info));
  }

  /** The number after the initial byte; one above 2^53 loses its last bits, but is far too large for any use. */
  private argument(info: number): number {
    if (info < 24) return info;
    if (info < 27) return this.take(2 ** (info - 24));
    return this.take(4) * 0x1_0000_0000 + this.take(4);
  }

  /** Takes 1, 2, 4 or 8 bytes as a number; of 8 only the first four. */
  private take(size: number): number {
    const at = this.position;
    if (size > this.input.length - at) throw refusal("unexpected end of input", this.input.length);
    this.position = at + size;
    if (size === 1) return this.view.getUint8(at);
    return size === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  private writeHead(major: number, argument: number): void {
    this.written = writeHead(this.output, this.written, major, argument);
  }

  private write(byte: number): void {
    this.output[this.written] = byte;
    this.written += 1;
  }
}

/** Writes an initial byte with an argument below 2^32 in its shortest form; returns the next position. */
export function writeHead(target: Uint8Array, at: number, major: number, argument: number): number {
  const type = major << 5;
  if (argument < 24) {
    target[at] = type | argument;
    return at + 1;
  }
  const size = argument < 0x100 ? 1 : argument < 0x10000 ? 2 : 4;
  target[at] = type | (size === 1 ? 24 : size === 2 ? 25 : 26);
  for (let i = 0; i < size; i += 1) target[at + 1 + i] = argument >>> (8 * (size - 1 - i));
  return at + 1 + size;
}
