/** The server process: implements the generated handler interface and serves it over TCP. */
import { setTimeout as sleep } from "node:timers/promises";
import { fail } from "@voxrpc/runtime";
import { serve } from "@voxrpc/runtime/node";
import { type CatalogHandler, catalogDispatcher } from "./gen/catalog.vox.js";
import { Store } from "./store.js";

const store = new Store();

const handler: CatalogHandler = {
  get: (id) => store.get(id) ?? fail({ kind: "NotFound" }),

  search: (query, sort, cursor, limit) => store.search(query, sort, cursor ?? 0, Math.min(limit, 100)),

  add(name, price, tags, stock) {
    if (name.trim() === "") return fail({ kind: "Invalid", field: "name", reason: "a product needs a name" });
    return store.add(name, price, [...tags], { kind: "InStock", value: stock });
  },

  order(lines, context) {
    const placed = store.order(lines);
    if ("refused" in placed) return fail(placed.refused);
    context.responseMetadata.set("x-warehouse", "north");
    return placed.order;
  },

  stockByTag: () => store.stockByTag(),

  async importProducts(products) {
    let added = 0;
    for await (const { name, price, stock } of products) {
      store.add(name, price, [], { kind: "InStock", value: stock });
      added += 1;
    }
    return added;
  },

  async watchStock(changes) {
    // A reader that is far behind misses some changes: the stream has levels, not events.
    const stop = store.watchStock((change) => changes.trySend(change));
    await changes.closed;
    stop();
  },

  async takeInventory(context) {
    await sleep(30_000, undefined, { signal: context.signal });
    return store.units();
  },
};

const server = await serve(process.argv[2] ?? "tcp://127.0.0.1:4000", catalogDispatcher(handler), {
  resumable: true,
});
console.log(`serving Catalog on ${server.url}`);
process.send?.(server.url);

const stop = async (): Promise<void> => {
  await server.close();
  process.disconnect?.();
};
process.once("SIGINT", stop);
process.once("SIGTERM", stop);
process.once("message", stop);
