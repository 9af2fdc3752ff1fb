import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Database from "better-sqlite3";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { ConnectionSettings } from "../handshake/settings.js";
import type { OperationKey, OperationRecord, SealedReply } from "../operations/operation-store.js";
import type { SessionRecord } from "../resume/session-store.js";
import { operationStoreContract } from "../testing/operation-store-contract.js";
import { loadSqlite } from "./sqlite-built.fixture.js";
import type { SqliteStore, SqliteStoreOptions } from "./sqlite-store.js";

const sqlite = await loadSqlite();
const folder = mkdtempSync(join(tmpdir(), "vox-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function newPath(): string {
  files += 1;
  return join(folder, `${files}.db`);
}

function open(path: string, options?: SqliteStoreOptions): SqliteStore & Disposable {
  if (sqlite === undefined) throw new TypeError("not loaded");
  const store = sqlite.sqliteStore(path, { lockTimeoutMs: 0, ...options });
  return Object.assign(store, { [Symbol.dispose]: () => store.close() });
}

/** A clock that does not move. */
function clockAt(ms: number): { ms: number; readonly nowMs: () => number } {
  const clock = { ms, nowMs: () => clock.ms };
  return clock;
}

/** The database itself, as anybody may open it. */
function raw(path: string): Database.Database {
  const make = createRequire(import.meta.url)("better-sqlite3") as typeof Database;
  return new make(path, { timeout: 0 });
}

const persisted: OperationRecord = { methodId: 2n ** 64n - 7n, fingerprint: "f", persist: true };
const volatile: OperationRecord = { ...persisted, persist: false };

function key(operationId: OperationKey["operationId"]): OperationKey {
  return { sessionId: "s", connectionId: 0, operationId };
}

function reply(bytes = 1): SealedReply {
  return { payload: new Uint8Array(bytes), metadata: Uint8Array.of(0) };
}

function isKnown(store: SqliteStore, ...ids: number[]): boolean[] {
  return ids.map((id) => store.lookup(key(id)) !== undefined);
}

const settings: ConnectionSettings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 };
const record: SessionRecord = {
  sessionId: "a session",
  local: settings,
  peer: { ...settings, parity: "Even" },
  peerSupportsRetry: true,
};
const sessionKey = Uint8Array.from({ length: 16 }, (_, index) => index + 100);

function keyOf(first: number): Uint8Array {
  return Uint8Array.of(first, 1, 2, 3);
}

describe.skipIf(sqlite === undefined)("sqliteStore keeps the contract", () => {
  const dispose = (store: unknown): void => (store as SqliteStore).close();
  for (const { name, run } of operationStoreContract(() => open(newPath()), { dispose })) it(name, run);
});

