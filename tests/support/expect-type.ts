/** Compile-time comparison of types: `tsc -p tsconfig.test.json` is what runs these tests. */

/** True for types that are the same, not only assignable to each other. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles when the types are the same: `expectSame<typeof value, string>(true)`. */
export function expectSame<A, B>(_same: Same<A, B>): void {}

/** Compiles when the value has exactly this type. */
export function expectType<Expected>(): <Actual>(value: Actual, same: Same<Actual, Expected>) => void {
  return () => {};
}
