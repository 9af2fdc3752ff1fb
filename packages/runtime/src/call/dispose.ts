/**
 * The symbol that `await using` looks for. Platforms without it get the registered symbol that compiled `using` falls
 * back to; the global is never patched.
 */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for("Symbol.asyncDispose") as typeof Symbol.asyncDispose);
