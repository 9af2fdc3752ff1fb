/** Options for TanStack Query, by method. The package itself is not needed: the types are structural. */
import { type Client, type Service, VoxError } from "@voxrpc/runtime";
import { type KeyPart, keyPart } from "./argument-key.js";
import { Connection } from "./connection.js";
import {
  type Answer,
  type Arguments,
  callMethod,
  type HookCallOptions,
  type UnaryMethod,
} from "./method-types.js";

/** A client, or what there will be one of. */
export type ClientSource<C extends Client> = C | Promise<C> | Connection<C>;

/** A query must answer something: `undefined` becomes `null`. */
// biome-ignore lint/suspicious/noConfusingVoidType: a method without an answer has that type
export type QueryAnswer<T> = T extends void | undefined ? null : T;

/** The name of the service, the method, and its arguments as JSON: each is a prefix for `invalidateQueries`. */
export type QueryKey = readonly [service: string, method?: string, ...args: KeyPart[]];

/** For `useQuery`, `useSuspenseQuery`, `prefetchQuery` and their like. */
export interface QueryOptions<T> {
  readonly queryKey: QueryKey;
  /** Calls the method; TanStack Query aborts it when no component needs it. */
  readonly queryFn: (context: { readonly signal: AbortSignal }) => Promise<T>;
  /** Up to three times more, after failures that are `retryable`. */
  readonly retry: (failureCount: number, error: unknown) => boolean;
}

/** For `useMutation`. Its variables are the arguments of the method, as a tuple. */
export interface MutationOptions<A, T> {
  readonly mutationKey: QueryKey;
  readonly mutationFn: (args: A) => Promise<T>;
}

/** Options for TanStack Query of one client. */
export interface Queries<C> {
  /** The key of all calls of the service, of a method, or of a call. */
  queryKey(): QueryKey;
  queryKey<K extends UnaryMethod<C>>(method: K, args?: Arguments<C, K>): QueryKey;
  /** @throws TypeError for arguments that cannot be a key */
  queryOptions<K extends UnaryMethod<C>>(
    method: K,
    args: Arguments<C, K>,
    options?: HookCallOptions,
  ): QueryOptions<QueryAnswer<Answer<C, K>>>;
  mutationOptions<K extends UnaryMethod<C>>(
    method: K,
    options?: HookCallOptions,
  ): MutationOptions<Arguments<C, K>, Answer<C, K>>;
}

const maxRetries = 3;

/**
 * Options for TanStack Query, typed by method.
 *
 * ```tsx
 * const catalog = queriesOf(Catalog, shop);
 * const product = useQuery(catalog.queryOptions("get", [id]));
 * const order = useMutation(catalog.mutationOptions("order"));
 * ```
 *
 * @param service from the generated file
 * @param source a client, its promise, or a {@link Connection}
 */
export function queriesOf<C extends Client>(service: Service<C>, source: ClientSource<C>): Queries<C> {
  const client = async (): Promise<C> => (source instanceof Connection ? source.client() : source);
  const queryKey = (method?: string, args?: readonly unknown[]): QueryKey =>
    method === undefined
      ? [service.name]
      : [service.name, method, ...(args ?? []).map((each) => keyPart(each))];
  return {
    queryKey,
    queryOptions: <K extends UnaryMethod<C>>(
      method: K,
      args: Arguments<C, K>,
      options: HookCallOptions = {},
    ) => ({
      queryKey: queryKey(method, args),
      async queryFn({ signal }) {
        const answer = await callMethod(await client(), method, args, { ...options, signal });
        return (answer ?? null) as QueryAnswer<Answer<C, K>>;
      },
      retry: (failureCount, error) =>
        failureCount < maxRetries && error instanceof VoxError && error.retryable,
    }),
    mutationOptions: <K extends UnaryMethod<C>>(method: K, options: HookCallOptions = {}) => ({
      mutationKey: queryKey(method),
      mutationFn: async (args: Arguments<C, K>) => callMethod(await client(), method, args, options),
    }),
  };
}
