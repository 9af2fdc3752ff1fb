/** A value or an error, for callers who would rather test than catch. */
export type Result<T, E> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** A value, or a promise of one. */
export type Awaitable<T> = T | PromiseLike<T>;

/** Whether something is to be waited for. */
export function isPromise<T>(value: Awaitable<T>): value is PromiseLike<T> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
