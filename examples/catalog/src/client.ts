/** The client process: calls the service and prints what comes back. */
import { channel } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/node";
import {
  type Availability,
  Catalog,
  catalogGet,
  type NewProduct,
  type Product,
  type StockChange,
} from "./gen/catalog.vox.js";
import { openWire } from "./wire.js";

const url = process.argv[2] ?? "tcp://127.0.0.1:4000";
await using shop = await connect(url, Catalog);
console.log(`connected to ${url}\n`);

console.log('search("tools"), two a page:');
let cursor: number | undefined;
do {
  const page = await shop.search("tools", "Name", cursor, 2);
  for (const product of page.items) console.log(`  ${describe(product)}`);
  cursor = page.next;
} while (cursor !== undefined);

console.log("\nget(99), a product that is not there:");
try {
  await shop.get(99n);
} catch (error) {
  if (!catalogGet.isError(error)) throw error;
  console.log(`  refused: ${error.value.kind}`);
}

console.log("\nadd a product with 3 tags:");
const id = await shop.add(
  "Hex keys, set of 9",
  { cents: 1250n, currency: "EUR" },
  new Set(["tools", "steel", "hex"]),
  40,
);
console.log(`  it got id ${id}`);

console.log("\norder more glue than there is, without exceptions:");
const refused = await shop.$try.order([{ product: 2n, quantity: 5 }]);
if (!refused.ok && refused.error.code === "User") console.log("  refused:", refused.error.value);

console.log("\norder 2 hammers and 1 set of keys:");
const order = await shop.order(
  [
    { product: 1n, quantity: 2 },
    { product: id, quantity: 1 },
  ],
  { onMetadata: (metadata) => console.log(`  shipped from: ${metadata.getString("x-warehouse")}`) },
);
console.log(`  order ${order.id}, ${money(order.total.cents, order.total.currency)}`);

console.log("\nimport 3 products, one after the other:");
const upload = channel<NewProduct>();
const products = ["Saw", "File", "Rasp"].map((name, i) => ({
  name,
  price: { cents: 1000n * BigInt(i + 1), currency: "EUR" },
  stock: 10,
}));
const [taken] = await Promise.all([shop.importProducts(upload.rx), upload.tx.sendAll(products)]);
console.log(`  the server took ${taken}`);

console.log("\nwatch the stock while ordering:");
const changes = channel<StockChange>();
const watching = shop.watchStock(changes.tx);
await shop.order([{ product: 1n, quantity: 1 }]);
await shop.order([{ product: 2n, quantity: 3 }]);
let seen = 0;
for await (const { product, left } of changes.rx) {
  console.log(`  #${product}: ${left} left`);
  seen += 1;
  if (seen === 2) break;
}
await watching;

console.log("\nstockByTag():");
for (const [tag, units] of await shop.stockByTag()) console.log(`  ${tag}: ${units}`);

console.log("\ntakeInventory() takes half a minute; we give it 200 ms:");
const slow = await shop.$try.takeInventory({ timeoutMs: 200 });
if (!slow.ok) console.log(`  ${slow.error.code}: ${slow.error.message}`);

console.log("\n100 calls at once on the same connection:");
const prices = await Promise.all(
  Array.from({ length: 100 }, async (_, i) => (await shop.get(BigInt((i % 5) + 1))).price.cents),
);
console.log(
  `  sum of prices: ${money(
    prices.reduce((sum, cents) => sum + cents, 0n),
    "EUR",
  )}`,
);

console.log("\nlose the connection, and with it the answer to an order:");
await using wire = await openWire(url);
await using sturdy = await connect(wire.url, Catalog, {
  reconnect: true,
  observer: {
    onStateChanged({ state }) {
      if (state.kind === "recovering" && state.attempt === 0) console.log("  the connection is lost");
      if (state.kind === "open" && state.reconnects > 0) console.log("  there is another one");
    },
  },
});
const earlier = await sturdy.order([{ product: 1n, quantity: 1 }]);
wire.cutAtNextAnswer();
const asked = await sturdy.order([{ product: 1n, quantity: 1 }]);
const later = await sturdy.order([{ product: 1n, quantity: 1 }]);
console.log(`  orders ${earlier.id}, ${asked.id}, ${later.id}: each was placed once`);

function describe(product: Product): string {
  return `#${product.id} ${product.name}: ${money(product.price.cents, product.price.currency)}, ${stock(product.availability)}`;
}

function stock(availability: Availability): string {
  switch (availability.kind) {
    case "InStock":
      return `${availability.value} in stock`;
    case "Backorder":
      return `back in ${availability.days} days`;
    case "Discontinued":
      return "no longer made";
  }
}

function money(cents: bigint, currency: string): string {
  return `${(Number(cents) / 100).toFixed(2)} ${currency}`;
}
