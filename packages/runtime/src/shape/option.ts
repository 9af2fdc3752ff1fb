/** Options whose element can itself be undefined. */

/** A present value of an option whose element type has `undefined` among its own values. */
export interface Some<T> {
  readonly some: T;
}

/** The TypeScript type of `T?` where `T` is a type parameter. */
export type Option<T> = undefined extends T ? Some<T> | undefined : T | undefined;
