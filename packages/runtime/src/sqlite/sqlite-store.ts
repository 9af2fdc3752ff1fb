/** What applications make of a file: a store of operations, and of the sessions to which they belong. */
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
  anyObject,
  bound,
  callback,
  checkOptions,
  duration,
  type OptionChecks,
  oneOf,
  text,
} from "../options/checks.js";
import type { SessionRecord, SessionStore } from "../resume/session-store.js";
import { SqliteOperations } from "./sqlite-operations.js";
import { SqliteSessions } from "./sqlite-sessions.js";
import { StoreClock } from "./store-clock.js";
import { openStoreFile, storeError } from "./store-file.js";

/** What {@link sqliteStore} may be given. */
export interface SqliteStoreOptions {
  /** Operations that are kept. Default 100 000. */
  readonly maxEntries?: number | undefined;
  /** Bytes that their answers may take, bookkeeping included. The file may be larger by its indexes. Default 256 MiB. */
  readonly maxBytes?: number | undefined;
  /** Keys of sessions that are kept, up to five of each session. Default 100 000. */
  readonly maxSessions?: number | undefined;
  /**
   * Milliseconds after which is forgotten: an operation that is sealed or that no handler works on, and a session whose
   * process has ended, counted from the start of the next one. Longer than a client may be away. Default 600 000.
   */
  readonly ttlMs?: number | undefined;
  /**
   * What the file survives. `"process"`: that the process ends at any moment, by `kill -9` too. `"machine"`: also that
   * the machine does; each operation then waits twice for the disk. Default `"process"`.
   */
  readonly synchronous?: "normal" | "full" | undefined;
  /** Milliseconds to wait while another process, an earlier one that is about to end, has the file. Default 2000. */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * Milliseconds on a scale that goes forward only. Default `performance.now`: the time that counts is that for which a
   * process has the file open.
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
  observer: anyObject,
};

/** What {@link sqliteStore} gives. It answers at once. */
export interface SqliteStore extends OperationStore {
  /** For the sessions of the same server: without them a server that was restarted knows no client again. */
  readonly sessions: SessionStore;
  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined;
  lookup(key: OperationKey): OperationEntry | undefined;
  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void;
  release(key: OperationKey): void;
  remove(key: OperationKey): void;
  /** Gives the file back; what is asked of the store from then on is `StoreUnavailable`. Harmless when closed. */
  close(): void;
}

/**
 * Opens the file, or makes it: readable by its owner only. One store at a time has it; a process that ends gives it back,
 * however it ends. When it is full it forgets as `memoryOperationStore` does. Close it after the server that uses it.
 *
 * ```ts
 * const store = sqliteStore("jobs.vox.db");
 * await using server = await serve(url, jobsDispatcher(handler), {
 *   operationStore: store,
 *   resumable: { store: store.sessions },
 * });
 * ```
 *
 * @throws StoreError `StoreIncompatible` for a file that is something else, or of a later version; `StoreUnavailable` when
 * it cannot be opened, is open elsewhere, or `better-sqlite3` was not built for this platform
 */
export function sqliteStore(path: string, options: SqliteStoreOptions = {}): SqliteStore {
  text(path, "path");
  checkOptions(options, sqliteStoreChecks);
  return new FileStore(path, options);
}

class FileStore implements SqliteStore {
  readonly sessions: SessionStore;
  private readonly path: string;
  private readonly operations: SqliteOperations;
  private readonly shut: () => void;
  private isClosed = false;

  constructor(path: string, options: SqliteStoreOptions) {
    const { maxEntries = 100_000, maxBytes = 256 * 1024 * 1024, maxSessions = 100_000 } = options;
    const {
      ttlMs = 600_000,
      synchronous = "normal",
      lockTimeoutMs = 2000,
      nowMs = () => performance.now(),
    } = options;
    this.path = path;
    const database = openStoreFile(path, { synchronous, lockTimeoutMs });
    this.shut = () => database.close();
    try {
      const clock = new StoreClock(database, nowMs);
      const { observer } = options;
      this.operations = new SqliteOperations(database, { maxEntries, maxBytes, ttlMs, observer }, clock);
      const sessions = new SqliteSessions(database, { maxSessions, ttlMs }, clock);
      this.sessions = {
        save: (key, record) => this.ask(() => sessions.save(key, record)),
        find: (key): SessionRecord | undefined => this.ask(() => sessions.find(key)),
        remove: (key) => this.ask(() => sessions.remove(key)),
      };
    } catch (error) {
      database.close();
      throw storeError(path, error);
    }
  }

  admit(key: OperationKey, record: OperationRecord): OperationEntry | undefined {
    return this.ask(() => this.operations.admit(key, record));
  }

  lookup(key: OperationKey): OperationEntry | undefined {
    return this.ask(() => this.operations.lookup(key));
  }

  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): void {
    this.ask(() => this.operations.seal(key, record, reply));
  }

  release(key: OperationKey): void {
    this.ask(() => this.operations.release(key));
  }

  remove(key: OperationKey): void {
    this.ask(() => this.operations.remove(key));
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.shut();
  }

  /** @throws StoreError for whatever the database throws */
  private ask<T>(step: () => T): T {
    if (this.isClosed) throw new StoreError("StoreUnavailable", `store ${this.path}: it has been closed`);
    try {
      return step();
    } catch (error) {
      throw storeError(this.path, error);
    }
  }
}