describe.skipIf(sqlite === undefined)("operations of a sqliteStore", () => {
  it("are as they were when the file is opened again, and no handler works on them", () => {
    const path = newPath();
    const clock = clockAt(5000);
    {
      using store = open(path, { nowMs: clock.nowMs });
      store.admit(key(1), persisted);
      store.admit(key(2), volatile);
      store.seal(key(2), volatile, { payload: Uint8Array.of(0, 9), metadata: Uint8Array.of(0) });
      store.admit(key(3), volatile);
      store.admit(key(4), volatile);
      store.release(key(4));
    }
    clock.ms = 6000;
    using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
    expect(store.lookup(key(1))).toEqual({ ...persisted, reply: undefined });
    // The time in which no process had the file does not count.
    expect(isKnown(store, 1, 2, 3, 4)).toEqual([true, true, true, true]);
    clock.ms = 7000;
    expect(isKnown(store, 1, 2, 3, 4)).toEqual([false, false, false, false]);
  });

  it("keep their replies byte for byte when the file is opened again", () => {
    const path = newPath();
    const sealed = { payload: Uint8Array.from({ length: 300 }, (_, at) => at), metadata: Uint8Array.of(0) };
    {
      using store = open(path);
      store.seal(key(1), persisted, sealed);
    }
    using store = open(path);
    const found = store.lookup(key(1));
    expect({ ...found, reply: undefined }).toEqual({ ...persisted, reply: undefined });
    expect([...(found?.reply?.payload ?? [])]).toEqual([...sealed.payload]);
  });

  it("are forgotten when their time has passed, those that are live are not", () => {
    const clock = clockAt(0);
    using store = open(newPath(), { nowMs: clock.nowMs, ttlMs: 1000 });
    for (const id of [1, 2, 3, 4]) store.admit(key(id), id === 3 ? volatile : persisted);
    store.seal(key(1), persisted, reply());
    store.release(key(2));
    store.release(key(3));
    clock.ms = 999;
    expect(isKnown(store, 1, 2, 3, 4)).toEqual([true, true, true, true]);
    clock.ms = 1000;
    expect(isKnown(store, 1, 2, 3, 4)).toEqual([false, false, false, true]);
    expect(store.admit(key(1), volatile)).toBeUndefined();
    expect(store.lookup(key(1))).toEqual({ ...volatile, reply: undefined });
  });

  it("leave no row behind that has expired", () => {
    const path = newPath();
    const clock = clockAt(0);
    {
      using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
      for (let id = 1; id <= 200; id++) store.seal(key(id), persisted, reply());
      clock.ms = 2000;
      for (let id = 201; id <= 204; id++) store.seal(key(id), persisted, reply());
    }
    const database = raw(path);
    expect(database.prepare("SELECT count(*) FROM operations").pluck().get()).toBe(4);
    database.close();
  });

  it("make room for entries: the oldest sealed one goes first, then volatile ones without handler", () => {
    using store = open(newPath(), { nowMs: clockAt(0).nowMs, maxEntries: 4 });
    store.admit(key(1), persisted);
    store.release(key(1));
    store.admit(key(2), volatile);
    store.release(key(2));
    store.seal(key(3), persisted, reply());
    store.seal(key(4), persisted, reply());
    store.admit(key(5), volatile);
    expect(isKnown(store, 3, 4)).toEqual([false, true]);
    store.admit(key(6), volatile);
    expect(isKnown(store, 4, 2)).toEqual([false, true]);
    store.admit(key(7), volatile);
    expect(isKnown(store, 2)).toEqual([false]);
    // Left are one persisted operation without reply, and three on which handlers work.
    expect(() => store.admit(key(8), volatile)).toThrow(
      expect.objectContaining({ code: "StoreFull", retryable: true }),
    );
    expect(isKnown(store, 1, 5, 6, 7)).toEqual([true, true, true, true]);
  });

  it("make room for bytes, also of those that an earlier process has left", () => {
    const path = newPath();
    {
      using store = open(path, { nowMs: clockAt(0).nowMs });
      store.seal(key(1), persisted, reply(700));
      store.seal(key(2), persisted, reply(700));
    }
    using store = open(path, { nowMs: clockAt(0).nowMs, maxBytes: 2000 });
    store.seal(key(3), persisted, reply(10));
    expect(isKnown(store, 1, 2, 3)).toEqual([false, true, true]);
  });

  it("make room of others, not of themselves, when they are sealed again", () => {
    using store = open(newPath(), { nowMs: clockAt(0).nowMs, maxBytes: 1000 });
    store.seal(key(1), persisted, reply(200));
    store.seal(key(2), persisted, reply(200));
    store.seal(key(1), persisted, reply(400));
    expect(isKnown(store, 1, 2)).toEqual([true, false]);
    expect(store.lookup(key(1))?.reply?.payload.length).toBe(400);
    store.seal(key(3), persisted, reply(80));
    expect(isKnown(store, 1, 3)).toEqual([true, true]);
  });

  it("are what they were when a reply is too large", () => {
    using store = open(newPath(), { nowMs: clockAt(0).nowMs, maxBytes: 1000 });
    store.admit(key(1), persisted);
    store.seal(key(2), persisted, reply(100));
    expect(() => store.seal(key(1), persisted, reply(1000))).toThrow(
      expect.objectContaining({ code: "StoreFull" }),
    );
    expect(store.lookup(key(1))).toEqual({ ...persisted, reply: undefined });
    expect(isKnown(store, 2)).toEqual([true]);
    // Nothing is counted twice.
    store.seal(key(3), persisted, reply(100));
    expect(isKnown(store, 1, 2, 3)).toEqual([true, true, true]);
  });
});

