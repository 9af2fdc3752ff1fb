/** Requests of the peer: running ones, as their handlers see them, and those that wait for their turn. */
import type { Caller } from "../call/caller.js";
import type { CallContext } from "../call/context.js";
import type { HandledMethod } from "../call/dispatcher.js";
import type { Service } from "../call/service.js";
import type { HandlerChannels } from "../channel/handler-channels.js";
import type { Announcement } from "../schema/registry.js";
import { HeldCaller } from "../session/held-caller.js";
import type { WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import type { Reading } from "./translate.js";

/** The connection belongs to who made the call: a client of it that is closed ends nothing but itself. */
function holdsNothing(): undefined {}

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
export class RunningRequest implements CallContext {
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
  private readonly caller: Caller | undefined;
  private readonly bytes: Uint8Array;
  private readonly metadataStart: number;
  private readonly metadataEnd: number;
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
    sinceMs: number,
  ) {
    this.sinceMs = sinceMs;
    this.served = served;
    this.requestId = requestId;
    this.connectionId = connectionId;
    this.caller = caller;
    this.bytes = bytes;
    this.metadataStart = metadataStart;
    this.metadataEnd = metadataEnd;
  }

  get method(): HandledMethod {
    return this.served.method;
  }

  client<C>(service: Service<C>): C {
    if (this.caller === undefined) throw new TypeError("this side makes no calls");
    return service.create(new HeldCaller(this.caller, holdsNothing));
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
