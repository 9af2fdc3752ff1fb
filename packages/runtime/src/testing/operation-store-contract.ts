/** The rules that every operation store must keep, as cases for any test runner. */

import type { Awaitable } from "../call/result.js";
import type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "../operations/operation-store.js";
import { callback } from "../options/checks.js";

/** One rule that a store must keep. */
export interface OperationStoreCase {
  /** The rule as a sentence. */
  readonly name: string;
  /** Runs the case. @throws Error when the store breaks the rule: the text says what it did instead */
  run(): Promise<void>;
}

/** What happens to the stores after each case. */
export interface OperationStoreContractOptions {
  /** Called with each store when its case has finished. Default: nothing is done. */
  readonly dispose?: ((store: OperationStore) => Awaitable<void>) | undefined;
}

const record: OperationRecord = {
  methodId: 0xfedc_ba98_7654_3210n,
  fingerprint: "00112233445566778899aabbccddeeff",
  persist: true,
};
const other: OperationRecord = {
  methodId: 1n,
  fingerprint: "ffeeddccbbaa99887766554433221100",
  persist: false,
};
const reply: SealedReply = {
  payload: Uint8Array.from({ length: 256 }, (_, index) => index),
  metadata: Uint8Array.of(0),
};
const otherReply: SealedReply = { payload: new Uint8Array(0), metadata: Uint8Array.of(1, 1, 0x6b, 2, 7, 0) };

function keyOf(
  operationId: number | bigint,
  connectionId: number | bigint = 0,
  sessionId = "a",
): OperationKey {
  return { sessionId, connectionId, operationId };
}

const key: OperationKey = keyOf(1);

const rules: Readonly<Record<string, (store: OperationStore) => Promise<void>>> = {
  "knows nothing at first": async (store) => {
    expectEntry(await store.lookup(key), undefined, "lookup of an unknown key");
  },
  "takes an unknown operation, and says so by returning nothing": async (store) => {
    expectEntry(await store.admit(key, record), undefined, "admit of an unknown key");
    expectEntry(await store.lookup(key), { ...record, reply: undefined }, "lookup after admit");
  },
  "keeps what is admitted, and returns it to a second admit, whatever that requests": async (store) => {
    await store.admit(key, record);
    expectEntry(await store.admit(key, other), { ...record, reply: undefined }, "second admit");
    expectEntry(await store.lookup(key), { ...record, reply: undefined }, "lookup after the second admit");
  },
  "takes one of several at once": async (store) => {
    const answers = await Promise.all(Array.from({ length: 16 }, async () => store.admit(key, record)));
    const taken = answers.filter((answer) => answer === undefined).length;
    if (taken !== 1) throw violation(`of 16 admits at once ${taken} were taken, and it must be 1`);
  },
  "keeps the reply byte for byte, and the record with it": async (store) => {
    await store.admit(key, record);
    await store.seal(key, record, reply);
    expectEntry(await store.lookup(key), { ...record, reply }, "lookup after seal");
    expectEntry(await store.admit(key, record), { ...record, reply }, "admit after seal");
  },
  "keeps an empty payload and metadata": async (store) => {
    await store.admit(key, other);
    await store.seal(key, other, otherReply);
    expectEntry(await store.lookup(key), { ...other, reply: otherReply }, "lookup after seal");
  },
  "seals over an earlier reply, and what it does not know": async (store) => {
    await store.seal(key, record, reply);
    expectEntry(await store.lookup(key), { ...record, reply }, "lookup after a seal without admit");
    await store.seal(key, other, otherReply);
    expectEntry(await store.lookup(key), { ...other, reply: otherReply }, "lookup after the second seal");
  },
  "forgets an admitted operation when told to; it may be admitted again": async (store) => {
    await store.admit(key, record);
    await store.remove(key);
    expectEntry(await store.lookup(key), undefined, "lookup after remove");
    expectEntry(await store.admit(key, other), undefined, "admit after remove");
  },
  "forgets a released operation when told to": async (store) => {
    await store.admit(key, record);
    await store.release(key);
    await store.remove(key);
    expectEntry(await store.lookup(key), undefined, "lookup after release and remove");
  },
  "does not remove a sealed operation": async (store) => {
    await store.admit(key, record);
    await store.seal(key, record, reply);
    await store.remove(key);
    expectEntry(await store.lookup(key), { ...record, reply }, "lookup after remove of a sealed operation");
  },
  "leaves a released operation admitted; it can still be sealed": async (store) => {
    await store.admit(key, record);
    await store.release(key);
    expectEntry(await store.admit(key, record), { ...record, reply: undefined }, "admit after release");
    await store.seal(key, record, reply);
    await store.release(key);
    expectEntry(await store.lookup(key), { ...record, reply }, "lookup after seal and release");
  },
  "takes removing and releasing of what it does not know": async (store) => {
    await store.remove(key);
    await store.release(key);
    expectEntry(await store.lookup(key), undefined, "lookup of an unknown key");
  },
  "tells sessions, connections and operations apart": async (store) => {
    const keys = [
      key,
      keyOf(2),
      keyOf(1, 2),
      keyOf(1, 0, "b"),
      keyOf(11, 0, "a"),
      keyOf(1, 0, "a/0"),
      keyOf(9_007_199_254_740_992n),
      keyOf(9_007_199_254_740_993n),
      keyOf(18_446_744_073_709_551_615n),
      keyOf(1, 18_446_744_073_709_551_614n),
    ];
    for (const [index, each] of keys.entries()) {
      const own = { ...record, fingerprint: String(index) };
      expectEntry(await store.admit(each, own), undefined, `admit of ${describeKey(each)} behind others`);
    }
    await store.seal(keyOf(2), record, reply);
    await store.remove(keyOf(1, 2));
    for (const [index, each] of keys.entries()) {
      if (index === 1 || index === 2) continue;
      const own = { ...record, fingerprint: String(index), reply: undefined };
      expectEntry(await store.lookup(each), own, `lookup of ${describeKey(each)} among others`);
    }
  },
};

