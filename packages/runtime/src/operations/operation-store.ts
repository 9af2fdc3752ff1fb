/**
 * The record of calls with an operation id, so that a call that is sent twice runs once.
 * Source: `protocol/calls.md` §6.2.
 *
 * ```
 *   unknown ──admit──► admitted ──seal──► sealed      (kept, bounded by time and size)
 *      ▲                  │
 *      └──────remove──────┘
 * ```
 */
import type { Awaitable } from "../call/result.js";

/** Names one operation: clients count their ids from 1, so an id alone says nothing. */
export interface OperationKey {
  /** Id of the session on the serving side; the same over all resumes. */
  readonly sessionId: string;
  /** 0 is the root. A number below 2^53, a bigint from there on. The same holds for `operationId`. */
  readonly connectionId: number | bigint;
  /** As the caller chose it. */
  readonly operationId: number | bigint;
  /**
   * The owner in whose share of the store it counts: the peer that the application has identified, its address, or its
   * session. It is not part of the name: an operation is the same for each owner.
   */
  readonly owner?: string | undefined;
}

/** The call that was made under an id. The same id with another call is a conflict. */
export interface OperationRecord {
  /** Method id, 64 bits. */
  readonly methodId: bigint;
  /** Hash of the method and the bytes of its arguments, hexadecimal. */
  readonly fingerprint: string;
  /** Whether the method is marked `@persist`. */
  readonly persist: boolean;
}

/** An answer that was given, as bytes. Do not write to them. */
export interface SealedReply {
  /** Payload of the Response, without schemas. */
  readonly payload: Uint8Array;
  /** The metadata list of the Response, its count included. */
  readonly metadata: Uint8Array;
}

/** A store's entry about an operation. Without `reply`, the operation was admitted, and its end is not known. */
export interface OperationEntry extends OperationRecord {
  readonly reply: SealedReply | undefined;
}

/**
 * Keeps operations. Each member may answer at once or with a promise. If it throws or rejects, the call that asked
 * fails, and the observer's `onOperationStoreError` gets the error. `operationStoreContract` of
 * `@voxrpc/runtime/testing` checks an implementation.
 *
 * The store may forget operations by age or to make room. To make room, it must not forget two kinds: an operation
 * whose handler still runs, and an operation of a `@persist` method that has no reply.
 */
export interface OperationStore {
  /**
   * Takes an operation that is about to run, unless the store has it. Atomic: of several at once under one key, the
   * store takes one.
   * @returns the entry that the store had before, which stays as it is; undefined when the operation is taken
   */
  admit(key: OperationKey, record: OperationRecord): Awaitable<OperationEntry | undefined>;
  lookup(key: OperationKey): Awaitable<OperationEntry | undefined>;
  /** Keeps the reply; replaces whatever is there. For `@persist` methods it must last when this settles. */
  seal(key: OperationKey, record: OperationRecord, reply: SealedReply): Awaitable<void>;
  /** No handler works on it any more, and none has replied. It stays admitted. Harmless when unknown or sealed. */
  release(key: OperationKey): Awaitable<void>;
  /** Forgets an operation that is admitted: it may run again. Harmless when unknown; one that is sealed stays. */
  remove(key: OperationKey): Awaitable<void>;
}
