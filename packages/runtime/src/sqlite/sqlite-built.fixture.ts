/** For tests that need `better-sqlite3`, which is optional: it is not built on every platform. */

export type Sqlite = typeof import("./index.js");

/** The entry; undefined, and a line that says so, where the database cannot be loaded. */
export async function loadSqlite(): Promise<Sqlite | undefined> {
  try {
    const sqlite = await import("./index.js");
    sqlite.sqliteStore(":memory:").close();
    return sqlite;
  } catch (error) {
    console.warn(`SKIPPED, better-sqlite3 cannot be loaded here: ${String(error)}`);
    return undefined;
  }
}
