/**
 * What the primitives throw. A fault knows what is wrong and, when decoding, the offset; it does not know the path of
 * the value, which the codec finds afterwards (`shape/`). Faults never reach an application: a codec turns them into
 * a `CodecError`.
 */
import type { Reader } from "../bytes/reader.js";
import { brand } from "../options/brand.js";

/** A value that its type cannot hold. */
export class EncodeFault extends Error {
  static {
    brand(EncodeFault, "EncodeFault");
  }

  /** What is wrong, without the place. */
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.name = "EncodeFault";
    this.reason = reason;
  }
}

/**
 * A value that is not of a type. What is wrong with it, and where, is said by `shape/explain-encode.ts`: code that is
 * needed only then.
 */
export class Misfit extends EncodeFault {
  static {
    brand(Misfit, "Misfit");
  }

  readonly type: string;
  readonly value: unknown;

  constructor(type: string, value: unknown) {
    super(`not a value of ${type}`);
    this.type = type;
    this.value = value;
  }
}

/** A value that fits its type, and that the peer's version of the type cannot hold. */
export class UnreadableItemFault extends EncodeFault {
  static {
    brand(UnreadableItemFault, "UnreadableItemFault");
  }

  constructor(reason: string) {
    super(reason);
    this.name = "UnreadableItemFault";
  }
}

/** Bytes that are no value of their type. Texts: `protocol/postcard.md` §5. */
export class DecodeFault extends Error {
  static {
    brand(DecodeFault, "DecodeFault");
  }

  /** What is wrong, without the place. */
  readonly reason: string;
  /** Byte offset inside the payload, from 0. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} at byte ${offset}`);
    this.name = "DecodeFault";
    this.reason = reason;
    this.offset = offset;
  }
}

/** A fault at `position`, which is an offset of the reader's buffer. */
export function decodeFault(r: Reader, reason: string, position: number): DecodeFault {
  return new DecodeFault(reason, position - r.start);
}

/** The input ends before the value does. @throws DecodeFault always */
export function endOfInput(r: Reader, position: number): never {
  throw decodeFault(r, "unexpected EOF", position);
}
