/** The database file: the check of its kind, its tables, and the errors for its faults. */
import { closeSync, openSync } from "node:fs";
import Database from "better-sqlite3";
import { StoreError } from "../errors.js";

/** Written into the header of the file: `Vox` and a byte for the kind of the file. */
const applicationId = 0x566f_7801;
/** Grows when the tables or the fingerprints change. */
const version = 3;
const inMemory = ":memory:";
/** The log beside the file is cut back to this size, bytes. */
const logBytes = 4 * 1024 * 1024;

/** States of an operation. Live ones have a handler that works on them. */
export const states = { live: 0, released: 1, sealed: 2 } as const;

/** Bytes of an entry beside its reply, roughly: a row and its places in two indexes. */
export const entryBytes = 256;

/**
 * Columns that only this library counts with. A damaged one would block the room of the others, or the opening of the
 * file: it gets the value that the rest of its row has.
 */
const repaired = `
  UPDATE operations SET state = ${states.live} WHERE state NOT IN (${Object.values(states).join()});
  UPDATE operations SET bytes = ${entryBytes} + coalesce(length(payload), 0) + coalesce(length(metadata), 0)
    WHERE bytes <> ${entryBytes} + coalesce(length(payload), 0) + coalesce(length(metadata), 0);
  UPDATE sessions SET live = 1 WHERE live NOT IN (0, 1);
`;

const forgotten = `
  CREATE TABLE forgotten (
    session TEXT NOT NULL,
    connection INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (session, connection)
  ) STRICT;
`;

const tables = `
  CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    session TEXT NOT NULL,
    connection INTEGER NOT NULL,
    operation INTEGER NOT NULL,
    method INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    persist INTEGER NOT NULL,
    state INTEGER NOT NULL,
    since INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    payload BLOB,
    metadata BLOB,
    owner TEXT NOT NULL DEFAULT '',
    UNIQUE (session, connection, operation)
  ) STRICT;
  CREATE INDEX operations_by_age ON operations (state, since);
  CREATE INDEX operations_by_owner ON operations (owner, state, since);
  CREATE TABLE sessions (
    key BLOB PRIMARY KEY,
    record TEXT NOT NULL,
    live INTEGER NOT NULL,
    since INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sessions_by_age ON sessions (live, since);
`;

/** Turns a file of version 1 into one of version 2. */
const ownersAdded = `
  ALTER TABLE operations ADD COLUMN owner TEXT NOT NULL DEFAULT '';
  CREATE INDEX operations_by_owner ON operations (owner, state, since);
`;

/**
 * Turns a file of version 2 into one of version 3. The fingerprints of version 2 are of another hash, so a call that is
 * sent again cannot be compared with its operation. It is answered as one that the file has forgotten: `Indeterminate`.
 */
const operationsForgotten = `
  INSERT INTO forgotten (session, connection, operation, since)
    SELECT session, connection, max(operation), max(since) FROM operations WHERE true GROUP BY session, connection
    ON CONFLICT (session, connection) DO UPDATE SET operation = max(operation, excluded.operation);
  DELETE FROM operations;
`;

/** How a file is opened. */
export interface StoreFileOptions {
  readonly synchronous: "normal" | "full";
  readonly lockTimeoutMs: number;
}

/**
 * Opens the file, or makes it. From then on the file is locked for others, until it is closed or the process ends,
 * however that happens. A file of another kind is left unchanged.
 * @throws StoreError `StoreIncompatible`, `StoreUnavailable`
 */
export function openStoreFile(
  path: string,
  { synchronous, lockTimeoutMs }: StoreFileOptions,
): Database.Database {
  let database: Database.Database | undefined;
  try {
    // Only the owner may read the answers and sessions. SQLite gives its other files the same mode.
    if (path !== inMemory) closeSync(openSync(path, "a", 0o600));
    database = new Database(path, { timeout: lockTimeoutMs });
    // This must come first: with it, the log needs no memory that is shared with other processes.
    database.pragma("locking_mode = EXCLUSIVE");
    checkOwner(database, path);
    database.pragma("journal_mode = WAL");
    database.pragma(`synchronous = ${synchronous === "full" ? "FULL" : "NORMAL"}`);
    database.pragma(`journal_size_limit = ${logBytes}`);
    const opened = database;
    database.transaction(() => prepare(opened)).immediate();
    return database;
  } catch (error) {
    database?.close();
    throw storeError(path, error);
  }
}

/** The store's error for a fault of the database. */
export function storeError(path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const text = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const options = { cause: error };
  if (code === "SQLITE_NOTADB")
    return new StoreError("StoreIncompatible", `store ${path}: this is no SQLite database`, options);
  const why = code.startsWith("SQLITE_BUSY")
    ? "another process, or another store of this one, has it open"
    : text;
  return new StoreError("StoreUnavailable", `store ${path}: ${why}`, options);
}

function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}

/** @throws StoreError `StoreIncompatible` for a database of another application, or of a later version of this one */
function checkOwner(database: Database.Database, path: string): void {
  const owner = database.pragma("application_id", { simple: true });
  const found = database.pragma("user_version", { simple: true }) as number;
  if (owner === applicationId) {
    if (found >= 1 && found <= version) return;
    const text = `store ${path}: it has version ${found}, and this library reads version ${version}`;
    throw new StoreError("StoreIncompatible", text);
  }
  const isEmpty = database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() === 0;
  if (owner !== 0 || found !== 0 || !isEmpty)
    throw new StoreError("StoreIncompatible", `store ${path}: this is a database of something else`);
}

function prepare(database: Database.Database): void {
  if (database.pragma("application_id", { simple: true }) === applicationId) {
    const found = database.pragma("user_version", { simple: true });
    if (found === 1) database.exec(ownersAdded + forgotten);
    if (found !== version) database.exec(operationsForgotten);
    database.pragma(`user_version = ${version}`);
    database.exec(repaired);
    return;
  }
  database.exec(tables + forgotten);
  database.pragma(`application_id = ${applicationId}`);
  database.pragma(`user_version = ${version}`);
}
