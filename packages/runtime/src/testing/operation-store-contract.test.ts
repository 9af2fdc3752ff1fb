/** The contract is worth something only if it finds stores that break it. */
import { describe, expect, it } from "vitest";
import { type MemoryOperationStore, memoryOperationStore } from "../operations/memory-operation-store.js";
import type { OperationEntry, OperationKey, OperationStore } from "../operations/operation-store.js";
import { operationStoreContract } from "./operation-store-contract.js";

/** A good store with some members replaced. */
function broken(change: (good: MemoryOperationStore) => Partial<OperationStore>): OperationStore {
  const good = memoryOperationStore();
  const store: OperationStore = {
    admit: (key, record) => good.admit(key, record),
    lookup: (key) => good.lookup(key),
    seal: (key, record, reply) => good.seal(key, record, reply),
    release: (key) => good.release(key),
    remove: (key) => good.remove(key),
  };
  return { ...store, ...change(good) };
}

async function failing(make: () => OperationStore): Promise<string[]> {
  const found: string[] = [];
  for (const { name, run } of operationStoreContract(make)) {
    await run().catch((error: Error) => found.push(`${name}: ${error.message}`));
  }
  return found;
}

const blank = { payload: new Uint8Array(0), metadata: Uint8Array.of(0) };
const withoutSession = (key: OperationKey): OperationKey => ({ ...key, sessionId: "" });
const withNumber = (key: OperationKey): OperationKey => ({ ...key, operationId: Number(key.operationId) });

const mistakes: readonly (readonly [
  what: string,
  change: (good: MemoryOperationStore) => Partial<OperationStore>,
])[] = [
  ["forgets", () => ({ lookup: () => undefined })],
  ["takes everything", (good) => ({ admit: (key, record) => void good.admit(key, record) })],
  [
    "looks first and takes later",
    (good) => ({
      async admit(key, record): Promise<OperationEntry | undefined> {
        const existing = good.lookup(key);
        await Promise.resolve();
        if (existing === undefined) good.admit(key, record);
        return existing;
      },
    }),
  ],
  [
    "lets a second admit replace the first",
    (good) => ({
      admit(key, record): OperationEntry | undefined {
        const existing = good.lookup(key);
        good.remove(key);
        good.admit(key, record);
        return existing;
      },
    }),
  ],
  ["does not seal", () => ({ seal: () => {} })],
  ["loses the reply", (good) => ({ seal: (key, record) => good.seal(key, record, blank) })],
  [
    "loses metadata",
    (good) => ({ seal: (key, record, { payload }) => good.seal(key, record, { ...blank, payload }) }),
  ],
  [
    "seals once",
    (good) => ({
      seal: (key, record, reply) => {
        if (good.lookup(key)?.reply === undefined) good.seal(key, record, reply);
      },
    }),
  ],
  [
    "seals what it knows only",
    (good) => ({
      seal: (key, record, reply) => {
        if (good.lookup(key) !== undefined) good.seal(key, record, reply);
      },
    }),
  ],
  ["does not remove", () => ({ remove: () => {} })],
  ["takes a release for the end", (good) => ({ release: (key) => good.remove(key) })],
  [
    "mixes sessions",
    (good) => ({
      admit: (key, record) => good.admit(withoutSession(key), record),
      lookup: (key) => good.lookup(withoutSession(key)),
    }),
  ],
  [
    "rounds ids",
    (good) => ({
      admit: (key, record) => good.admit(withNumber(key), record),
      lookup: (key) => good.lookup(withNumber(key)),
    }),
  ],
  [
    "rounds method ids",
    (good) => ({
      admit: (key, record) => good.admit(key, { ...record, methodId: BigInt(Number(record.methodId)) }),
    }),
  ],
  ["gives null", (good) => ({ lookup: (key) => good.lookup(key) ?? (null as never) })],
  [
    "throws for what it does not know",
    (good) => ({
      remove: (key) => {
        if (good.lookup(key) === undefined) throw new Error("no such key");
        good.remove(key);
      },
    }),
  ],
];

describe("operationStoreContract", () => {
  it("finds nothing in a good store, whether it answers at once or later", async () => {
    expect(await failing(() => broken(() => ({})))).toEqual([]);
    const later = (good: MemoryOperationStore): OperationStore => ({
      admit: async (key, record) => good.admit(key, record),
      lookup: async (key) => good.lookup(key),
      seal: async (key, record, reply) => good.seal(key, record, reply),
      release: async (key) => good.release(key),
      remove: async (key) => good.remove(key),
    });
    expect(await failing(() => broken(later))).toEqual([]);
  });

  it.each(mistakes)("finds a store that %s", async (_, change) => {
    expect(await failing(() => broken(change))).not.toEqual([]);
  });

  it("says what the store did instead, and disposes of each store", async () => {
    const disposed: OperationStore[] = [];
    const cases = operationStoreContract(() => broken(() => ({ remove: () => {} })), {
      dispose: (store) => void disposed.push(store),
    });
    const results = await Promise.allSettled(cases.map(({ run }) => run()));
    expect(disposed.length).toBe(cases.length);
    expect(
      results.flatMap((result) => (result.status === "rejected" ? [String(result.reason)] : [])),
    ).toContain(
      "Error: operation store: lookup after remove gave persist bigint 18364758544493064720 00112233445566778899aabbccddeeff with no reply, and it must give undefined",
    );
  });
});
