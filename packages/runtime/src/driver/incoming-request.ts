/** A request of the peer, as its handler sees it. */
import type { Caller } from "../call/caller.js";
import type { CallContext } from "../call/context.js";
import type { HandledMethod } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import type { SessionHandle } from "../call/session-handle.js";
import { SharedCaller } from "../call/shared-caller.js";
import type { HandlerChannels } from "../channel/handler-channels.js";
import type { LiveOperation, OperationRequest } from "../operations/live-operation.js";
import type { WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import type { Draining } from "./draining.js";
import type { MethodEntry } from "./method-table.js";
import type { Reading } from "./reading.js";
import type { ObservedRequest } from "./request-events.js";

/** The connection belongs to the caller: a handler's client that is closed ends nothing but itself. */
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

/** How the arguments of a method are read. */
export type ArgumentsReading = Reading<readonly unknown[]>;

/** A method of ours that was called on this connection. */
export type ServedMethod = MethodEntry<HandledMethod, ArgumentsReading>;

/** Where the parts of a Call are in its bytes. The head of a message is used again for the next one. */
interface CallOffsets {
  readonly id: WireId;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/** A request whose handler runs, or is about to. It is the handler's context: its parts are made when they are read. */
export class IncomingRequest implements CallContext, OperationRequest<IncomingRequest>, ObservedRequest {
  readonly served: ServedMethod;
  readonly requestId: WireId;
  readonly connectionId: WireId;
  /** Whether the peer has its response: what the handler still says is ignored. */
  isAnswered = false;
  /** The channels among its arguments; undefined for a method without. */
  channels: HandlerChannels | undefined = undefined;
  /** Memory of its arguments, as estimated; 0 before they are read. */
  decodedBytes = 0;
  /** For the observer; 0 without one. */
  startedAt = 0;
  /** When its Call arrived, whole ms: for snapshots. */
  readonly sinceMs: number;
  /** As the caller named the operation; undefined for none, and before a look at the metadata. */
  operationId: WireId | undefined = undefined;
  /** Set while the same operation may come again or waits for this answer. */
  operation: LiveOperation<IncomingRequest> | undefined = undefined;
  /** How its arguments are read; set when what its caller had announced does not count any more. */
  reading: ArgumentsReading | undefined = undefined;
  /** The Call, or the chunk in which it arrived. */
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  private readonly caller: Caller | undefined;
  private readonly drain: Draining;
  private decodedMetadata: Metadata | undefined = undefined;
  private answerMetadata: Metadata | undefined = undefined;
  private controller: AbortController | undefined = undefined;
  private abortReason: HandlerAbort | undefined = undefined;

  constructor(
    served: ServedMethod,
    connectionId: WireId,
    caller: Caller | undefined,
    call: CallOffsets,
    bytes: Uint8Array,
    sinceMs: number,
    drain: Draining,
  ) {
    this.drain = drain;
    this.sinceMs = sinceMs;
    this.served = served;
    this.requestId = call.id;
    this.connectionId = connectionId;
    this.caller = caller;
    this.bytes = bytes;
    this.argumentsStart = call.payloadStart;
    this.argumentsEnd = call.payloadEnd;
    this.metadataStart = call.metadataStart;
    this.metadataEnd = call.metadataEnd;
  }

  get method(): HandledMethod {
    return this.served.method;
  }

  /** Whether it may carry the id of an operation that counts: running an idempotent method twice does no harm. */
  get mayRepeat(): boolean {
    return this.metadataEnd - this.metadataStart > noMetadataBytes && !this.served.method.idempotent;
  }

  get session(): SessionHandle {
    if (this.caller === undefined) throw new TypeError("this side makes no calls");
    return this.caller.session;
  }

  get draining(): AbortSignal {
    return this.drain.signal;
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

  /** Tells the handler that its caller does not wait any more. A listener that throws cannot disturb us: the platform reports it. */
  abort(text: string): void {
    this.abortReason ??= new HandlerAbort(text);
    this.controller?.abort(this.abortReason);
  }
}