describe.skipIf(sqlite === undefined)("operations that a sqliteStore has forgotten", () => {
  it.each([
    ["for want of room", { maxEntries: 2 }, 0],
    ["by age", { ttlMs: 1000 }, 1000],
  ])("%s run no second time in the next process", (_why, options, ms) => {
    const path = newPath();
    const clock = clockAt(0);
    {
      using store = open(path, { nowMs: clock.nowMs, ...options });
      for (const id of [1, 2]) store.seal(key(id), persisted, reply());
      clock.ms = ms;
      for (const id of [3, 4]) store.seal(key(id), persisted, reply());
    }
    using store = open(path, { nowMs: clock.nowMs, ...options });
    expect(store.admit(key(1), persisted)).toEqual({ ...persisted, reply: undefined });
    // Later ones of the same connection, and those of others, are not concerned.
    expect(store.admit(key(9), volatile)).toBeUndefined();
    expect(store.admit({ ...key(1), sessionId: "another" }, volatile)).toBeUndefined();
  });

  it("since the next process has begun, too", () => {
    const path = newPath();
    const clock = clockAt(0);
    {
      using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
      store.seal(key(1), persisted, reply());
    }
    using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
    clock.ms = 1000;
    expect(store.lookup(key(1))).toBeUndefined();
    expect(store.admit(key(1), persisted)).toEqual({ ...persisted, reply: undefined });
  });

  it("are those of the owner that has most", () => {
    const path = newPath();
    using store = open(path, { nowMs: clockAt(0).nowMs, maxEntries: 20 });
    const of = (owner: string, operationId: number, sessionId = owner): OperationKey => ({
      sessionId,
      connectionId: 0,
      operationId,
      owner,
    });
    for (let id = 1; id <= 5; id++) store.seal(of("customer", id), persisted, reply());
    for (let id = 1; id <= 100; id++) store.seal(of("eve", id, `session ${id}`), persisted, reply());
    for (let id = 1; id <= 5; id++) expect(store.lookup(of("customer", id))?.reply).toBeDefined();
  });
});

describe.skipIf(sqlite === undefined)("an operation with an id of 64 bits", () => {
  const others = [1, 2, 3, 4, 5, 6];
  const sealAll = (store: SqliteStore): void => {
    for (const id of others) store.seal({ ...key(id), sessionId: "other" }, persisted, reply());
  };

  it.each([2n ** 53n + 1n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n])(
    "takes no room from others, and is known as forgotten: %s",
    (id) => {
      const path = newPath();
      const clock = clockAt(0);
      const bounds = { nowMs: clock.nowMs, ttlMs: 1000, maxEntries: 4 };
      {
        using store = open(path, bounds);
        store.seal(key(id), persisted, reply());
        store.admit(key(id - 1n), volatile);
        store.remove(key(id - 1n));
        clock.ms = 5000;
        sealAll(store);
        expect(store.lookup(key(id))).toBeUndefined();
      }
      using store = open(path, bounds);
      expect(store.admit(key(id), persisted)).toEqual({ ...persisted, reply: undefined });
      sealAll(store);
    },
  );
});

