/**
 * Admits and seals operations of a store, one after the other, until it is killed. A line is printed when an operation
 * is sealed: `<id>`. Usage: node store-child.mjs <file> <first id>
 */
import { writeSync } from "node:fs";
import { sqliteStore } from "@voxrpc/runtime/sqlite";

const [file, first] = process.argv.slice(2);
const store = sqliteStore(file);
for (let id = Number(first); ; id++) {
  const key = { sessionId: "s", connectionId: 0, operationId: id };
  const record = { methodId: 1n, fingerprint: String(id), persist: true };
  if (store.admit(key, record) === undefined) {
    const payload = Uint8Array.from({ length: id % 2000 }, (_, index) => index + id);
    store.seal(key, record, { payload, metadata: Uint8Array.of(0) });
  }
  // At once, whatever becomes of this process: what is printed here must be in the file.
  writeSync(1, `${id}\n`);
}
