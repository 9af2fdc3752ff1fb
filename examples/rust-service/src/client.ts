/** The client process: calls the Rust service whose address it is given. */
import { channel } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/node";
import { ProductId, Shop, type StockEvent } from "./gen/shop.vox.js";

await using shop = await connect(process.argv[2] ?? "tcp://127.0.0.1:4000", Shop);

const hammer = await shop.get(ProductId(7n));
console.log(`${hammer.name}: ${hammer.priceCents} cents, note: ${hammer.note ?? "none"}`);
console.log(`two cost ${await shop.buy(hammer.id, 2)} cents`);

const refused = await shop.$try.buy(hammer.id, 10);
if (!refused.ok && refused.error.code === "User") console.log("ten are refused:", refused.error.value);

const events = channel<StockEvent>();
const watching = shop.watch(hammer.id, events.tx);
for await (const event of events.rx)
  console.log(event.kind === "Sold" ? `sold one, ${event.left} left` : "closed");
console.log(`${await watching} were sold`);
