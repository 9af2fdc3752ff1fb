/** What the compiler says of methods by name. */
import { queriesOf, useCall, useStream, useSuspenseCall } from "@voxrpc/react";
import { type Item, Shop, type ShopClient } from "../application/gen/shop.vox.js";
import { expectSame } from "../support/expect-type.js";

declare const client: ShopClient;
const catalog = queriesOf(Shop, client);

const { queryFn } = catalog.queryOptions("find", [1n]);
expectSame<ReturnType<typeof queryFn>, Promise<Item>>(true);
const close = catalog.queryOptions("close", []);
expectSame<ReturnType<typeof close.queryFn>, Promise<null>>(true);
const add = catalog.mutationOptions("add");
expectSame<ReturnType<typeof add.mutationFn>, Promise<number>>(true);
expectSame<Parameters<typeof add.mutationFn>, [args: readonly [a: number, b: number]]>(true);

export function useTypes(): void {
  const found = useSuspenseCall(client, "find", [1n]);
  expectSame<typeof found, Item>(true);
  const sum = useCall(client, "add", [1, 2], { timeoutMs: 100 });
  expectSame<typeof sum.value, number | undefined>(true);
  const names = useStream<string>(client, (items, options) => client.watch(items, options), []);
  expectSame<typeof names.items, readonly string[]>(true);
  // @ts-expect-error an argument too many
  useCall(client, "close", [1]);
  // @ts-expect-error the hook aborts the call by itself
  useCall(client, "add", [1, 2], { signal: AbortSignal.abort() });
  // @ts-expect-error items have the type of the stream
  useStream<number>(client, (items, options) => client.watch(items, options), []);
}

// @ts-expect-error the argument is a bigint
catalog.queryOptions("find", [1]);
// @ts-expect-error an argument is missing
catalog.queryOptions("add", [1]);
// @ts-expect-error a method with a stream is no query
catalog.queryOptions("watch", []);
// @ts-expect-error nor is one that reads a stream
catalog.mutationOptions("collect");
// @ts-expect-error a member of every client is no method
catalog.queryOptions("$close", []);
