/** The server of the new version. */
import { serve } from "@voxrpc/runtime/node";
import {
  type Availability,
  type CatalogHandler,
  catalogDispatcher,
  type Product,
} from "./gen/v2/catalog.vox.js";

const products = new Map<bigint, Product>([
  [1n, { id: 1n, color: "blue", name: "Pen", price: 120, packSize: 10 }],
  [2n, { id: 2n, name: "Ruler", price: 300, packSize: 1 }],
]);
const stock = new Map<bigint, Availability>([
  [1n, { kind: "InStock" }],
  [2n, { kind: "Backorder", value: 3 }],
]);

const handler: CatalogHandler = {
  get: (id) => products.get(id) ?? { id, name: "unknown", price: 0, packSize: 1 },
  availability: (id) => stock.get(id) ?? { kind: "SoldOut" },
  rename(product) {
    console.log(`server (v2) renames, and reads ${text(product)}`);
    return products.has(product.id);
  },
  count: () => BigInt(products.size),
};

function text(product: Product): string {
  return JSON.stringify(product, (_, value) => (typeof value === "bigint" ? Number(value) : value));
}

const server = await serve(process.argv[2] ?? "tcp://127.0.0.1:4000", catalogDispatcher(handler));
process.send?.(server.url);
process.once("message", async () => {
  await server.close();
  process.disconnect?.();
});
