/**
 * Takes CBOR apart whose form is known in advance: members in one order, definite lengths. A document of another form
 * may be valid, too; `cbor-decode.ts` reads those.
 */
import { utf8 } from "../bytes/utf8.js";

const majorBytes = 2;
const majorText = 3;
const majorArray = 4;
const majorMap = 5;
const majorSimple = 7;
const simpleFalse = 20;
const simpleTrue = 21;
/** The bytes of null. */
export const cborNull: Uint8Array = /*@__PURE__*/ Uint8Array.of(0xf6);

type Readers = Readonly<Record<string, () => unknown>>;
type Members<R extends Readers> = { readonly [Name in keyof R]: ReturnType<R[Name]> };

/** Thrown where the document has another form. */
const otherForm: unique symbol = Symbol("other form");

/**
 * Reads a document.
 * @returns undefined when it has another form, or more bytes
 */
export function readForm<T>(bytes: Uint8Array, read: (cursor: CborCursor) => T): T | undefined {
  try {
    const cursor = new CborCursor(bytes);
    const value = read(cursor);
    cursor.expect(cursor.position === bytes.length);
    return value;
  } catch (error) {
    if (error === otherForm) return undefined;
    throw error;
  }
}

/** A place in a document. All methods move it, and leave {@link readForm} when the document has another form. */
export class CborCursor {
  position = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  expect(isTrue: boolean): void {
    if (!isTrue) throw otherForm;
  }

  /** A map with these members in this order. @returns what `readers` return, by name */
  members<R extends Readers>(readers: R): Members<R> {
    const entries = Object.entries(readers);
    this.expect(this.#argument(majorMap) === entries.length);
    const members = entries.map(([name, read]) => {
      this.expect(this.text() === name);
      return [name, read()] as const;
    });
    return Object.fromEntries(members) as Members<R>;
  }

  /** A list. @param most items of it */
  list<T>(most: number, read: () => T): T[] {
    const length = this.#argument(majorArray);
    this.expect(length <= most);
    return Array.from({ length }, read);
  }

  /** The variant of an enum, a map of one member. @param read reads its payload */
  variant<T>(read: (name: string) => T): T {
    this.expect(this.#argument(majorMap) === 1);
    return read(this.text());
  }

  text(): string {
    const end = this.#argument(majorText) + this.position;
    this.expect(end <= this.#bytes.length);
    const text = utf8.decode(this.#bytes, this.position, end);
    if (text === undefined) throw otherForm;
    this.position = end;
    return text;
  }

  /** A copy. */
  byteString(): Uint8Array {
    return this.take(this.#argument(majorBytes));
  }

  /** The next bytes, whatever they mean: a copy. */
  take(length: number): Uint8Array {
    const start = this.position;
    this.position += length;
    this.expect(this.position <= this.#bytes.length);
    return this.#bytes.slice(start, this.position);
  }

  /** An integer from 0 on. @param most 2^53 - 1 at most */
  integer(most: number): number {
    const value = this.#argument(0);
    this.expect(value <= most);
    return value;
  }

  boolean(): boolean {
    const info = this.#argument(majorSimple);
    this.expect(info === simpleFalse || info === simpleTrue);
    return info === simpleTrue;
  }

  /** A value, or null. */
  optional<T>(read: () => T): T | undefined {
    return this.pass(cborNull) ? undefined : read();
  }

  /** Moves over these bytes. @returns false, and stays, when other bytes are next */
  pass(bytes: Uint8Array): boolean {
    const { position } = this;
    if (!bytes.every((byte, at) => byte === this.#bytes[position + at])) return false;
    this.position += bytes.length;
    return true;
  }

  /** The number with the next item. */
  #argument(major: number): number {
    const initial = this.#next();
    const info = initial & 0x1f;
    this.expect(initial >> 5 === major && info < 28);
    if (info < 24) return info;
    let argument = 0;
    for (let size = 2 ** (info - 24); size > 0; size--) argument = argument * 256 + this.#next();
    this.expect(argument <= Number.MAX_SAFE_INTEGER);
    return argument;
  }

  #next(): number {
    const byte = this.#bytes[this.position];
    if (byte === undefined) throw otherForm;
    this.position += 1;
    return byte;
  }
}
