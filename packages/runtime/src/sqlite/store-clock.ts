/**
 * The clock of a store file: milliseconds for which a process had the file open. It stops in between. Setting the wall
 * clock or resuming the machine does not move it, so neither makes the store forget anything.
 */
import type Database from "better-sqlite3";

/** A later time in a file shows that the file is damaged. */
const latest = 2 ** 52;

export class StoreClock {
  readonly #nowMs: () => number;
  readonly #startedAt: number;
  readonly #base: number;
  #last = 0;

  /** @param nowMs milliseconds on a scale of its own that goes forward only */
  constructor(database: Database.Database, nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#startedAt = nowMs();
    const times = ["operations", "sessions"].map(
      (table) =>
        database
          .prepare<[number], number | null>(`SELECT max(since) FROM ${table} WHERE since BETWEEN 0 AND ?`)
          .pluck()
          .get(latest) ?? 0,
    );
    this.#base = Math.max(...times);
    this.#last = this.#base;
    for (const table of ["operations", "sessions"])
      database
        .prepare(`UPDATE ${table} SET since = ? WHERE since NOT BETWEEN 0 AND ?`)
        .run(this.#base, this.#base);
  }

  /** Whole milliseconds; never less than before. */
  now(): number {
    const now = this.#base + Math.floor(this.#nowMs() - this.#startedAt);
    if (now > this.#last) this.#last = now;
    return this.#last;
  }
}
