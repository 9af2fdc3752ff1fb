/** A client of the old version. */
import { VoxError } from "@voxrpc/runtime";
import { connect } from "@voxrpc/runtime/node";
import { Catalog, type Product } from "./gen/v1/catalog.vox.js";

const url = process.argv[2] ?? "tcp://127.0.0.1:4000";
await using catalog = await connect(url, Catalog);

const pen = await catalog.get(1n);
console.log(`client (v1) reads ${text(pen)}`);
await catalog.rename({ ...pen, name: "Fountain pen" });
for (const id of [1n, 2n]) {
  try {
    console.log(`client (v1) hears that ${id} is ${await catalog.availability(id)}`);
  } catch (error) {
    if (!(error instanceof VoxError)) throw error;
    console.log(`client (v1) cannot read whether ${id} is there: ${error.message}`);
  }
}

function text(product: Product): string {
  return JSON.stringify(product, (_, value) => (typeof value === "bigint" ? Number(value) : value));
}
