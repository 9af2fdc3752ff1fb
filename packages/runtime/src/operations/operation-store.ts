/**
 * What is kept about calls with an operation id, so that a call that is sent twice runs once.
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
  /** Of the session on the side that serves; the same over all resumes. */
  readonly sessionId: string;
  /** 0 is the root. A number below 2^53, a bigint from there on; so is the id of the operation. */
  readonly connectionId: number | bigint;
  /** As the caller chose it. */
  readonly operationId: number | bigint;
  /**
   * Whose share of the store it counts in: the peer that the application has identified, its address, or its session. No
   * part of the name: an operation is the same whoever asks.
   */
  readonly owner?: string | undefined;
}

/** What was asked for under an id: the same id with anything else is a conflict. */
export interface OperationRecord {
  /** Method id, 64 bits. */
  readonly methodId: bigint;
  /** Hash of the method and the bytes of its arguments, hexadecimal. */
  readonly fingerprint: string;
  /** Whether the method is marked `@persist`. */
  readonly persist: boolean;
}

/** An answer that was given, as bytes. Not to be written to. */
export interface SealedReply {
  /** Payload of the Response, without schemas. */
  readonly payload: Uint8Array;
  /** The metadata list of the Response, its count included. */
  readonly metadata: Uint8Array;
}

/** What a store knows about an operation. Without `reply` it was admitted, and how it ended is not known. */
export interface OperationEntry extends OperationRecord {
  readonly reply: SealedReply | undefined;
}

/**
 * Keeps operations. Each member may answer at once or with a promise; one that throws or rejects fails the call that
 * asked, and the observer's `onOperationStoreError` is told. `operationStoreContract` of `@voxrpc/runtime/testing`
 * checks an implementation.
 *
 * What it keeps it may forget, by age or to make room, with two exceptions as to room: an operation whose handler still
 * runs, and one of a `@persist` method that has no reply.
 */
export interface OperationStore {
  /**
   * Takes an operation that is to run, unless it is known. Atomic: of several at once under one key, one is taken.
   * @returns what was there before, which stays as it is; undefined when the operation is taken
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
