/** What requests and operations know of each other. */
import type { HandledMethod } from "../call/dispatcher.js";
import type { WireId } from "../wire/message.js";
import type { OperationRecord } from "./operation-store.js";

/** What operations know of a request of the peer. @typeParam R the request itself */
export interface OperationRequest<R> {
  readonly method: Pick<HandledMethod, "id" | "persist">;
  /** Whether the peer has its response. */
  readonly isAnswered: boolean;
  /** Its Call, or the chunk in which it arrived. */
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  /** As the caller named the operation; undefined for none, and before a look at the metadata. */
  operationId: WireId | undefined;
  /** Set while the same operation may come again or waits for the answer to this request. */
  operation: LiveOperation<R> | undefined;
  /** Aborts the handler: the caller does not wait any more. */
  abort(text: string): void;
}

/** An operation whose handler runs, or is about to. */
export class LiveOperation<R> {
  /** The request whose handler runs. */
  readonly owner: R;
  /** Set when the store has the operation, or has been called for it. */
  readonly record: OperationRecord | undefined;
  /** Session of the caller when the call came. A peer with a new session is another caller. */
  readonly sessionId: string;
  /** Requests that get the owner's answer. */
  waiters: R[] | undefined = undefined;
  state: "admitting" | "running" | "sealing" = "running";
  /** Given up because the caller has cancelled it: it may run again. */
  isAborted = false;
  /** No request waits for its answer any more. */
  isOver = false;

  constructor(owner: R, record: OperationRecord | undefined, sessionId: string) {
    this.owner = owner;
    this.record = record;
    this.sessionId = sessionId;
  }

  /** Whether its answer is needed as bytes. */
  get isShared(): boolean {
    return this.record !== undefined || this.waiters !== undefined;
  }
}
