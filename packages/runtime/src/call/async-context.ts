/** The asynchronous context of the application: what Node's `AsyncLocalStorage` keeps. */

type RunInContext = (callback: (value: unknown) => unknown, value: unknown) => unknown;

/** A feature of Node that browsers do not have. The core imports no module of a platform. */
interface Platform {
  readonly process?: {
    getBuiltinModule?(
      id: "node:async_hooks",
    ): { readonly AsyncLocalStorage: { snapshot?(): RunInContext } } | undefined;
  };
}

/**
 * Makes a callback that runs in the current context, whatever calls it later: an answer or a lost link arrives in
 * another context. On a platform without such contexts, it is the callback itself.
 */
export function keepContext<T>(callback: (value: T) => unknown): (value: T) => unknown {
  const { process } = globalThis as Platform;
  const run = process?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage.snapshot?.();
  if (run === undefined) return callback;
  return (value) => run(callback as (value: unknown) => unknown, value);
}
