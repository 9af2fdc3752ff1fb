/**
 * A server of the kill test: each call of `commit` writes a line into a ledger and answers, at once or a little later.
 * It is killed at any moment. Usage: node server.js <address> <folder> <seed>
 */
import { openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { partialDispatcher } from "@voxrpc/runtime";
import { serve } from "@voxrpc/runtime/node";
import { sqliteStore } from "@voxrpc/runtime/sqlite";
import type { OperationStore } from "@voxrpc/runtime/store";
import { type EverythingHandler, everythingDispatcher } from "../interop/gen/everything.vox.js";
import { Random } from "../support/random.js";

const [address = "", folder = "", seed = "0"] = process.argv.slice(2);
const random = new Random(Number(seed));
const store = sqliteStore(join(folder, "operations.db"), { lockTimeoutMs: 20_000 });
// Each line of the file has happened: it is written at once, and outlives this process.
const ledger = openSync(join(folder, "ledger.txt"), "a");

/** A while, or none. */
function someTime(): Promise<unknown> | undefined {
  const kind = random.integer(0, 3);
  if (kind === 0) return undefined;
  return kind === 1 ? nextTurn() : sleep(random.integer(1, 8));
}

const handler: Pick<EverythingHandler, "commit"> = {
  commit(id, at) {
    const before = someTime();
    const after = someTime();
    const write = (): void => void writeSync(ledger, `${id}\n`);
    if (before === undefined && after === undefined) {
      write();
      return at;
    }
    return (async () => {
      await before;
      write();
      await after;
      return at;
    })();
  },
};

/** The store as one over a network: its work and its answer are two steps. */
function late(): OperationStore {
  const ask = async <T>(step: () => T): Promise<T> => {
    await someTime();
    const answer = step();
    await someTime();
    return answer;
  };
  return {
    admit: (key, record) => ask(() => store.admit(key, record)),
    lookup: (key) => ask(() => store.lookup(key)),
    seal: (key, record, reply) => ask(() => store.seal(key, record, reply)),
    release: (key) => ask(() => store.release(key)),
    remove: (key) => ask(() => store.remove(key)),
  };
}

const server = await serve(address, partialDispatcher(everythingDispatcher, handler), {
  operationStore: random.chance(0.5) ? late() : store,
  resumable: { store: store.sessions },
});
process.send?.(server.url);
process.once("message", async () => {
  await server.close();
  store.close();
  process.disconnect?.();
});
