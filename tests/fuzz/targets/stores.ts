/** Data at rest that is damaged: records that a store gives back, and the file of a SQLite store. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StoreError } from "../../../packages/runtime/src/errors.js";
import { checkedEntry } from "../../../packages/runtime/src/operations/checked-entry.js";
import type {
  OperationKey,
  OperationRecord,
} from "../../../packages/runtime/src/operations/operation-store.js";
import { checkedRecord } from "../../../packages/runtime/src/resume/session-record.js";
import type { SessionRecord } from "../../../packages/runtime/src/resume/session-store.js";
import { loadSqlite } from "../../../packages/runtime/src/sqlite/sqlite-built.fixture.js";
import { mutateParts, mutateText } from "../../support/mutate.js";
import { packParts, unpackParts } from "../../support/parts.js";
import type { Target } from "../target.js";

const settings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 } as const;
const record: SessionRecord = {
  sessionId: "0123456789abcdef0123456789abcdef",
  local: settings,
  peer: { ...settings, parity: "Even" },
  peerSupportsRetry: true,
  identity: "00112233445566778899aabbccddeeff",
  claims: ["00112233445566778899aabbccddeeff"],
};
const call: OperationRecord = { methodId: 2n ** 64n - 7n, fingerprint: "f00d", persist: true };
const replies = [
  { payload: Uint8Array.of(0, 7), metadata: Uint8Array.of(0) },
  { payload: Uint8Array.of(1, 0, 3), metadata: Uint8Array.of(1, 1, 97, 0, 1, 98, 0) },
];

/** @returns undefined for what the store's check refuses as damaged */
function unlessRefused<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof StoreError) return undefined;
    throw error;
  }
}

/** What `checkedRecord` lets through is a record, and nothing else is in it. */
function checkSession(given: unknown): void {
  const checked = unlessRefused(() => checkedRecord(given));
  if (checked === undefined) return;
  const again = checkedRecord(JSON.parse(JSON.stringify(checked)));
  if (JSON.stringify(again) !== JSON.stringify(checked)) throw new Error("a record checked twice differs");
  for (const { parity, maxConcurrentRequests, initialChannelCredit } of [checked.local, checked.peer])
    if (
      (parity !== "Odd" && parity !== "Even") ||
      !(maxConcurrentRequests >= 0 && maxConcurrentRequests <= 0xffff_ffff) ||
      !(initialChannelCredit >= 1 && initialChannelCredit <= 0xffff_ffff)
    )
      throw new Error("settings that are none");
}

/** JSON has neither bigints nor bytes: `12n` and `#0a0b` stand for them. */
function revived(_key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (/^\d{1,30}n$/.test(value)) return BigInt(value.slice(0, -1));
  return value.startsWith("#") ? Uint8Array.from(Buffer.from(value.slice(1), "hex")) : value;
}

function noted(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  return value instanceof Uint8Array ? `#${Buffer.from(value).toString("hex")}` : value;
}

function checkEntry(given: unknown): void {
  const entry = unlessRefused(() => checkedEntry(given));
  if (entry?.reply === undefined) return;
  if (entry.reply.payload[0] !== 0 && entry.reply.payload[0] !== 1) throw new Error("a reply that is none");
}

/** Records of sessions and of operations, as JSON that was damaged. */
export function records(): Target {
  const texts = [record, call, ...replies.map((reply) => ({ ...call, reply })), null, []].map((each) =>
    JSON.stringify(each, noted),
  );
  const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
  return {
    corpus: texts.map((each) => Buffer.from(each)),
    mutate: (input, others, random) =>
      Buffer.from(mutateText(text(input), text(others[random(others.length)] ?? input), random)),
    isQuick: true,
    check(input) {
      let given: unknown;
      try {
        given = JSON.parse(text(input), revived);
      } catch {
        return;
      }
      checkSession(given);
      checkEntry(given);
    },
  };
}

const key = (operationId: number): OperationKey => ({ sessionId: "s", connectionId: 0, operationId });
const resumeKey = (first: number): Uint8Array => Uint8Array.of(first, ...new Uint8Array(15));

/**
 * The file of a SQLite store. A part is a change of the file: its first three bytes are the place, the others are
 * written there; tag 1 cuts the file off at the place.
 */
export async function store(): Promise<Target | undefined> {
  const sqlite = await loadSqlite();
  if (sqlite === undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "vox-fuzz-"));
  const path = join(folder, "store.db");
  const open = () => sqlite.sqliteStore(path, { lockTimeoutMs: 0 });
  {
    using fresh = closing(open());
    for (let at = 0; at < 12; at++) {
      fresh.store.admit(key(at), call);
      if (at % 3 !== 0) fresh.store.seal(key(at), call, replies[at % 2] as (typeof replies)[0]);
      fresh.store.sessions.save(resumeKey(at), record);
    }
  }
  const whole = readFileSync(path);
  const change = (at: number, ...bytes: readonly number[]) => ({
    tag: 0,
    bytes: Uint8Array.of(at & 0xff, (at >> 8) & 0xff, at >> 16, ...bytes),
  });
  const corpus = [
    packParts([]),
    ...Array.from({ length: 64 }, (_, at) => packParts([change(Math.floor((whole.length * at) / 64), 0xff)])),
    ...Array.from({ length: 24 }, (_, at) => packParts([change(at * 4, 0, 0, 0, 1)])),
    packParts([{ ...change(4096), tag: 1 }]),
  ];
  return {
    corpus,
    mutate: mutateParts,
    isQuick: true,
    check(input) {
      rmSync(`${path}-wal`, { force: true });
      rmSync(`${path}-journal`, { force: true });
      writeFileSync(path, damaged(whole, input));
      unlessRefused(() => {
        using opened = closing(open());
        for (let at = 0; at < 13; at++) use(opened.store, at);
      });
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

type Store = ReturnType<typeof import("../../../packages/runtime/src/sqlite/index.js")["sqliteStore"]>;

function closing(store: Store): Disposable & { readonly store: Store } {
  return { store, [Symbol.dispose]: () => store.close() };
}

function damaged(whole: Uint8Array, input: Uint8Array): Uint8Array {
  let file: Uint8Array = whole.slice();
  for (const { tag, bytes } of unpackParts(input)) {
    const [low = 0, middle = 0, high = 0] = bytes;
    const place = (low + (middle << 8) + (high << 16)) % (file.length + 1);
    if (tag === 1) file = file.slice(0, place);
    else file.set(bytes.subarray(3, 3 + file.length - place), place);
  }
  return file;
}

/** Every method at a key: each may refuse, and what it gives back is checked like the runtime checks it. */
function use(store: Store, at: number): void {
  unlessRefused(() => checkEntry(store.lookup(key(at))));
  unlessRefused(() => checkEntry(store.admit(key(at), call)));
  unlessRefused(() => checkSession(store.sessions.find(resumeKey(at))));
  unlessRefused(() => store.seal(key(at), call, replies[0] as (typeof replies)[0]));
  unlessRefused(() => store.sessions.save(resumeKey(at), record));
  unlessRefused(() => store.release(key(at)));
  unlessRefused(() => store.remove(key(at)));
  unlessRefused(() => store.sessions.remove(resumeKey(at)));
}
