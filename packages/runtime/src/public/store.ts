/**
 * Stores of operations and of sessions: what a server keeps so that a call runs once. Subpath `@voxrpc/runtime/store`;
 * `@voxrpc/runtime/sqlite` has a store that outlives the process.
 */

export { StoreError, type StoreErrorCode } from "../errors.js";
export {
  type MemoryOperationStore,
  type MemoryOperationStoreOptions,
  memoryOperationStore,
} from "../operations/memory-operation-store.js";
export type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "../operations/operation-store.js";
export type { SessionRecord, SessionStore } from "../resume/session-store.js";
