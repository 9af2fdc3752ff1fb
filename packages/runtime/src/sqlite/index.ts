/**
 * A file that keeps operations and sessions beyond the life of a process, through `better-sqlite3`, which applications
 * install beside this package. Subpath `@voxrpc/runtime/sqlite`; nothing else of the runtime imports it.
 */

export { type SqliteStore, type SqliteStoreOptions, sqliteStore } from "./sqlite-store.js";
