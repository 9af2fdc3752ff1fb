/**
 * The server process: jobs over TCP, with a store that outlives it.
 *
 * node dist/server.js <address> <folder> [<accident>]
 */
import { join } from "node:path";
import { fail } from "@voxrpc/runtime";
import { serve } from "@voxrpc/runtime/node";
import { sqliteStore } from "@voxrpc/runtime/sqlite";
import type { OperationStore } from "@voxrpc/runtime/store";
import { Accidents } from "./accident.js";
import { type JobsHandler, jobsDispatcher } from "./gen/jobs.vox.js";
import { Ledger } from "./ledger.js";

const [address = "tcp://127.0.0.1:4000", folder = ".", accident] = process.argv.slice(2);
const accidents = new Accidents(accident);
const ledger = new Ledger(join(folder, "ledger.txt"));
const store = sqliteStore(join(folder, "operations.db"));
let current = "";

const handler: JobsHandler = {
  print(title) {
    if (title === "") return fail({ kind: "NoTitle" });
    current = title;
    accidents.mayHappen("begun", title);
    const number = ledger.add(title);
    console.log(`server: prints ${title}`);
    accidents.mayHappen("printed", title);
    return number;
  },

  printed: () => ledger.titles,
};

/** The store as it is, but for the accident that may happen once it has recorded an answer. */
const watched: OperationStore = {
  admit: (key, record) => store.admit(key, record),
  lookup: (key) => store.lookup(key),
  seal(key, record, reply) {
    store.seal(key, record, reply);
    accidents.mayHappen("recorded", current);
  },
  release: (key) => store.release(key),
  remove: (key) => store.remove(key),
};

const server = await serve(address, jobsDispatcher(handler), {
  operationStore: watched,
  // Clients that come back are known by what the last process has written about them.
  resumable: { store: store.sessions },
});
process.send?.(server.url);

process.once("message", async () => {
  await server.close();
  store.close();
  process.disconnect?.();
});
