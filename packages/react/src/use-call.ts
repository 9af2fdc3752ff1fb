/** Calls in components. */
import type { Client } from "@voxrpc/runtime";
import { useMemo, useSyncExternalStore } from "react";
import { keyPart } from "./argument-key.js";
import { callsOf } from "./call-cache.js";
import { type CallState, CallStore } from "./call-store.js";
import {
  type Answer,
  type Arguments,
  callMethod,
  type HookCallOptions,
  type UnaryMethod,
} from "./method-types.js";

/**
 * Calls a method while the component is mounted, and again when the arguments change. The call is aborted when the
 * component unmounts.
 *
 * ```tsx
 * const product = useCall(shop, "get", [id]);
 * if (product.status === "success") return <h1>{product.value.name}</h1>;
 * ```
 *
 * @param args of the method; equal values make no new call
 * @param options of the call, as they are at its start
 * @throws TypeError for arguments that cannot be compared
 */
export function useCall<C extends Client, K extends UnaryMethod<C>>(
  client: C,
  method: K,
  args: Arguments<C, K>,
  options: HookCallOptions = {},
): CallState<Answer<C, K>> {
  const key = JSON.stringify(keyPart(args));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key takes the place of the arguments
  const call = useMemo(
    () => new CallStore<Answer<C, K>>((signal) => callMethod(client, method, args, { ...options, signal })),
    [client, method, key],
  );
  return useSyncExternalStore(call.subscribe, call.read, call.read);
}

/**
 * Calls a method, and suspends the component until the answer is there. Components with the same client, method and
 * arguments share one call. It is aborted when the last of them unmounts.
 *
 * ```tsx
 * const product = useSuspenseCall(shop, "get", [id]);
 * return <h1>{product.name}</h1>;
 * ```
 *
 * @returns the answer
 * @throws what the call has failed with, for the nearest error boundary. A failure is forgotten after a second; a
 * boundary that is reset then calls again
 */
export function useSuspenseCall<C extends Client, K extends UnaryMethod<C>>(
  client: C,
  method: K,
  args: Arguments<C, K>,
  options: HookCallOptions = {},
): Answer<C, K> {
  const call = callsOf(client).get(JSON.stringify([method, keyPart(args)]), (signal) =>
    callMethod(client, method, args, { ...options, signal }),
  );
  const state = useSyncExternalStore(call.subscribe, call.read, call.read);
  if (state.status === "success") return state.value as Answer<C, K>;
  if (state.status === "error") throw state.error;
  // React waits for a thrown promise, and then renders the component again.
  throw call.settled;
}
