/** The calling half of a driver: from a call to its settled promise. Source: `protocol/calls.md` §1–2. */
import { Reader } from "../bytes/reader.js";
import { unwatchAbort, watchAbort } from "../call/abort-watch.js";
import { keepContext } from "../call/async-context.js";
import { callOut } from "../call/call-out.js";
import type { CallOptions } from "../call/caller.js";
import { failedResult, nameCaller, rejection } from "../call/caller-line.js";
import { okResult } from "../call/result.js";
import type { RequestSnapshot } from "../call/snapshot.js";
import { type ChannelImplementation, channelImplementationOf } from "../channel/channel-implementation.js";
import type { Channels } from "../channel/channels.js";
import { linkLost } from "../channel/end.js";
import type { Clock } from "../clock.js";
import {
  CallError,
  type CallErrorCode,
  type CallRejection,
  CallTimeoutError,
  CodecError,
  DeclaredError,
} from "../errors.js";
import type { Limits } from "../limits.js";
import type { FailureReporting } from "../observer.js";
import { peerText } from "../options/peer-text.js";
import { readTag, unknownVariant } from "../postcard/counts.js";
import { readString } from "../postcard/text.js";
import type { Connection, RestoredLink } from "../session/connection.js";
import { IdAllocator } from "../session/parity.js";
import { unlocatedDecodeError } from "../shape/unlocated.js";
import type { MessageHead } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import { errorKey } from "../wire/rejected-error.js";
import { ArrivalQueue, type QueuedMessage } from "./arrival-queue.js";
import type { Bindings } from "./bindings.js";
import { Deadlines } from "./deadlines.js";
import { abandonChannels, encodeCall, sendCancel } from "./encode-call.js";
import { type Explanations, explained, unexplained, whenLocated } from "./explanations.js";
import { InFlightTable } from "./in-flight-table.js";
import { MethodTable } from "./method-table.js";
import type { NestingHost } from "./nested-calls.js";
import { WaitingQueue } from "./outgoing-queue.js";
import { type AnyMethod, OutgoingRequest } from "./outgoing-request.js";
import type { ResendHost, ResendImplementation, Resends } from "./outgoing-resends.js";
import { type Reading, type ResponseReading, statically, unreadable } from "./reading.js";
import { RequestEvents } from "./request-events.js";
import { outgoingSnapshot } from "./snapshot.js";

/** Distinguishes this failure from a call that this side cancels: the wire gives no reason. */
const cancelledByPeer = "the handler failed or gave up, see the other side's log";

/** Failures on the wire, by their index in `VoxError`; index 0 is the method's own error. */
const failureCodes: readonly (CallErrorCode | undefined)[] = [
  undefined,
  "UnknownMethod",
  "InvalidPayload",
  "Cancelled",
  "ConnectionClosed",
  "SessionShutdown",
  "SendFailed",
  "Indeterminate",
];

/** The meaning of a peer's failure that carries no text of its own. */
const peerErrorDetails: Partial<Readonly<Record<CallErrorCode, string>>> = {
  Cancelled: cancelledByPeer,
  ConnectionClosed: "the peer has lost a connection that it needs",
  SessionShutdown: "the peer is closing its session",
  Indeterminate: "the handler failed, or the peer has lost the answer",
};

function deliverMetadata(
  events: RequestEvents,
  onMetadata: (metadata: Metadata) => unknown,
  request: OutgoingRequest,
  head: MessageHead | QueuedMessage,
  bytes: Uint8Array,
): void {
  const give = (): unknown => onMetadata(Metadata.decode(bytes, head.metadataStart, head.metadataEnd));
  callOut(give, (error) => events.handlerFailed(request, error));
}

/** The most UTF-16 units of a peer's text about a call that it could not read. */
const longestDetail = 1024;

/** A failure that is not declared. */
interface ReadFailure {
  readonly code: CallErrorCode;
  readonly detail: string;
}

