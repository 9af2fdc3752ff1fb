/** Items that could not be written or read. Their errors name the place in the item, as far as that code is there. */
import type { Reader } from "../bytes/reader.js";
import type { CodecError } from "../errors.js";
import type { Shape } from "../shape/shape.js";

/** Makes the errors of one connection. Neither function throws. */
export interface ItemExplanations {
  /** @returns a promise when the code that finds the place must be loaded */
  encode(fault: unknown, shape: Shape, value: unknown, label: string): CodecError | Promise<CodecError>;
  /** Moves the reader. */
  decode(fault: unknown, r: Reader, shape: Shape, label: string): CodecError;
}

/** An item that does not fit its type. The code that finds the place in the item is being loaded. */
export class ItemFault extends Error {
  /** The error without the place. */
  readonly unlocated: CodecError;
  /** The error with the place. Never rejects. */
  readonly located: Promise<CodecError>;

  constructor(unlocated: CodecError, located: Promise<CodecError>) {
    super(unlocated.message);
    this.unlocated = unlocated;
    this.located = located;
  }
}

/** Passes the error of a failed send on, as soon as it names the place. */
export function passOn(error: unknown, to: (error: unknown) => void): void {
  if (error instanceof ItemFault) void error.located.then(to);
  else to(error);
}
