/** How payloads of a method are read on one connection. */
import type { Reader } from "../bytes/reader.js";
import { CodecError } from "../errors.js";
import type { Shape } from "../shape/shape.js";

/** How one kind of payload of a method is read. */
export interface Reading<T = unknown> {
  /** Why it cannot be read; undefined when it can. */
  readonly problem: string | undefined;
  /** Whether fields are skipped that may hold channels: those have to be ended. */
  readonly skipsChannels: boolean;
  /** The static decoder where the peer's layout is ours. Not called where there is a problem. */
  readonly read: (r: Reader) => T;
}

/** What reads a payload that lies as ours do. */
export interface StaticReader<T> {
  readonly shape: Shape;
  readonly read: (r: Reader) => T;
}

/** How the two variants of a response are read that have a type of the method. */
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

/** A payload that lies as ours do. */
export function statically<T>({ read }: StaticReader<T>): Reading<T> {
  return { problem: undefined, skipsChannels: false, read };
}
