/** Requests of the peer: running ones, as their handlers see them, and those that wait for their turn. */
import type { Caller } from "../call/caller.js";
import type { CallContext } from "../call/context.js";
import type { HandledMethod } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import { SharedCaller } from "../call/shared-caller.js";
import type { HandlerChannels } from "../channel/handler-channels.js";
import type { OperationRecord } from "../operations/operation-store.js";
import type { Announcement } from "../schema/announcements.js";
import type { WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import type { Reading } from "./translate.js";

/** The connection belongs to who made the call: a client of it that is closed ends nothing but itself. */
function holdsNothing(): undefined {}

/** A metadata list without entries. */
const noMetadataBytes = 1;

/** Why a handler's signal is aborted. */
export class HandlerAbort extends Error {
  constructor(text: string) {
    super(text);
    this.name = "AbortError";
  }
}

/** What is kept about a method that was called on this connection. */
export interface ServedMethod {
  readonly method: HandledMethod;
  /** Its id as it stands in messages. */
  readonly idBytes: Uint8Array;
  /** Whether its response schemas have left. */
  readonly announcement: Announcement;
  /** How its arguments are read; undefined before the first Call, and after a new announcement. */
  decision: Reading<readonly unknown[]> | undefined;
}

/** A request whose handler runs. It is the handler's context; what nobody reads is never made. */
export class IncomingRequest implements CallContext {
  readonly served: ServedMethod;
  readonly requestId: WireId;
  readonly connectionId: WireId;
  /** Whether the peer has its response: what the handler still says is ignored. */
  isAnswered = false;
  /** The channels among its arguments; undefined for a method without. */
  channels: HandlerChannels | undefined = undefined;
  /** For the observer; 0 when nobody watches. */
  startedAt = 0;
  /** When its Call arrived, whole ms: for snapshots. */
  readonly sinceMs: number;
  /** As the caller named the operation; undefined for none, and as long as nobody has looked. */
  operationId: WireId | undefined = undefined;
  /** Set while the same operation may come again or waits for this answer. */
  operation: LiveOperation | undefined = undefined;
  /** The Call, or the chunk in which it arrived. */
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  private readonly caller: Caller | undefined;
  private decodedMetadata: Metadata | undefined = undefined;
  private answerMetadata: Metadata | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private abortReason: HandlerAbort | undefined = undefined;

  constructor(
    served: ServedMethod,
    requestId: WireId,
    connectionId: WireId,
    caller: Caller | undefined,
    bytes: Uint8Array,
    metadataStart: number,
    metadataEnd: number,
    argumentsStart: number,
    argumentsEnd: number,
    sinceMs: number,
  ) {
    this.sinceMs = sinceMs;
    this.served = served;
    this.requestId = requestId;
    this.connectionId = connectionId;
    this.caller = caller;
    this.bytes = bytes;
    this.argumentsStart = argumentsStart;
    this.argumentsEnd = argumentsEnd;
    this.metadataStart = metadataStart;
    this.metadataEnd = metadataEnd;
  }

  get method(): HandledMethod {
    return this.served.method;
  }

  /** Whether it may carry the id of an operation that counts: running an idempotent method twice does no harm. */
  get mayRepeat(): boolean {
    return this.metadataEnd - this.metadataStart > noMetadataBytes && !this.served.method.idempotent;
  }

  client<C>(service: Service<C>): C {
    if (this.caller === undefined) throw new TypeError("this side makes no calls");
    return service.create(new SharedCaller(this.caller, holdsNothing));
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.abortReason !== undefined) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  get metadata(): Metadata {
    this.decodedMetadata ??= Metadata.decode(this.bytes, this.metadataStart, this.metadataEnd);
    return this.decodedMetadata;
  }

  get responseMetadata(): Metadata {
    this.answerMetadata ??= new Metadata();
    return this.answerMetadata;
  }

  /** What the handler has put beside its answer, if anything. */
  get answeredMetadata(): Metadata | undefined {
    return this.answerMetadata;
  }

  /** Tells the handler that nobody waits any more. A listener that throws cannot disturb us: the platform reports it. */
  abort(text: string): void {
    this.abortReason ??= new HandlerAbort(text);
    this.controller?.abort(this.abortReason);
  }
}

/** An operation whose handler runs, or is about to. */
export class LiveOperation {
  /** Its request is the one that runs. */
  readonly owner: IncomingRequest;
  /** Set when the store has it or is asked for it. */
  readonly record: OperationRecord | undefined;
  /** Of the caller, when the call came: a peer that begins anew is another one. */
  readonly sessionId: string;
  /** Requests that get the owner's answer. */
  waiters: IncomingRequest[] | undefined = undefined;
  state: "admitting" | "running" | "sealing" = "running";
  /** How its arguments are read; set when what its caller had announced does not count any more. */
  reading: Reading<readonly unknown[]> | undefined = undefined;
  /** Given up on the caller's wish: it may run again. */
  isAborted = false;
  /** Nobody is to be answered any more. */
  isOver = false;

  constructor(owner: IncomingRequest, record: OperationRecord | undefined, sessionId: string) {
    this.owner = owner;
    this.record = record;
    this.sessionId = sessionId;
  }

  /** Whether its answer is needed as bytes. */
  get isShared(): boolean {
    return this.record !== undefined || this.waiters !== undefined;
  }
}

/** A Call that waits until one that runs is through. Offsets are those of its own bytes. */
export interface QueuedCall {
  readonly id: WireId;
  readonly methodLow: number;
  readonly methodHigh: number;
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
  /** When it arrived, whole ms. */
  readonly sinceMs: number;
}