describe.skipIf(sqlite === undefined)("the clock of a sqliteStore", () => {
  it.each([
    ["forwards", 48 * 3_600_000],
    ["backwards", -48 * 3_600_000],
  ])("does not move with a wall clock that jumps %s, running or not", (_way, ms) => {
    const path = newPath();
    const wall = vi.spyOn(Date, "now");
    try {
      {
        using store = open(path, { ttlMs: 600_000 });
        store.seal(key(1), persisted, reply());
        store.sessions.save(sessionKey, record);
        wall.mockReturnValue(Date.UTC(2030, 0) + ms);
        store.seal(key(2), persisted, reply());
        expect(isKnown(store, 1, 2)).toEqual([true, true]);
      }
      wall.mockReturnValue(Date.UTC(2030, 0) + 2 * ms);
      using store = open(path, { ttlMs: 600_000 });
      expect(isKnown(store, 1, 2)).toEqual([true, true]);
      expect(store.sessions.find(sessionKey)).toEqual(record);
    } finally {
      wall.mockRestore();
    }
  });

  it("goes on where a file of another time scale has stopped, whatever it holds", () => {
    const path = newPath();
    open(path).close();
    const database = raw(path);
    const insert = database.prepare(
      "INSERT INTO operations (session, connection, operation, method, fingerprint, persist, state, since, bytes, payload, metadata) VALUES (?, 0, ?, 7, 'f', 1, 2, ?, 300, x'00', x'00')",
    );
    for (const [id, since] of [
      [1, 1_700_000_000_000],
      [2, 2n ** 62n],
      [3, -5],
    ] as const)
      insert.run("s", id, since);
    database.close();
    const clock = clockAt(0);
    using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
    expect(isKnown(store, 1, 2, 3)).toEqual([true, true, true]);
    clock.ms = 1000;
    expect(isKnown(store, 1, 2, 3)).toEqual([false, false, false]);
  });
});

describe.skipIf(sqlite === undefined)("rows that are damaged", () => {
  const damage = expect.objectContaining({ code: "RecordDamaged" });
  it.each([
    ["a reply of an operation that has none", "UPDATE operations SET state = 1"],
    ["an operation that has lost its reply", "UPDATE operations SET payload = NULL"],
    ["a state that is none", "UPDATE operations SET state = 9"],
  ])("cost their call: %s", (_what, sql) => {
    const path = newPath();
    {
      using store = open(path);
      store.seal(key(1), persisted, reply());
    }
    const database = raw(path);
    database.exec(sql);
    database.close();
    using store = open(path);
    expect(() => store.admit(key(1), persisted)).toThrow(damage);
    expect(store.admit(key(2), persisted)).toBeUndefined();
  });

  const integers = ["-1", "7", "9223372036854775807", "-9223372036854775808", "9007199254740993"];
  const texts = ["''", "'__proto__'", "char(0)"];
  const columns: Readonly<Record<string, readonly string[]>> = {
    "operations.session": texts,
    "operations.connection": integers,
    "operations.operation": integers,
    "operations.method": integers,
    "operations.fingerprint": texts,
    "operations.persist": integers,
    "operations.state": integers,
    "operations.since": integers,
    "operations.bytes": integers,
    "operations.payload": ["NULL", "x''", "zeroblob(10000)"],
    "operations.metadata": ["NULL", "x''", "zeroblob(10000)"],
    "operations.owner": texts,
    "sessions.key": ["x''", "zeroblob(10000)"],
    "sessions.record": texts,
    "sessions.live": integers,
    "sessions.since": integers,
    "forgotten.session": texts,
    "forgotten.connection": integers,
    "forgotten.operation": integers,
    "forgotten.since": integers,
  };

  it("are damaged in each column of each table by this test", () => {
    const path = newPath();
    open(path).close();
    const database = raw(path);
    const all = ["operations", "sessions", "forgotten"].flatMap((table) =>
      (database.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => `${table}.${name}`),
    );
    database.close();
    expect(Object.keys(columns)).toEqual(all.filter((column) => column !== "operations.id"));
  });

  it.each(Object.entries(columns))("cost no other session its room: %s", (column, values) => {
    const [table, name] = column.split(".");
    for (const value of values) {
      const path = newPath();
      const clock = clockAt(0);
      const bounds = { nowMs: clock.nowMs, ttlMs: 1000, maxEntries: 8, maxBytes: 20_000, maxSessions: 3 };
      {
        using store = open(path, bounds);
        store.seal(key(1), persisted, reply());
        store.admit(key(2), persisted);
        for (const each of [1, 2]) store.sessions.save(keyOf(each), record);
      }
      const database = raw(path);
      database.exec("INSERT INTO forgotten VALUES ('s', 0, 5, 0), ('t', 0, 5, 0)");
      database.exec(`UPDATE OR IGNORE ${table} SET ${name} = ${value}`);
      database.close();
      using store = open(path, bounds);
      for (let turn = 0; turn < 2; turn++, clock.ms += 5000) {
        for (let id = 1; id < 12; id++, clock.ms++)
          store.seal({ ...key(id), sessionId: `other ${turn}` }, persisted, reply());
        for (const each of [3, 4, 5]) store.sessions.save(keyOf(each), record);
        for (const each of [3, 4, 5]) store.sessions.remove(keyOf(each));
      }
    }
  });

  it.each(["", "{", "\u0000", "[1,"])("cost their session: %j", (text) => {
    const path = newPath();
    {
      using store = open(path);
      store.sessions.save(sessionKey, record);
      store.sessions.save(keyOf(1), record);
    }
    const database = raw(path);
    database.prepare("UPDATE sessions SET record = ? WHERE key = (SELECT min(key) FROM sessions)").run(text);
    database.close();
    using store = open(path);
    const outcomes = [sessionKey, keyOf(1)].map((each) => {
      try {
        return store.sessions.find(each);
      } catch (error) {
        return (error as { code: string }).code;
      }
    });
    expect(outcomes).toContain("RecordDamaged");
    expect(outcomes).toContainEqual(record);
  });
});

