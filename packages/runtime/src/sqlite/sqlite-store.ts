/** A store in a file: operations, and the sessions to which they belong. */
import { StoreError } from "../errors.js";
import type { Observer } from "../observer.js";
import type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "../operations/operation-store.js";
import {
  bound,
  callback,
  checkOptions,
  duration,
  type OptionChecks,
  oneOf,
  text,
} from "../options/checks.js";
import type { SessionRecord, SessionStore } from "../resume/session-store.js";
import { observerCheck } from "../session/observer-check.js";
import { SqliteOperations } from "./sqlite-operations.js";
import { SqliteSessions } from "./sqlite-sessions.js";
import { StoreClock } from "./store-clock.js";
import { openStoreFile, storeError } from "./store-file.js";

/** What {@link sqliteStore} may be given. */
export interface SqliteStoreOptions {
  /** Operations that are kept. Default 100 000. */
  readonly maxEntries?: number | undefined;
  /**
   * Bytes that their answers may take, bookkeeping included. The file may be larger by its indexes. Default 256 MiB.
   */
  readonly maxBytes?: number | undefined;
  /** Keys of sessions that are kept, up to five of each session. Default 100 000. */
  readonly maxSessions?: number | undefined;
  /**
   * Milliseconds after which the store forgets an operation that is sealed or that no handler works on. It forgets a
   * session of an ended process this long after the start of the next process. Choose a longer time than a client may
   * be away. Default 600 000.
   */
  readonly ttlMs?: number | undefined;
  /**
   * What the file survives. `"normal"`: a process that ends at any moment, even by `kill -9`. `"full"`: also a machine
   * that stops at any moment; each operation then waits twice for the disk. Default `"normal"`.
   */
  readonly synchronous?: "normal" | "full" | undefined;
  /**
   * Milliseconds to wait for the file while another process has it, like an earlier one that is ending. Default 2000.
   */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * Milliseconds on a scale that only goes forward. Default `performance.now`. Time only counts while a process has the
   * file open.
   */
  readonly nowMs?: (() => number) | undefined;
  /** Hears `onStorePressure` when the file is nearly full. */
  readonly observer?: Observer | undefined;
}

export const sqliteStoreChecks: OptionChecks<SqliteStoreOptions> = {
  maxEntries: bound,
  maxBytes: bound,
  maxSessions: bound,
  ttlMs: duration,
  synchronous: oneOf("normal", "full"),
  lockTimeoutMs: duration,
  nowMs: callback,
  observer: observerCheck,
};

/** The store that {@link sqliteStore} returns. It answers at once, without promises. */
export interface SqliteStore extends OperationStore {
  /** The store for the sessions of the same server: without it, a restarted server does not recognise its clients. */
  readonly sessions: SessionStore;
  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined;
  lookup(key: OperationKey): OperationEntry | undefined;
  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void;
  release(key: OperationKey): void;
  remove(key: OperationKey): void;
  /** Closes the file. From then on the store throws `StoreUnavailable`. Closing twice is harmless. */
  close(): void;
}

/**
 * Opens the file, or makes it: only its owner may read it. Only one store at a time has the file; the system releases
 * it when the process ends, however that happens. A full store forgets entries as `memoryOperationStore` does. Close
 * the store after the server that uses it.
 *
 * ```ts
 * const store = sqliteStore("jobs.vox.db");
 * await using server = await serve(url, jobsDispatcher(handler), {
 *   operationStore: store,
 *   resumable: { store: store.sessions },
 * });
 * ```
 *
 * @throws StoreError `StoreIncompatible` for a file of another kind or of a later version; `StoreUnavailable` when the
 * file cannot be opened or is open elsewhere, or when `better-sqlite3` was not built for this platform
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  text(path, "path");
  checkOptions(options, sqliteStoreChecks);
  return new FileStore(path, options);
}

class FileStore implements SqliteStore {
  readonly sessions: SessionStore;
  readonly #path: string;
  readonly #operations: SqliteOperations;
  readonly #shut: () => void;
  #isClosed = false;

  constructor(path: string, options: SqliteStoreOptions) {
    const { maxEntries = 100_000, maxBytes = 256 * 1024 * 1024, maxSessions = 100_000 } = options;
    const {
      ttlMs = 600_000,
      synchronous = "normal",
      lockTimeoutMs = 2000,
      nowMs = () => performance.now(),
    } = options;
    this.#path = path;
    const database = openStoreFile(path, { synchronous, lockTimeoutMs });
    this.#shut = () => database.close();
    try {
      const clock = new StoreClock(database, nowMs);
      const { observer } = options;
      this.#operations = new SqliteOperations(database, { maxEntries, maxBytes, ttlMs, observer }, clock);
      const sessions = new SqliteSessions(database, { maxSessions, ttlMs }, clock);
      this.sessions = {
        save: (key, record) => this.#ask(() => sessions.save(key, record)),
        find: (key): SessionRecord | undefined => this.#ask(() => sessions.find(key)),
        remove: (key) => this.#ask(() => sessions.remove(key)),
      };
    } catch (error) {
      database.close();
      throw storeError(path, error);
    }
  }

  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined {
    return this.#ask(() => this.#operations.admit(key, record));
  }

  lookup(key: OperationKey): OperationEntry | undefined {
    return this.#ask(() => this.#operations.lookup(key));
  }

  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void {
    this.#ask(() => this.#operations.seal(key, record, reply));
  }

  release(key: OperationKey): void {
    this.#ask(() => this.#operations.release(key));
  }

  remove(key: OperationKey): void {
    this.#ask(() => this.#operations.remove(key));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#shut();
  }

  /** @throws StoreError for any error of the database */
  #ask<T>(step: () => T): T {
    if (this.#isClosed) throw new StoreError("StoreUnavailable", `store ${this.#path}: it has been closed`);
    try {
      return step();
    } catch (error) {
      throw storeError(this.#path, error);
    }
  }
}
