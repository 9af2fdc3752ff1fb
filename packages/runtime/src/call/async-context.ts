/** The asynchronous context of the application: what Node's `AsyncLocalStorage` keeps. */

type RunInContext = (callback: (value: unknown) => unknown, value: unknown) => unknown;

/** What Node has and browsers have not. The core imports no module of a platform. */
interface Platform {
  readonly process?: {
    getBuiltinModule?(
      id: "node:async_hooks",
    ): { readonly AsyncLocalStorage: { snapshot?(): RunInContext } } | undefined;
  };
}

/**
 * A callback that runs in the context in which it was given, whatever calls it later: an answer or a lost link belongs to
 * another context. Where the platform has no such contexts, it is the callback itself.
 */
export function keepContext<T>(callback: (value: T) => unknown): (value: T) => unknown {
  const { process } = globalThis as Platform;
  const run = process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage.snapshot?.();
  if (run === undefined) return callback;
  return (value) => run(callback as (value: unknown) => unknown, value);
}
