/** A request of the peer, as its handler sees it. */
import type { Caller, DrivenCaller } from "../call/caller.js";
import { checkService } from "../call/check-service.js";
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

/** The connection belongs to the caller: closing a client of a handler ends only that client. */
function borrow(caller: DrivenCaller): Caller {
  return new SharedCaller(caller, { giveUp: () => undefined, hold: () => borrow(caller) });
}

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

/** A method of this side that was called on this connection. */
export type ServedMethod = MethodEntry<HandledMethod, ArgumentsReading>;

/** Offsets of the parts of a Call. They are copied, because the head of a message is reused for the next message. */
interface CallOffsets {
  readonly id: WireId;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/**
 * A request whose handler runs, or is about to run. It is the handler's context: its parts are made when they are read.
 */
export class IncomingRequest implements CallContext, OperationRequest<IncomingRequest>, ObservedRequest {
  readonly served: ServedMethod;
  readonly requestId: WireId;
  readonly connectionId: WireId;
  /** Whether the peer has its response: a later answer of the handler is ignored. */
  isAnswered = false;
  /** The channels among its arguments; undefined for a method without. */
  channels: HandlerChannels | undefined = undefined;
  /** Memory of its arguments, as estimated; 0 before they are read. */
  decodedBytes = 0;
  /** When the request began, for the observer; 0 without an observer. */
  startedAt = 0;
  /** When the Call arrived, whole ms: for snapshots. */
  readonly sinceMs: number;
  /** The caller's id of the operation; undefined for none, and before the metadata are read. */
  operationId: WireId | undefined = undefined;
  /** Set while the same operation may come again or waits for this answer. */
  operation: LiveOperation<IncomingRequest> | undefined = undefined;
  /** How its arguments are read, as announced when it arrived: later announcements and lost links change nothing. */
  readonly reading: ArgumentsReading;
  /** The Call, or the chunk in which it arrived. */
  readonly bytes: Uint8Array;
  readonly metadataStart: number;
  readonly metadataEnd: number;
  readonly argumentsStart: number;
  readonly argumentsEnd: number;
  readonly #caller: DrivenCaller | undefined;
  readonly #drain: Draining;
  #decodedMetadata: Metadata | undefined = undefined;
  #answerMetadata: Metadata | undefined = undefined;
  #controller: AbortController | undefined = undefined;
  #abortReason: HandlerAbort | undefined = undefined;

  constructor(
    served: ServedMethod,
    reading: ArgumentsReading,
    connectionId: WireId,
    caller: DrivenCaller | undefined,
    call: CallOffsets,
    bytes: Uint8Array,
    sinceMs: number,
    drain: Draining,
  ) {
    this.#drain = drain;
    this.sinceMs = sinceMs;
    this.served = served;
    this.reading = reading;
    this.requestId = call.id;
    this.connectionId = connectionId;
    this.#caller = caller;
    this.bytes = bytes;
    this.argumentsStart = call.payloadStart;
    this.argumentsEnd = call.payloadEnd;
    this.metadataStart = call.metadataStart;
    this.metadataEnd = call.metadataEnd;
  }

  get method(): HandledMethod {
    return this.served.method;
  }

  /** Whether the request may have an operation id that matters: running an idempotent method twice does no harm. */
  get mayRepeat(): boolean {
    return this.metadataEnd - this.metadataStart > noMetadataBytes && !this.served.method.idempotent;
  }

  get session(): SessionHandle {
    if (this.#caller === undefined) throw new TypeError("this side makes no calls");
    return this.#caller.session;
  }

  get draining(): AbortSignal {
    return this.#drain.signal;
  }

  client<C>(service: Service<C>): C {
    if (this.#caller === undefined) throw new TypeError("this side makes no calls");
    checkService(service);
    return service.create(borrow(this.#caller));
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get metadata(): Metadata {
    this.#decodedMetadata ??= Metadata.decode(this.bytes, this.metadataStart, this.metadataEnd);
    return this.#decodedMetadata;
  }

  get responseMetadata(): Metadata {
    this.#answerMetadata ??= new Metadata();
    return this.#answerMetadata;
  }

  /** The metadata that the handler has set for its answer, if any. */
  get answeredMetadata(): Metadata | undefined {
    return this.#answerMetadata;
  }

  /** Tells the handler that its caller does not wait any more. When a listener throws, the platform reports it. */
  abort(text: string): void {
    this.#abortReason ??= new HandlerAbort(text);
    this.#controller?.abort(this.#abortReason);
  }
}
