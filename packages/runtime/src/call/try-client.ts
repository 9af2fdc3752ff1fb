/**
 * A client whose calls return a failure as a value. Its class has the same methods, and is made once for each service.
 */
import type { CallRejection } from "../errors.js";
import type { Caller, CallOptions } from "./caller.js";
import type { Method } from "./method.js";
import type { Result } from "./result.js";

/** The value of a call; `undefined` for a call that returns nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is what such a method returns
type Value<T> = [T] extends [never] ? T : [T] extends [void] ? undefined : T;

/**
 * The methods of a client `C`, each with a {@link Result} in place of its value. `E` has the declared errors by method.
 */
export type TryClient<C, E = Record<never, never>> = {
  readonly [K in keyof C as K extends `$${string}` | symbol ? never : K]: C[K] extends (
    ...args: infer A
  ) => Promise<infer T>
    ? (...args: A) => Promise<Result<Value<T>, CallRejection<K extends keyof E ? E[K] : never>>>
    : never;
} & {
  /** What the calls go through. */
  readonly $caller: Caller;
};

type Methods = Readonly<Record<string, Method>>;
type TryClass = new (caller: Caller) => object;

const classes = /*@__PURE__*/ new WeakMap<Methods, TryClass>();

/** @param methods of a service, by their TypeScript names */
export function tryClient<T extends object>(caller: Caller, methods: Methods): T {
  let known = classes.get(methods);
  if (known === undefined) {
    known = classOf(methods);
    classes.set(methods, known);
  }
  return new known(caller) as T;
}

function classOf(methods: Methods): TryClass {
  class GeneratedTryClient {
    readonly $caller: Caller;

    constructor(caller: Caller) {
      this.$caller = caller;
    }
  }
  const calls = GeneratedTryClient.prototype as unknown as Record<string, unknown>;
  for (const [name, method] of Object.entries(methods)) {
    const count = method.args.shape.elements.length;
    calls[name] = function tryCall(this: GeneratedTryClient, ...values: unknown[]): Promise<unknown> {
      const options = values[count] as CallOptions | undefined;
      // An argument that the caller left out is undefined, and is refused like any other wrong value.
      values.length = count;
      return this.$caller.tryCall(method as Method<readonly unknown[]>, values, options);
    };
  }
  return GeneratedTryClient;
}
