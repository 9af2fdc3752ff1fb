/**
 * The operations that a file has forgotten while their session may still exist: the largest id of each connection.
 * Within one process the connection itself has the operations that were begun. The next process needs this table, so
 * that it does not run them again.
 */
import type Database from "better-sqlite3";
import type { StoreClock } from "./store-clock.js";

/** An operation by its key. */
export interface ForgottenKey {
  readonly session: string;
  readonly connection: bigint;
  readonly operation: bigint;
}

/** An operation that the file has forgotten. */
export interface ForgottenRow extends ForgottenKey {
  readonly id: bigint;
}

export class ForgottenOperations {
  readonly #clock: StoreClock;
  readonly #bounds: { readonly ttlMs: number; readonly maxEntries: number };
  /** The operations of earlier processes that are forgotten, as the largest id of each connection. */
  readonly #before = new Map<string, bigint>();
  /** The last row that an earlier process has written. */
  readonly #lastRow: number;
  readonly #put: Database.Statement<unknown[]>;
  readonly #dropOld: Database.Statement<[number]>;
  readonly #dropMost: Database.Statement<[number]>;

  constructor(
    database: Database.Database,
    bounds: { readonly ttlMs: number; readonly maxEntries: number },
    clock: StoreClock,
  ) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#lastRow = database.prepare<[], number | null>("SELECT max(id) FROM operations").pluck().get() ?? 0;
    // Clients may come back from now on.
    database.prepare("UPDATE forgotten SET since = ?").run(clock.now());
    const rows = database
      .prepare<[], ForgottenKey>("SELECT session, connection, operation FROM forgotten")
      .safeIntegers()
      .all();
    for (const row of rows) this.#before.set(nameOf(row), row.operation);
    this.#put = database.prepare(
      `INSERT INTO forgotten (session, connection, operation, since) VALUES (?, ?, ?, ?)
        ON CONFLICT (session, connection) DO UPDATE SET operation = max(operation, excluded.operation), since = excluded.since`,
    );
    this.#dropOld = database.prepare("DELETE FROM forgotten WHERE since <= ?");
    this.#dropMost = database.prepare(
      "DELETE FROM forgotten WHERE rowid IN (SELECT rowid FROM forgotten ORDER BY since DESC LIMIT -1 OFFSET ?)",
    );
  }

  /** Whether an earlier process has forgotten this operation, or a later one of its connection. */
  has(key: ForgottenKey): boolean {
    const largest = this.#before.size === 0 ? undefined : this.#before.get(nameOf(key));
    return largest !== undefined && key.operation <= largest;
  }

  add(rows: readonly ForgottenRow[]): void {
    const now = this.#clock.now();
    for (const row of rows) {
      const { session, connection, operation } = row;
      this.#put.run(session, connection, operation, now);
      if (!this.isOfBefore(row.id)) continue;
      const largest = this.#before.get(nameOf(row));
      if (largest === undefined || operation > largest) this.#before.set(nameOf(row), operation);
    }
  }

  /** Whether an earlier process has written this row. */
  isOfBefore(id: bigint): boolean {
    return id <= this.#lastRow;
  }

  /** Removes the rows whose peers do not come back any more. */
  sweep(): void {
    this.#dropOld.run(this.#clock.now() - this.#bounds.ttlMs);
    this.#dropMost.run(Math.floor(Math.min(this.#bounds.maxEntries, Number.MAX_SAFE_INTEGER)));
  }
}

function nameOf({ session, connection }: ForgottenKey): string {
  return `${session}/${connection}`;
}
