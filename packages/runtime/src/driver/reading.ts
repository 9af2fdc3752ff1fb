/** How payloads of a method are read on one connection. */
import type { Reader } from "../bytes/reader.js";
import { CodecError } from "../errors.js";
import type { Shape } from "../shape/shape.js";

/** How one kind of payload of a method is read. */
export interface Reading<T = unknown> {
  /** Why it cannot be read; undefined when it can. */
  readonly problem: string | undefined;
  /** Whether skipped fields may hold channels: those channels must be ended. */
  readonly skipsChannels: boolean;
  /** The static decoder when both sides have the same layout. Not called when there is a problem. */
  readonly read: (r: Reader) => T;
}

/** The reader of a payload with the layout of this side. */
export interface StaticReader<T> {
  readonly shape: Shape;
  readonly read: (r: Reader) => T;
}

/** How the two variants of a response that have a type of the method are read. */
export interface ResponseReading {
  readonly ok: Reading;
  readonly user: Reading;
}

/** A payload that cannot be read. */
export function unreadable(problem: string): Reading<never> {
  return {
    problem,
    skipsChannels: false,
    read: () => {
      throw new CodecError("DecodeFailed", problem);
    },
  };
}

/** The reading of a payload with the layout of this side. */
export function statically<T>({ read }: StaticReader<T>): Reading<T> {
  return { problem: undefined, skipsChannels: false, read };
}