describe.skipIf(sqlite === undefined)("sessions of a sqliteStore", () => {
  it("are found by their keys, replaced, and forgotten", () => {
    using store = open(newPath());
    const { sessions } = store;
    expect(sessions.find(sessionKey)).toBeUndefined();
    sessions.save(sessionKey, record);
    expect(sessions.find(Uint8Array.from(sessionKey))).toEqual(record);
    expect(sessions.find(keyOf(1))).toBeUndefined();
    sessions.save(sessionKey, { ...record, sessionId: "b" });
    expect(sessions.find(sessionKey)?.sessionId).toBe("b");
    sessions.remove(sessionKey);
    sessions.remove(sessionKey);
    expect(sessions.find(sessionKey)).toBeUndefined();
  });

  it("are found when the file is opened again, for a time that begins then", () => {
    const path = newPath();
    const clock = clockAt(0);
    {
      using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
      store.sessions.save(sessionKey, record);
      clock.ms = 50_000;
      // It is alive for as long as its process says so.
      expect(store.sessions.find(sessionKey)).toEqual(record);
    }
    using store = open(path, { nowMs: clock.nowMs, ttlMs: 1000 });
    clock.ms = 50_999;
    expect(store.sessions.find(sessionKey)).toEqual(record);
    clock.ms = 51_000;
    expect(store.sessions.find(sessionKey)).toBeUndefined();
  });

  it("make room of those that an earlier process has left, and of no others", () => {
    const path = newPath();
    {
      using store = open(path, { nowMs: clockAt(0).nowMs });
      store.sessions.save(keyOf(1), record);
    }
    using store = open(path, { nowMs: clockAt(10).nowMs, maxSessions: 2 });
    const { sessions } = store;
    sessions.save(keyOf(2), record);
    sessions.save(keyOf(2), record);
    expect(sessions.find(keyOf(1))).toEqual(record);
    sessions.save(keyOf(3), record);
    expect(sessions.find(keyOf(1))).toBeUndefined();
    expect(() => sessions.save(keyOf(4), record)).toThrow(expect.objectContaining({ code: "StoreFull" }));
    sessions.remove(keyOf(3));
    sessions.save(keyOf(4), record);
    expect([keyOf(2), keyOf(4)].map((each) => sessions.find(each))).toEqual([record, record]);
  });

  it("cannot be resumed by who reads the file", () => {
    const path = newPath();
    {
      using store = open(path);
      store.sessions.save(sessionKey, record);
    }
    expect(readFileSync(path).includes(Buffer.from(sessionKey))).toBe(false);
    expect(readFileSync(path).includes("a session")).toBe(true);
  });
});

