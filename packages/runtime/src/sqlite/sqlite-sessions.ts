/** Records of resumable sessions in a file. Source: `protocol/session.md` §7. */
import { createHash } from "node:crypto";
import type Database from "better-sqlite3";
import { StoreError } from "../errors.js";
import type { SessionRecord, SessionStore } from "../resume/session-store.js";
import type { StoreClock } from "./store-clock.js";

/** Bounds of the sessions. */
export interface SessionBounds {
  readonly maxSessions: number;
  /** For sessions of a process that has ended, counted from the start of the next process. */
  readonly ttlMs: number;
}

interface Row {
  readonly record: string;
  readonly live: number;
  readonly since: number;
}

/**
 * The table of sessions. Sessions of this process stay until they are removed. Sessions of earlier processes stay until
 * their time has passed, or until their room is needed. Only a hash of each key is kept, so that a reader of the file
 * cannot resume a session.
 */
export class SqliteSessions implements SessionStore {
  readonly #bounds: SessionBounds;
  readonly #clock: StoreClock;
  #rows: number;
  readonly #put: Database.Statement<[Uint8Array, string, number]>;
  readonly #get: Database.Statement<[Uint8Array], Row>;
  readonly #drop: Database.Statement<[Uint8Array]>;
  readonly #sweep: Database.Statement<[number]>;
  readonly #dropOldest: Database.Statement<[]>;
  readonly #add: (key: Uint8Array, record: string) => void;

  constructor(database: Database.Database, bounds: SessionBounds, clock: StoreClock) {
    this.#bounds = bounds;
    this.#clock = clock;
    database.prepare("UPDATE sessions SET live = 0, since = ? WHERE live = 1").run(this.#time);
    this.#put = database.prepare(
      "INSERT OR REPLACE INTO sessions (key, record, live, since) VALUES (?, ?, 1, ?)",
    );
    this.#get = database.prepare("SELECT record, live, since FROM sessions WHERE key = ?");
    this.#drop = database.prepare("DELETE FROM sessions WHERE key = ?");
    this.#sweep = database.prepare("DELETE FROM sessions WHERE live = 0 AND since <= ?");
    this.#rows = database.prepare<[], number>("SELECT count(*) FROM sessions").pluck().get() ?? 0;
    this.#dropOldest = database.prepare(
      "DELETE FROM sessions WHERE key = (SELECT key FROM sessions WHERE live = 0 ORDER BY since LIMIT 1)",
    );
    this.#add = database.transaction((key: Uint8Array, record: string) => {
      if (this.#get.get(key) === undefined) this.#makeRoom();
      this.#put.run(key, record, this.#time);
    });
  }

  save(resumeKey: Uint8Array, record: SessionRecord): void {
    const rows = this.#rows;
    try {
      this.#add(hashOf(resumeKey), JSON.stringify(record));
    } catch (error) {
      this.#rows = rows;
      throw error;
    }
  }

  find(resumeKey: Uint8Array): SessionRecord | undefined {
    const row = this.#get.get(hashOf(resumeKey));
    if (row === undefined || (row.live === 0 && row.since <= this.#time - this.#bounds.ttlMs))
      return undefined;
    try {
      // The caller checks the record.
      return JSON.parse(row.record) as SessionRecord;
    } catch (cause) {
      throw new StoreError("RecordDamaged", "a session's record is damaged: it is no JSON", { cause });
    }
  }

  remove(resumeKey: Uint8Array): void {
    this.#rows -= this.#drop.run(hashOf(resumeKey)).changes;
  }

  get #time(): number {
    return this.#clock.now();
  }

  /** Makes room for one more key, and counts it. @throws StoreError `StoreFull` */
  #makeRoom(): void {
    const { maxSessions, ttlMs } = this.#bounds;
    if (this.#rows >= maxSessions) this.#rows -= this.#sweep.run(this.#time - ttlMs).changes;
    if (this.#rows >= maxSessions) this.#rows -= this.#dropOldest.run().changes;
    if (this.#rows >= maxSessions)
      throw new StoreError(
        "StoreFull",
        `the session store has no room: ${this.#rows} of ${maxSessions} keys`,
      );
    this.#rows += 1;
  }
}

function hashOf(resumeKey: Uint8Array): Uint8Array {
  return createHash("sha256").update(resumeKey).digest();
}
