/**
 * Vox in React: the state of the connection, calls, streams, and options for TanStack Query.
 *
 * ```tsx
 * const shop = connection(() => connect(Catalog, { reconnect: reconnecting() }));
 *
 * function Product({ id }: { id: bigint }) {
 *   const product = useSuspenseCall(useClient(shop), "get", [id]);
 *   return <h1>{product.name}</h1>;
 * }
 * ```
 */
export type { KeyPart } from "./argument-key.js";
export type { CallState } from "./call-store.js";
export { type Connection, type ConnectionState, connection } from "./connection.js";
export type { Answer, Arguments, HookCallOptions, UnaryMethod } from "./method-types.js";
export {
  type ClientSource,
  type MutationOptions,
  type Queries,
  type QueryAnswer,
  type QueryKey,
  type QueryOptions,
  queriesOf,
} from "./queries.js";
export type { OpenStream, StreamOptions, StreamState } from "./stream-store.js";
export { useCall, useSuspenseCall } from "./use-call.js";
export { useClient, useConnectionState } from "./use-connection.js";
export { useStream } from "./use-stream.js";
