/** Values that middleware leaves for the handler, with their types. */
import type { CallContext } from "../call/context.js";
import { contextCheck } from "../call/option-checks.js";
import { text } from "../options/checks.js";

/** Where a value of one kind is kept with a call. */
export interface ContextKey<T> {
  readonly name: string;
  set(context: CallContext, value: T): void;
  /** The value of this call, if one was set. */
  get(context: CallContext): T | undefined;
  /** @throws TypeError when none was set: the middleware that sets it is missing */
  require(context: CallContext): T;
}

/**
 * Makes a key. Values live as long as the context of their call, and only code that has the key sees them.
 *
 * ```ts
 * export const user = contextKey<User>("user");
 * ```
 *
 * @throws TypeError for a name that is no text
 */
export function contextKey<T>(name: string): ContextKey<T> {
  text(name, "name");
  const values = new WeakMap<CallContext, T>();
  const key: ContextKey<T> = {
    name,
    set: (context, value) => {
      contextCheck(context, "context");
      values.set(context, value);
    },
    get: (context) => {
      contextCheck(context, "context");
      // A changed context inherits from the one that it was made of.
      for (
        let at: CallContext | null = context;
        at !== null;
        at = Object.getPrototypeOf(at) as CallContext | null
      ) {
        if (values.has(at)) return values.get(at);
      }
      return undefined;
    },
    require: (context) => {
      const value = key.get(context);
      if (value === undefined)
        throw new TypeError(
          `no ${name} in the context of ${context.method.name}: is its middleware missing?`,
        );
      return value;
    },
  };
  return key;
}
