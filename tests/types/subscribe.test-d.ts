/** What a subscription knows about the method that it calls. */
import { subscribe } from "@voxrpc/runtime";
import type { CallOptions } from "@voxrpc/runtime/gen/v1";
import type { ShopClient } from "../application/gen/shop.vox.js";
import type { StreamsClient } from "../interop/gen/streams.vox.js";
import { expectSame, expectType } from "../support/expect-type.js";

export function subscriptions(shop: ShopClient, streams: StreamsClient, options: CallOptions): void {
  // biome-ignore lint/suspicious/noConfusingVoidType: a call without a result gives it, and a loop that was left gives undefined
  expectType<AsyncIterable<string, void | undefined>>()(subscribe(shop).watch(), true);
  expectType<AsyncIterable<number, number | undefined>>()(subscribe(streams).endless(options), true);
  // biome-ignore lint/suspicious/noConfusingVoidType: a call without a result gives it, and a loop that was left gives undefined
  expectType<AsyncIterable<number, void | undefined>>()(subscribe(streams).count(1, 2, options), true);
  // Methods with one Tx and no other channel.
  expectSame<
    keyof ReturnType<typeof subscribe<StreamsClient>>,
    "count" | "records" | "endless" | "failAfter" | "giveUp"
  >(true);
  expectSame<keyof ReturnType<typeof subscribe<ShopClient>>, "watch">(true);
  // @ts-expect-error an argument is missing
  subscribe(streams).count(1);
  // @ts-expect-error it has no Tx
  subscribe(shop).add(1, 2);
  // @ts-expect-error it has an Rx, too
  subscribe(streams).shout();
}
