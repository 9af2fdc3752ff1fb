import { toJson } from "../options/to-json.js";

/** A value or an error, for callers that test a value instead of catching an error. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** For logs: integers as texts. Not enumerable, so that two results with the same value are equal. */
const json = {
  value(this: object): unknown {
    return toJson({ ...this });
  },
};

/** The result of a call that has succeeded. */
export function okResult<T>(value: T): Result<T, never> {
  return Object.defineProperty({ ok: true, value }, "toJSON", json);
}

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Whether a value is a promise. */
export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