/**
 * The rules of {@link OperationStore} as cases, for tests of a store of your own:
 *
 * ```ts
 * for (const { name, run } of operationStoreContract(() => new MyStore())) it(name, run);
 * ```
 *
 * One rule is not among them, because only you can test it: an answer that is sealed for a `@persist` method outlives
 * the process.
 *
 * @param make gives an empty store; called once for each case
 */
export function operationStoreContract(
  make: () => Awaitable<OperationStore>,
  options: OperationStoreContractOptions = {},
): readonly OperationStoreCase[] {
  callback(make, "make");
  return Object.entries(rules).map(([name, check]) => ({
    name,
    async run() {
      const store = await make();
      try {
        await check(store);
      } finally {
        await options.dispose?.(store);
      }
    },
  }));
}

function expectEntry(
  found: OperationEntry | undefined,
  expected: OperationEntry | undefined,
  what: string,
): void {
  const [is, must] = [describeEntry(found), describeEntry(expected)];
  if (is !== must) throw violation(`${what} gave ${is}, and it must give ${must}`);
}

function violation(text: string): Error {
  return new Error(`operation store: ${text}`);
}

function describeKey({ sessionId, connectionId, operationId }: OperationKey): string {
  return `session ${sessionId}, connection ${connectionId}, operation ${operationId}`;
}

function describeEntry(entry: OperationEntry | undefined): string {
  // The rule is undefined for an absent entry. A store may give the null of its database by mistake.
  if (entry === undefined) return "undefined";
  if (entry === null) return "null";
  const { methodId, fingerprint, persist, reply: sealed } = entry;
  const kind = persist === true ? "persist" : persist === false ? "volatile" : `persist: ${String(persist)}`;
  const answer =
    sealed === undefined
      ? "no reply"
      : `the reply [${bytesText(sealed.payload)}] with metadata [${bytesText(sealed.metadata)}]`;
  return `${kind} ${typeof methodId} ${methodId} ${fingerprint} with ${answer}`;
}

function bytesText(bytes: unknown): string {
  return bytes instanceof Uint8Array ? bytes.join(" ") : String(bytes);
}
