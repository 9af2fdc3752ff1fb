/** Streams in components. */
import type { Client } from "@voxrpc/runtime";
import { useMemo, useSyncExternalStore } from "react";
import { type OpenStream, type StreamOptions, type StreamState, StreamStore } from "./stream-store.js";

/**
 * The last items of a stream that the server sends, while the component is mounted. The stream is made again when the
 * connection was lost, and when `dependencies` change. It ends when the component unmounts.
 *
 * ```tsx
 * const stock = useStream<StockChange>(shop, (changes, options) => shop.watchStock(changes, options), []);
 * return <p>{stock.last?.left}</p>;
 * ```
 *
 * @param client whose connection carries the stream
 * @param open makes the call
 * @param dependencies values that `open` uses, beside the client, as in `useEffect`
 * @throws TypeError for options that are not valid
 */
export function useStream<T>(
  client: Client,
  open: OpenStream<T>,
  dependencies: readonly unknown[],
  options: StreamOptions = {},
): StreamState<T> {
  const { maxItems, onAgain, endless, clock } = options;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller names what `open` uses
  const stream = useMemo(
    () => new StreamStore<T>(client, open, { maxItems, onAgain, endless, clock }),
    [client, maxItems, onAgain, endless, clock, ...dependencies],
  );
  return useSyncExternalStore(stream.subscribe, stream.read, stream.read);
}
