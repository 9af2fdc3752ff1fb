/** The methods of a generated client, by name. */
import type { CallOptions, Rx, Tx } from "@voxrpc/runtime";

/** `true` for arguments with a stream among them. */
type HasStream<A extends readonly unknown[]> = true extends (
  A[number] extends infer Each
    ? Each extends Tx<infer _T> | Rx<infer _R>
      ? true
      : never
    : never
)
  ? true
  : false;

/** Names of the methods of a client that take no stream. */
export type UnaryMethod<C> = {
  [K in keyof C]: K extends string
    ? K extends `$${string}`
      ? never
      : C[K] extends (...args: infer A) => Promise<unknown>
        ? HasStream<A> extends true
          ? never
          : K
        : never
    : never;
}[keyof C] &
  string;

/** The arguments of a method, without the options of the call. */
export type Arguments<C, K extends keyof C> = C[K] extends (...args: infer A) => Promise<unknown>
  ? Required<A> extends [...infer Declared, infer _Options]
    ? Readonly<Declared>
    : never
  : never;

/** What a method answers. */
export type Answer<C, K extends keyof C> = C[K] extends (...args: never[]) => Promise<infer T> ? T : never;

/** What a call of a hook may be given; the hook aborts it by itself. */
export type HookCallOptions = Pick<CallOptions, "metadata" | "timeoutMs">;

/** Calls a method by its name. */
export async function callMethod<C, K extends keyof C>(
  client: C,
  method: K,
  args: Arguments<C, K>,
  options: CallOptions,
): Promise<Answer<C, K>> {
  const methods = client as unknown as Record<K, (...args: readonly unknown[]) => Promise<Answer<C, K>>>;
  return methods[method](...(args as readonly unknown[]), options);
}
