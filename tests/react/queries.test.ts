/** Options for TanStack Query, with the real package. */
import { once } from "node:events";

import { MutationObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { type ClientSource, queriesOf } from "@voxrpc/react";
import { fail, partialDispatcher } from "@voxrpc/runtime";
import { connectPair } from "@voxrpc/runtime/testing";
import { describe, expect, it } from "vitest";
import { Shop, type ShopClient, type ShopHandler, shopDispatcher } from "../application/gen/shop.vox.js";

async function shop(handler: Partial<ShopHandler>) {
  const pair = await connectPair(partialDispatcher(shopDispatcher, handler));
  const client = pair.client.client(Shop);
  const queries = new QueryClient();
  return { client, queries, [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose]() };
}

describe("queryOptions", () => {
  it.each(["a client", "a promise of one"] as const)(
    "asks %s, and shares answers by arguments",
    async (kind) => {
      let calls = 0;
      await using side = await shop({
        find(id) {
          calls++;
          return { id, name: `item ${id}` };
        },
      });
      const source: ClientSource<ShopClient> =
        kind === "a client" ? side.client : Promise.resolve(side.client);
      const catalog = queriesOf(Shop, source);
      const [first, same] = await Promise.all([
        side.queries.fetchQuery(catalog.queryOptions("find", [7n])),
        side.queries.fetchQuery(catalog.queryOptions("find", [7n])),
      ]);
      expect(first).toEqual({ id: 7n, name: "item 7" });
      expect(same).toBe(first);
      await side.queries.fetchQuery(catalog.queryOptions("find", [8n]));
      expect(calls).toBe(2);
      expect(side.queries.getQueryData(catalog.queryKey("find", [7n]))).toBe(first);
      await side.queries.invalidateQueries({ queryKey: catalog.queryKey("find") });
      expect(side.queries.getQueryState(catalog.queryKey("find", [8n]))?.isInvalidated).toBe(true);
    },
  );

  it("answers null for a method without an answer", async () => {
    await using side = await shop({ close() {} });
    expect(await side.queries.fetchQuery(queriesOf(Shop, side.client).queryOptions("close", []))).toBeNull();
  });

  it("does not repeat what fails as declared", async () => {
    let calls = 0;
    await using side = await shop({
      find(id) {
        calls++;
        return fail({ kind: "NotFound", id });
      },
    });
    const observer = new QueryObserver(side.queries, queriesOf(Shop, side.client).queryOptions("find", [1n]));
    const failed = new Promise<unknown>((resolve) => {
      observer.subscribe(({ error }) => error !== null && resolve(error));
    });
    expect(await failed).toMatchObject({ value: { kind: "NotFound", id: 1n } });
    expect(calls).toBe(1);
    side.queries.clear();
  });

  it("aborts the call when its observer leaves", async () => {
    const steps = new EventTarget();
    const aborted = once(steps, "aborted");
    const begun = once(steps, "begun");
    await using side = await shop({
      find(_id, { signal }) {
        signal.addEventListener("abort", () => steps.dispatchEvent(new Event("aborted")));
        steps.dispatchEvent(new Event("begun"));
        return new Promise(() => {});
      },
    });
    const observer = new QueryObserver(side.queries, queriesOf(Shop, side.client).queryOptions("find", [1n]));
    const leave = observer.subscribe(() => {});
    await begun;
    leave();
    await aborted;
    side.queries.clear();
  });
});

describe("mutationOptions", () => {
  it("takes the arguments as its variables", async () => {
    await using side = await shop({ add: (a, b) => a + b });
    const mutation = new MutationObserver(side.queries, queriesOf(Shop, side.client).mutationOptions("add"));
    expect(await mutation.mutate([2, 3])).toBe(5);
    side.queries.clear();
  });
});