describe.skipIf(sqlite === undefined)("the file of a sqliteStore", () => {
  const incompatible = expect.objectContaining({ name: "StoreError", code: "StoreIncompatible" });
  const unavailable = expect.objectContaining({ name: "StoreError", code: "StoreUnavailable" });

  it.skipIf(process.platform === "win32")("is its owner's only", () => {
    const path = newPath();
    using store = open(path);
    store.admit(key(1), persisted);
    expect([path, `${path}-wal`].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it("is refused, and left as it is, when it is no database", () => {
    const path = newPath();
    const text = "a letter to somebody else\n".repeat(100);
    writeFileSync(path, text);
    expect(() => open(path)).toThrow(incompatible);
    expect(() => open(path)).toThrow("this is no SQLite database");
    expect(readFileSync(path, "utf8")).toBe(text);
  });

  it("is refused, and left as it is, when it is a database of something else", () => {
    const path = newPath();
    const database = raw(path);
    database.exec("CREATE TABLE operations (id INTEGER PRIMARY KEY)");
    database.close();
    const before = readFileSync(path);
    expect(() => open(path)).toThrow(incompatible);
    expect(() => open(path)).toThrow("a database of something else");
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("is refused when a later version has written it", () => {
    const path = newPath();
    open(path).close();
    const database = raw(path);
    database.pragma("user_version = 4");
    database.close();
    expect(() => open(path)).toThrow(incompatible);
    expect(() => open(path)).toThrow("it has version 4, and this library reads version 3");
  });

  it.each([
    ["1", "DROP TABLE forgotten; DROP INDEX operations_by_owner; ALTER TABLE operations DROP COLUMN owner;"],
    ["2", ""],
  ])("of version %s is taken over: what it has kept is known as forgotten", (found, undo) => {
    const path = newPath();
    const before = open(path);
    before.admit(key(7), persisted);
    before.seal(key(7), persisted, reply());
    before.close();
    const database = raw(path);
    database.exec(undo);
    database.pragma(`user_version = ${found}`);
    database.close();
    using store = open(path);
    expect(store.admit(key(7), persisted)).toEqual({ ...persisted, reply: undefined });
    expect(store.admit(key(8), persisted)).toBeUndefined();
  });

  it("is one store's at a time", () => {
    const path = newPath();
    const store = open(path);
    expect(() => open(path)).toThrow(unavailable);
    expect(() => open(path)).toThrow("has it open");
    store.close();
    open(path).close();
  });

  it("may not be where nothing can be", () => {
    expect(() => open(join(folder, "no", "such", "folder.db"))).toThrow(unavailable);
    expect(() => open(folder)).toThrow(unavailable);
  });

  it("is given back by close, and nothing is answered then", () => {
    const store = open(newPath());
    store.close();
    store.close();
    expect(() => store.admit(key(1), persisted)).toThrow(unavailable);
    expect(() => store.lookup(key(1))).toThrow("it has been closed");
    expect(() => store.sessions.find(sessionKey)).toThrow(unavailable);
  });

  it("keeps operations when it is to survive the machine, too", () => {
    const path = newPath();
    using store = open(path, { synchronous: "full" });
    store.seal(key(1), persisted, reply());
    expect(isKnown(store, 1)).toEqual([true]);
  });
});