/** Reads the failure of a call. @throws DecodeFault for an unknown one */
function readFailure(
  method: AnyMethod,
  reader: Reader,
  { problem, read }: Reading,
  head: MessageHead | QueuedMessage,
  bytes: Uint8Array,
): DeclaredError | ReadFailure {
  const index = readTag(reader);
  if (index === 0) {
    if (problem === undefined && method.error !== undefined) return new DeclaredError(method, read(reader));
    const detail = problem ?? "a declared error of a method that declares none";
    return { code: "InvalidPayload", detail };
  }
  const code = failureCodes[index];
  if (code === undefined) unknownVariant(reader, index, "VoxError");
  const { metadataStart, metadataEnd } = head;
  let detail = peerErrorDetails[code];
  if (code === "InvalidPayload") detail = readString(reader);
  else if (code === "UnknownMethod")
    detail = Metadata.decode(bytes, metadataStart, metadataEnd).getString(errorKey);
  return { code, detail: peerText(detail ?? "", longestDetail) };
}

/** Schemas inside a Response. Source: `protocol/schemas.md` §5. @returns false when the connection has ended */
function receiveInlined(
  connection: Connection,
  bindings: Bindings,
  inFlight: InFlightTable,
  methods: MethodTable<AnyMethod, ResponseReading>,
  head: MessageHead | QueuedMessage,
  bytes: Uint8Array,
): boolean {
  if (!inFlight.has(head.id)) {
    connection.fail(`response schemas for unknown inflight request ${head.id}`);
    return false;
  }
  const request = inFlight.peek(head.id);
  // The method of an abandoned request is forgotten. A later announcement of the same schemas is accepted.
  if (request === undefined) return true;
  const payload = bytes.subarray(head.schemasStart, head.schemasEnd);
  if (!bindings.receive(request.method.id, "response", payload, "inlined request schemas")) return false;
  methods.forget(request.method.id);
  return true;
}

/** How the responses of a method are read; undefined while the code that compares types is loaded. */
function decideResponse(bindings: Bindings, method: AnyMethod): ResponseReading | undefined {
  const { id, response, ok, error } = method;
  return bindings.decide(
    id,
    "response",
    response,
    // The reader of the error is not used for a method that declares none.
    () => ({ ok: statically(ok), user: statically(error ?? ok) }),
    (decisions, remote) => decisions.response(method, remote, bindings),
    (problem) => ({ ok: unreadable(problem), user: unreadable(problem) }),
  );
}

const calledBack = "a value called back into its session while it was encoded";
const crowded = (most: number): string => `${most} calls wait for a new link already (limit maxWaitingCalls)`;

/** Calls of this side on one connection. */
export class OutgoingCalls implements ResendHost, NestingHost {
  readonly #connection: Connection;
  readonly #bindings: Bindings;
  readonly #openChannels: (machinery: ChannelImplementation) => Channels;
  /** Undefined when this code is loaded on demand. */
  readonly #explain: Explanations | undefined;
  readonly #events: RequestEvents;
  readonly #clock: Clock;
  #peerSupportsRetry: boolean;
  #limit: number;
  readonly #waitingLimit: number;
  readonly #ids: IdAllocator;
  readonly #inFlight = new InFlightTable();
  readonly #waiting = new WaitingQueue();
  /** Calls that do not encode, and why, while the code that finds the place is loaded. */
  readonly #unexplained = new Map<OutgoingRequest, unknown>();
  readonly #deadlines: Deadlines<OutgoingRequest>;
  /** Answers that wait for the code that reads them. */
  readonly #unread: ArrivalQueue;
  readonly #methods: MethodTable<AnyMethod, ResponseReading>;
  readonly #reader: Reader;
  #nextOperationId = 1;
  /** Why no call can be made any more. */
  #ended: { readonly code: "ConnectionClosed" | "SessionShutdown"; readonly cause: unknown } | undefined;
  #isDraining = false;
  /** Whether there is no link at the moment. */
  #isDisconnected = false;
  /** Undefined before a link was lost. */
  #resends: Resends | undefined = undefined;
  onWait: NestingHost["onWait"] = undefined;
  onEnded: NestingHost["onEnded"] = undefined;
  /** Answers that have come so far. */
  answers = 0;
  /** Set while {@link start} runs: its caller is on the stack. */
  #isStarting = false;
  /** Id of the call that was sent last; 0 before the first. */
  #lastId = 0;

