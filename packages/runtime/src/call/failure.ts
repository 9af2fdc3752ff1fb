/** How a handler answers with its method's declared error. */
import { brand } from "../options/brand.js";

/** A declared error on its way to the caller: return it from a handler, or throw it. Made by {@link fail}. */
export class Failure<E> {
  static {
    brand(Failure, "Failure");
  }

  /** The error's value. */
  readonly value: E;

  constructor(value: E) {
    this.value = value;
  }
}

/** `T` without the `readonly` that inferring literals puts on objects, arrays and tuples. */
type Writable<T> = T extends readonly unknown[] | { readonly kind: string }
  ? { -readonly [K in keyof T]: Writable<T[K]> }
  : T;

/** Answers a call with the method's declared error: `return fail({ kind: "NotFound" })`, or `throw fail(…)`. */
export function fail<const E>(error: E): Failure<Writable<E>> {
  return new Failure(error as Writable<E>);
}
