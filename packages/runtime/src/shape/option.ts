/** Options whose element can itself be undefined. */

/** A present value of an option whose element type has `undefined` among its own values. */
export interface Some<T> {
  readonly some: T;
}

declare const brand: unique symbol;

/**
 * A value that the name of a struct distinguishes from others of its type: `struct RunId(u64)`. The name only exists
 * for the compiler.
 */
export type Branded<T, Name extends string> = T & { readonly [brand]: { readonly [Key in Name]: true } };

/** The TypeScript type of `T?` where `T` is a type parameter. */
export type Option<T> = undefined extends T ? Some<T> | undefined : T | undefined;