  constructor(
    connection: Connection,
    bindings: Bindings,
    openChannels: (machinery: ChannelImplementation) => Channels,
    limits: Limits,
    clock: Clock,
    reporting: FailureReporting,
    peerSupportsRetry: boolean,
    explain: Explanations | undefined,
  ) {
    this.#explain = explain;
    this.#connection = connection;
    this.#bindings = bindings;
    this.#openChannels = openChannels;
    this.#clock = clock;
    this.#events = new RequestEvents(connection, "client", clock, reporting);
    this.#methods = new MethodTable(bindings, "args", (method) => decideResponse(bindings, method));
    this.#unread = new ArrivalQueue(connection.host, Number.POSITIVE_INFINITY);
    this.#peerSupportsRetry = peerSupportsRetry;
    this.#limit = Math.max(1, connection.peer.maxConcurrentRequests);
    this.#waitingLimit = limits.maxWaitingCalls;
    this.#reader = new Reader().allow(limits.maxDecodedBytes);
    this.#ids = new IdAllocator(connection.local.parity);
    this.#deadlines = new Deadlines(clock, (request) => {
      const timeoutMs = request.options?.timeoutMs ?? 0;
      this.#cancel(request, new CallTimeoutError(timeoutMs));
    });
  }

  /** Calls that have not settled, and ids that the peer has not answered. */
  get size(): number {
    return this.#inFlight.size + this.#waiting.size;
  }

  /** Calls that have not settled. */
  get awaited(): number {
    return this.#inFlight.awaited + this.#waiting.size;
  }

  /** Calls with a deadline. */
  get timed(): number {
    return this.#deadlines.size;
  }

  /** The calls that have not been answered. */
  snapshot(nowMs: number): RequestSnapshot[] {
    return outgoingSnapshot(this.#waiting, this.#inFlight, nowMs);
  }

  /** Makes a call; the promise of a call is settled through `resolve` and `reject`. */
  start(
    method: AnyMethod,
    args: readonly unknown[],
    options: CallOptions | undefined,
    asResult: boolean,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    const request = new OutgoingRequest(method, args, options, asResult, resolve, reject, this.#onAbort);
    this.#isStarting = true;
    this.#begin(request, options);
    this.#isStarting = false;
  }

  #begin(request: OutgoingRequest, options: CallOptions | undefined): void {
    const { method } = request;
    const channeling = channelImplementationOf(method);
    if (channeling !== undefined)
      request.channels = channeling.ofCall(this.#openChannels(channeling), method);
    this.#events.begin(request);
    if (this.#ended !== undefined || this.#isDraining) {
      this.#failEnded(request);
      return;
    }
    if (options?.signal?.aborted === true) {
      abandonChannels(request, options.signal.reason);
      this.#fail(request, "Cancelled", "", options.signal.reason);
      return;
    }
    if (this.#canSend && this.#waiting.size === 0) this.#send(request);
    else if (this.#isDisconnected && this.#waiting.size >= this.#waitingLimit) this.#failCrowded(request);
    else this.#wait(request);
    if (request.settled) return;
    // The call may have to be sent again.
    if (this.#connection.host.isResumable) request.keep();
    if (options !== undefined) this.#watch(request, options);
  }

  /** A Response: settles its request; ignored when the id is not in flight. */
  onResponse(head: MessageHead | QueuedMessage, bytes: Uint8Array): void {
    if (head.schemasEnd > head.schemasStart && !this.#readSchemas(head, bytes)) return;
    const request = this.#inFlight.remove(head.id);
    if (request !== undefined && this.#resends !== undefined) this.#resends.delete(request);
    this.answers += 1;
    if (request !== undefined) this.#settle(request, head, bytes);
    if (this.#waiting.size !== 0) this.pump();
  }

  #readSchemas(head: MessageHead | QueuedMessage, bytes: Uint8Array): boolean {
    return receiveInlined(this.#connection, this.#bindings, this.#inFlight, this.#methods, head, bytes);
  }

  /** Looks again at answers that wait to be read. */
  release(): void {
    for (const answer of this.#unread.takeAll()) this.onResponse(answer, answer.bytes);
  }

  /** The peer has announced another response type: the earlier decision is dropped. */
  forget(methodId: bigint): void {
    this.#methods.forget(methodId);
  }

  /** Sends waiting calls, as far as slots and the link allow. */
  pump(): void {
    this.#resends?.pump();
    for (
      let request = this.#waiting.head;
      request !== undefined && this.#canSend;
      request = this.#waiting.head
    ) {
      this.#waiting.remove(request);
      this.#send(request);
    }
  }

  /**
   * The link is lost: calls in flight stay in flight, unless they certainly cannot be made again. Source:
   * `protocol/calls.md` §6.3.
   */
  onLinkLost(cause: unknown): void {
    this.#isDisconnected = true;
    this.#unread.clear();
    this.#methods.forgetAll();
    const last = this.#inFlight.peek(this.#lastId);
    const resends = this.#connection.host.resends as ResendImplementation | undefined;
    this.#resends ??= resends?.start(this, this.#clock);
    this.#resends?.onLinkLost(this.#inFlight.open(), this.#peerSupportsRetry, cause, last);
    // The Cancel may be lost, and so may the answer.
    for (const id of this.#inFlight.forgetAbandoned()) sendCancel(this.#connection, id);
  }

  /** There is a link again. */
  onLinkRestored(restored: RestoredLink): void {
    this.#isDisconnected = false;
    // A connection that was opened again may have another limit.
    this.#limit = Math.max(1, this.#connection.peer.maxConcurrentRequests);
    this.#peerSupportsRetry = restored.peerSupportsRetry;
    this.#resends?.onLinkRestored(restored);
    this.pump();
  }

  get firstWaiting(): OutgoingRequest | undefined {
    return this.#waiting.head;
  }

  get slots(): number | undefined {
    return this.#isDisconnected || this.#inFlight.size < this.#limit ? undefined : this.#limit;
  }

  refuse(request: OutgoingRequest, detail: string): void {
    this.#waiting.remove(request);
    abandonChannels(request, undefined);
    this.#fail(request, "Cancelled", detail);
  }

  /** No new calls. Those that wait for a slot are still made. */
  drain(isDraining: boolean): void {
    this.#isDraining = isDraining;
  }

  /** Fails all calls: the connection has ended. */
  end(code: "ConnectionClosed" | "SessionShutdown", cause: unknown): void {
    this.#ended = { code, cause };
    this.onEnded?.();
    this.#resends?.stop();
    this.#unread.clear();
    const open = this.#inFlight.clear();
    for (let request = this.#waiting.head; request !== undefined; request = this.#waiting.head) {
      this.#waiting.remove(request);
      open.push(request);
    }
    for (const request of open) this.#failEnded(request);
    for (const [request, fault] of this.#unexplained)
      this.#failEncoding(request, unexplained(fault, request.method));
    this.#methods.clear();
  }

  get #canSend(): boolean {
    if (this.#inFlight.size >= this.#limit || this.#isDisconnected) return false;
    return this.#connection.host.mayCall && this.#resends?.isBlocking !== true;
  }

  /** Whether the link takes a call. */
  mayCall(): boolean {
    return this.#connection.host.mayCall;
  }

  /** A call in flight ends without an answer. */
  giveUp(request: OutgoingRequest, code: CallErrorCode, cause: unknown, detail = ""): void {
    this.#inFlight.remove(request.requestId);
    this.#resends?.delete(request);
    this.#fail(request, code, detail, cause);
  }

  /** Sends a call in flight again. @returns bytes of its frame @throws what its arguments throw */
  sendAgain(request: OutgoingRequest): number {
    const { outbox } = this.#connection.host;
    const entry = this.#methods.entry(request.method);
    try {
      this.#bindings.announce(entry.announcement, entry.idBytes, "args");
      const bytes = outbox.commit(encodeCall(this.#connection, request, request.requestId, entry.idBytes));
      request.sinceMs = outbox.traffic.lastOutMs ?? 0;
      this.#lastId = request.requestId;
      return bytes;
    } catch (fault) {
      outbox.discard();
      throw fault;
    }
  }

  readonly #onAbort = (request: OutgoingRequest): void => {
    this.#cancel(request, request.signal?.reason);
  };

  #wait(request: OutgoingRequest): void {
    request.sinceMs = Math.floor(this.#clock.now());
    request.keep();
    this.#waiting.push(request);
    this.onWait?.(request);
  }

  #watch(request: OutgoingRequest, options: CallOptions): void {
    const { signal, timeoutMs, onMetadata } = options;
    if (onMetadata !== undefined) request.onMetadata = keepContext(onMetadata);
    request.signal = signal;
    if (signal !== undefined) watchAbort(signal, request);
    if (timeoutMs === undefined || timeoutMs === Number.POSITIVE_INFINITY) return;
    request.deadline = this.#clock.now() + Math.max(0, timeoutMs);
    this.#deadlines.add(request);
  }

  #send(request: OutgoingRequest): void {
    const { outbox } = this.#connection.host;
    const entry = this.#methods.entry(request.method);
    if (outbox.isEncoding) {
      this.#unwatch(request);
      abandonChannels(request, undefined);
      this.#failWith(request, new CodecError("EncodeFailed", calledBack), false);
      return;
    }
    try {
      const id = this.#ids.peek();
      request.operationId = this.#peerSupportsRetry ? this.#nextOperationId : 0;
      if (!entry.announcement.isSent) {
        // A trial first: when a call cannot be encoded, its schemas must not be sent either.
        encodeCall(this.#connection, request, id, entry.idBytes);
        outbox.discard();
        this.#bindings.announce(entry.announcement, entry.idBytes, "args");
      }
      const call = encodeCall(this.#connection, request, id, entry.idBytes);
      // A getter of an argument can end the session.
      if (this.#ended !== undefined) {
        outbox.discard();
        this.#failEnded(request);
        return;
      }
      outbox.commit(call);
      this.#ids.next();
      request.requestId = id;
      this.#lastId = id;
      request.sinceMs = outbox.traffic.lastOutMs ?? 0;
      if (this.#peerSupportsRetry) this.#nextOperationId += 1;
      this.#inFlight.add(request);
      request.channels?.bind();
      this.#events.started(request);
    } catch (fault) {
      outbox.discard();
      abandonChannels(request, fault);
      const error = explained(fault, request.method, request.args, this.#explain);
      if (!(error instanceof CodecError)) this.#unexplained.set(request, fault);
      whenLocated(error, (located) => this.#failEncoding(request, located));
    }
  }

  #failEncoding(request: OutgoingRequest, error: CodecError): void {
    if (request.settled) return;
    this.#unexplained.delete(request);
    this.#unwatch(request);
    this.#events.codecFailed("onEncodeError", "arguments", request, error);
    this.#failWith(request, error, false);
  }

  #settle(request: OutgoingRequest, head: MessageHead | QueuedMessage, bytes: Uint8Array): void {
    const entry = this.#methods.entry(request.method);
    const reading = entry.decision ?? this.#methods.decide(entry);
    if (reading === undefined) {
      // The call stays in flight until the code that reads its answer is loaded.
      this.#inFlight.add(request);
      if (!this.#unread.add(head, bytes, 0)) this.#connection.fail("too many answers wait to be read");
      return;
    }
    this.#unwatch(request);
    const { onMetadata } = request;
    if (onMetadata !== undefined) deliverMetadata(this.#events, onMetadata, request, head, bytes);
    const reader = this.#reader;
    reader.reset(bytes, head.payloadStart, head.payloadEnd);
    let value: unknown;
    let hasFailed = false;
    try {
      const variant = readTag(reader);
      if (variant === 1) {
        hasFailed = true;
        const failure = readFailure(request.method, reader, reading.user, head, bytes);
        const error = this.#settleError(request, failure);
        request.channels?.endFailed(error);
        return;
      }
      if (variant !== 0) unknownVariant(reader, variant, "Result");
      const { problem, read } = reading.ok;
      if (problem !== undefined) {
        this.#fail(request, "InvalidPayload", problem);
        return;
      }
      value = read(reader);
    } catch (fault) {
      const error = this.#failDecoding(request, fault, reader);
      if (hasFailed) request.channels?.endFailed(error);
      return;
    }
    this.#events.finished(request, "Ok");
    request.resolve(request.asResult ? okResult(value) : value);
  }

  #settleError(request: OutgoingRequest, failure: DeclaredError | ReadFailure): CallRejection {
    if (!(failure instanceof DeclaredError)) return this.#fail(request, failure.code, failure.detail);
    this.#events.finished(request, "User");
    this.#failWith(request, failure);
    return failure;
  }

  #failDecoding(request: OutgoingRequest, fault: unknown, reader: Reader): CallError {
    const cause = unlocatedDecodeError(fault, reader);
    this.#events.codecFailed("onDecodeError", "response", request, cause);
    return this.#fail(request, "InvalidPayload", cause.message, cause);
  }

  /** The caller gives up, or the call times out. */
  #cancel(request: OutgoingRequest, cause: unknown): void {
    if (request.settled) return;
    if (this.#unexplained.has(request)) {
      this.#failEncoding(request, unexplained(this.#unexplained.get(request), request.method));
      return;
    }
    if (request.requestId === 0) {
      this.#waiting.remove(request);
    } else {
      // For a call that waits to be sent again, no answer is certain to come: its id is not kept.
      if (this.#resends?.delete(request)) this.#inFlight.remove(request.requestId);
      else this.#inFlight.abandon(request.requestId);
      sendCancel(this.#connection, request.requestId);
    }
    abandonChannels(request, cause);
    this.#fail(request, "Cancelled", cause instanceof CallTimeoutError ? cause.message : "", cause);
  }

  #failEnded(request: OutgoingRequest): void {
    const isShutdown = this.#connection.host.isShuttingDown;
    const { code, cause } = this.#ended ?? {
      code: isShutdown ? ("SessionShutdown" as const) : ("ConnectionClosed" as const),
      cause: undefined,
    };
    if (request.requestId === 0) abandonChannels(request, cause);
    else if (this.#resends?.delete(request)) request.channels?.endReceivers(linkLost(cause));
    this.#fail(request, code, "", cause);
  }

  #failCrowded(request: OutgoingRequest): void {
    abandonChannels(request, undefined);
    this.#fail(request, "ConnectionClosed", crowded(this.#waitingLimit));
  }

  #fail(request: OutgoingRequest, code: CallErrorCode, detail: string, cause?: unknown): CallError {
    this.#unwatch(request);
    // A call without an id was never sent.
    const mayHaveRun = code !== "UnknownMethod" && request.requestId !== 0;
    const error = new CallError(code, detail, request.method, { cause, mayHaveRun });
    this.#events.finished(request, code);
    this.#failWith(request, error);
    return error;
  }

  #failWith(request: OutgoingRequest, error: CallRejection | CodecError, asResult = request.asResult): void {
    if (!this.#isStarting) {
      request.resolve(asResult ? failedResult(error) : rejection(error));
      return;
    }
    // The caller is on the stack.
    nameCaller(error, this.start);
    if (asResult) request.resolve({ ok: false, error });
    else request.reject(error);
  }

  #unwatch(request: OutgoingRequest): void {
    request.settled = true;
    this.#deadlines.remove(request);
    if (request.signal !== undefined) unwatchAbort(request.signal, request);
  }
}
