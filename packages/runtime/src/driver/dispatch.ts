/** The answering half of a driver: from a Call to its one Response. Source: `protocol/calls.md` §3. */
import { Reader } from "../bytes/reader.js";
import type { Caller } from "../call/caller.js";
import type { Dispatcher, HandledMethod } from "../call/dispatcher.js";
import { Failure } from "../call/failure.js";
import type { RequestSnapshot } from "../call/snapshot.js";
import type { Channels } from "../channel/channels.js";
import { HandlerChannels } from "../channel/handler-channels.js";
import type { Clock } from "../clock.js";
import { type CallErrorCode, type CallFailureCode, CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import { notify, type Observer } from "../observer.js";
import type { Connection } from "../session/connection.js";
import { hasParity } from "../session/parity.js";
import { encodeError } from "../shape/codec-error.js";
import type { MessageHead, WireId } from "../wire/message.js";
import { isSendable, type Metadata } from "../wire/metadata.js";
import { methodIdBytes } from "../wire/request-messages.js";
import type { Bindings } from "./bindings.js";
import { Replies } from "./replies.js";
import { type QueuedCall, RunningRequest, type ServedMethod } from "./running.js";
import { queuedSnapshot, runningSnapshot } from "./snapshot.js";

/** A Call whose frame is this small is copied when it must wait, so that it does not keep its whole chunk alive. */
const copiedFrameBytes = 16 * 1024;

/** Calls of the peer on one connection. */
export class IncomingCalls {
  /** Calls the peer on this connection; set before the first Call arrives. */
  caller: Caller | undefined = undefined;
  private readonly connection: Connection;
  private readonly bindings: Bindings;
  private readonly channels: Channels;
  private readonly dispatcher: Dispatcher | undefined;
  private readonly clock: Clock;
  private readonly observer: Observer | undefined;
  /** Called when a handler that took its time is through. */
  private readonly onSettled: () => void;
  private readonly replies: Replies;
  private readonly limit: number;
  private readonly queueLimit: number;
  private readonly running = new Map<WireId, RunningRequest>();
  private readonly queued = new Map<WireId, QueuedCall>();
  private queuedBytes = 0;
  private readonly methods = new Map<HandledMethod, ServedMethod>();
  private readonly reader = new Reader();
  /** Whether new calls are answered with `SessionShutdown`. */
  isDraining = false;
  private hasEnded = false;

  constructor(
    connection: Connection,
    bindings: Bindings,
    channels: Channels,
    dispatcher: Dispatcher | undefined,
    limits: Limits,
    clock: Clock,
    observer: Observer | undefined,
    onSettled: () => void,
  ) {
    this.connection = connection;
    this.bindings = bindings;
    this.channels = channels;
    this.dispatcher = dispatcher;
    this.clock = clock;
    this.observer = observer;
    this.onSettled = onSettled;
    this.replies = new Replies(connection, bindings);
    this.limit = Math.max(1, connection.local.maxConcurrentRequests);
    this.queueLimit = Math.max(limits.maxQueuedRequests, 16 * this.limit);
  }

  /** Requests that run or wait. */
  get size(): number {
    return this.running.size + this.queued.size;
  }

  /** Those that have not been answered, the running ones first. */
  snapshot(nowMs: number): RequestSnapshot[] {
    const running = Array.from(this.running.values(), (request) => runningSnapshot(request, nowMs));
    const queued = Array.from(this.queued.values(), (call) =>
      queuedSnapshot(call, methodIdOf(call), this.find(call), nowMs),
    );
    return [...running, ...queued];
  }

  /** A Call: runs it, queues it, or ends the connection when the peer breaks the rules of request ids. */
  onCall(head: MessageHead, bytes: Uint8Array): void {
    const { id } = head;
    const { connection } = this;
    if (!hasParity(id, connection.peer.parity)) {
      connection.fail(`request id ${id} is not ${connection.peer.parity.toLowerCase()}`);
      return;
    }
    if (this.running.has(id) || this.queued.has(id)) {
      connection.fail(`request id ${id} is in flight already`);
      return;
    }
    if (head.schemasEnd > head.schemasStart && !this.receiveInlined(head, bytes)) return;
    if (this.isDraining) {
      this.refuse(head, bytes, this.find(head), "SessionShutdown");
      return;
    }
    if (this.running.size >= this.limit || this.queued.size !== 0 || connection.host.isCongested) {
      this.enqueue(head, bytes);
    } else {
      this.run(head, bytes, this.arrivedMs);
    }
  }

  /** A Cancel: the request is answered at once; its handler learns it through its signal. */
  onCancel(id: WireId): void {
    const queued = this.queued.get(id);
    if (queued !== undefined) {
      const method = this.find(queued);
      if (method?.persist === true) return;
      this.unqueue(queued);
      this.refuse(queued, queued.bytes, method, "Cancelled");
      return;
    }
    const request = this.running.get(id);
    if (request === undefined || request.method.persist) return;
    this.answer(request, "Cancelled");
    request.abort("the caller has cancelled the call");
    this.pump();
  }

  /** The peer announced argument types anew: what was decided about them is void. */
  forget(methodId: bigint): void {
    for (const served of this.methods.values())
      if (served.method.id === methodId) served.decision = undefined;
  }

  /** Runs what waits, as far as the limit and the link allow. */
  pump(): void {
    for (const call of this.queued.values()) {
      if (this.running.size >= this.limit || this.connection.host.isCongested || this.hasEnded) return;
      this.unqueue(call);
      this.run(call, call.bytes, call.sinceMs);
    }
  }

  /** Answers new calls with `SessionShutdown` from now on. */
  drain(): void {
    this.isDraining = true;
  }

  /** The connection has ended: handlers that may stop are told so; what they answer is dropped. */
  end(): void {
    this.hasEnded = true;
    const running = [...this.running.values()];
    this.running.clear();
    this.queued.clear();
    this.connection.host.countQueued(-this.queuedBytes);
    this.queuedBytes = 0;
    this.methods.clear();
    for (const request of running) {
      request.isAnswered = true;
      if (this.observer !== undefined) this.reportEnd(request, "ConnectionClosed");
      if (!request.method.persist) request.abort("the connection of the call has ended");
    }
  }

  /** When the frame that is being read has arrived. */
  private get arrivedMs(): number {
    return this.connection.host.outbox.traffic.lastInMs ?? 0;
  }

  private find(head: MessageHead | QueuedCall): HandledMethod | undefined {
    return this.dispatcher?.find(head.methodLow, head.methodHigh);
  }

  private servedOf(method: HandledMethod): ServedMethod {
    let served = this.methods.get(method);
    if (served === undefined) {
      const announcement = this.bindings.announcement(method.id, "response", method.response);
      served = { method, idBytes: methodIdBytes(method.id), announcement, decision: undefined };
      this.methods.set(method, served);
    }
    return served;
  }

  /** Answers a Call that no handler saw. */
  private refuse(
    head: MessageHead | QueuedCall,
    bytes: Uint8Array,
    method: HandledMethod | undefined,
    code: CallFailureCode,
  ): void {
    if (method === undefined) {
      this.replies.answerUnknown(head.id, methodIdOf(head), code);
      return;
    }
    this.replies.answer(head.id, this.servedOf(method), code);
    if (method.hasChannels) this.refuseChannels(head, bytes, method);
  }

  /** Whoever is on the other ends of the channels of a refused Call is told; what has come for them is dropped. */
  private refuseChannels(head: MessageHead | QueuedCall, bytes: Uint8Array, method: HandledMethod): void {
    const { reader } = this;
    const channels = new HandlerChannels(this.channels, method);
    const served = this.servedOf(method);
    reader.binder = channels;
    try {
      served.decision ??= this.bindings.decideArguments(method);
      if (served.decision.problem !== undefined) return;
      reader.reset(bytes, head.payloadStart, head.payloadEnd);
      served.decision.read(reader);
    } catch (fault) {
      if (this.observer !== undefined) this.reportUnreadableCall(head, method, fault);
    } finally {
      reader.binder = undefined;
      channels.refuse();
    }
  }

  private receiveInlined(head: MessageHead, bytes: Uint8Array): boolean {
    const methodId = methodIdOf(head);
    const payload = bytes.subarray(head.schemasStart, head.schemasEnd);
    if (!this.bindings.receive(methodId, "args", payload, "inlined request schemas")) return false;
    this.forget(methodId);
    return true;
  }

  private enqueue(head: MessageHead, bytes: Uint8Array): void {
    const start = head.metadataStart;
    const frameBytes = head.payloadEnd - start;
    if (this.queued.size >= this.queueLimit || !this.connection.host.countQueued(frameBytes)) {
      this.connection.fail(`more than ${this.queued.size} requests wait for an answer`);
      return;
    }
    const isCopied = frameBytes <= copiedFrameBytes;
    const offset = isCopied ? start : 0;
    this.queuedBytes += frameBytes;
    this.queued.set(head.id, {
      id: head.id,
      methodLow: head.methodLow,
      methodHigh: head.methodHigh,
      bytes: isCopied ? bytes.slice(start, head.payloadEnd) : bytes,
      metadataStart: start - offset,
      metadataEnd: head.metadataEnd - offset,
      payloadStart: head.payloadStart - offset,
      payloadEnd: head.payloadEnd - offset,
      sinceMs: this.arrivedMs,
    });
  }

  private unqueue(call: QueuedCall): void {
    this.queued.delete(call.id);
    const frameBytes = call.payloadEnd - call.metadataStart;
    this.queuedBytes -= frameBytes;
    this.connection.host.countQueued(-frameBytes);
  }

  private run(head: MessageHead | QueuedCall, bytes: Uint8Array, arrivedMs: number): void {
    const { id } = head;
    const method = this.find(head);
    if (method === undefined) {
      this.refuse(head, bytes, undefined, this.dispatcher === undefined ? "Cancelled" : "UnknownMethod");
      return;
    }
    const served = this.servedOf(method);
    const { metadataStart, metadataEnd } = head;
    const request = new RunningRequest(
      served,
      id,
      this.connection.id,
      this.caller,
      bytes,
      metadataStart,
      metadataEnd,
      arrivedMs,
    );
    if (this.observer !== undefined) this.reportStart(request);
    let args: readonly unknown[];
    try {
      served.decision ??= this.bindings.decideArguments(method);
      const { problem, read, skipsChannels } = served.decision;
      if (problem !== undefined) {
        this.answer(request, "InvalidPayload", problem);
        return;
      }
      this.reader.reset(bytes, head.payloadStart, head.payloadEnd);
      args = method.hasChannels || skipsChannels ? this.readWithChannels(request, read) : read(this.reader);
    } catch (fault) {
      if (this.observer !== undefined) this.reportCodec("onDecodeFailed", "arguments", request, fault);
      this.answer(request, "InvalidPayload", textOf(fault));
      return;
    }
    this.invoke(request, args);
  }

  /** Reads arguments that hold channels; none is open when they cannot be read. */
  private readWithChannels(
    request: RunningRequest,
    read: (r: Reader) => readonly unknown[],
  ): readonly unknown[] {
    const { reader } = this;
    const channels = new HandlerChannels(this.channels, request.method);
    reader.binder = channels;
    try {
      const args = read(reader);
      channels.open();
      request.channels = channels;
      return args;
    } catch (fault) {
      channels.refuse();
      throw fault;
    } finally {
      reader.binder = undefined;
    }
  }

  private invoke(request: RunningRequest, args: readonly unknown[]): void {
    let result: unknown;
    try {
      result = request.method.invoke(args, request);
    } catch (thrown) {
      this.onThrown(request, thrown);
      return;
    }
    if (!isThenable(result)) {
      this.onResult(request, result);
      return;
    }
    if (this.hasEnded) {
      request.isAnswered = true;
      request.abort("the connection of the call has ended");
    } else {
      this.running.set(request.requestId, request);
    }
    result.then(
      (value) => {
        this.onResult(request, value);
        this.advance();
      },
      (thrown) => {
        this.onThrown(request, thrown);
        this.advance();
      },
    );
  }

  /** A handler is through: the next one may start. */
  private advance(): void {
    if (this.queued.size !== 0) this.pump();
    this.onSettled();
  }

  private onResult(request: RunningRequest, value: unknown): void {
    if (request.isAnswered || this.hasEnded) return;
    const { method } = request;
    if (!(value instanceof Failure)) {
      this.reply(request, 0, method.ok, value);
    } else if (method.error === undefined) {
      this.answer(request, "Cancelled");
      this.report(
        request,
        new TypeError(`${method.service}.${method.name} declares no error, yet its handler gave one`),
      );
    } else {
      this.reply(request, 1, method.error, value.error);
    }
  }

  private onThrown(request: RunningRequest, thrown: unknown): void {
    if (thrown instanceof Failure) {
      this.onResult(request, thrown);
      return;
    }
    if (!request.isAnswered && !this.hasEnded) this.answer(request, "Cancelled");
    else if (isAbort(thrown)) return;
    this.report(request, thrown);
  }

  /** Answers with a value of the method's own types; when it does not fit them, with Cancelled. */
  private reply(request: RunningRequest, variant: 0 | 1, type: HandledMethod["ok"], value: unknown): void {
    try {
      this.replies.reply(request, variant, type, value);
    } catch (fault) {
      const { method } = request;
      this.answer(request, "Cancelled");
      const label = `${method.service}.${method.name}: ${variant === 0 ? "result" : "error"}`;
      const error = fault instanceof CodecError ? fault : encodeError(fault, type.shape, value, label);
      if (this.observer !== undefined) this.reportCodec("onEncodeFailed", "response", request, error);
      this.report(request, error);
      return;
    }
    this.finish(request, variant === 0 ? "Ok" : "User");
  }

  /** What the handler has put beside its answer; nothing when that is too large to be sent. */
  private sendableMetadata({ answeredMetadata }: RunningRequest): Metadata | undefined {
    return answeredMetadata !== undefined && isSendable(answeredMetadata) ? answeredMetadata : undefined;
  }

  private answer(request: RunningRequest, code: "Cancelled" | "InvalidPayload", detail = ""): void {
    const { requestId, served } = request;
    this.replies.answer(requestId, served, code, detail, this.sendableMetadata(request));
    this.finish(request, code);
  }

  private finish(request: RunningRequest, outcome: "Ok" | CallErrorCode): void {
    request.isAnswered = true;
    if (outcome === "Ok") request.channels?.release();
    else request.channels?.abandon();
    if (this.running.size !== 0) this.running.delete(request.requestId);
    if (this.observer !== undefined) this.reportEnd(request, outcome);
  }

  private eventOf(request: RunningRequest) {
    const { method, requestId, connectionId } = request;
    return {
      link: this.connection.host.description,
      connectionId,
      side: "server" as const,
      requestId,
      method,
    };
  }

  private reportCodec(
    event: "onEncodeFailed" | "onDecodeFailed",
    of: "arguments" | "response",
    { requestId: id, connectionId, method }: RunningRequest,
    error: unknown,
  ): void {
    const link = this.connection.host.description;
    notify(this.observer, event, { link, connectionId, of, id, method, error });
  }

  private reportUnreadableCall(head: MessageHead | QueuedCall, method: HandledMethod, error: unknown): void {
    const { host, id: connectionId } = this.connection;
    const event = {
      link: host.description,
      connectionId,
      of: "arguments" as const,
      id: head.id,
      method,
      error,
    };
    notify(this.observer, "onDecodeFailed", event);
  }

  private report(request: RunningRequest, error: unknown): void {
    notify(this.observer, "onHandlerFailed", { ...this.eventOf(request), error });
  }

  private reportStart(request: RunningRequest): void {
    request.startedAt = this.clock.now();
    notify(this.observer, "onRequestStarted", this.eventOf(request));
  }

  private reportEnd(request: RunningRequest, outcome: "Ok" | CallErrorCode): void {
    const elapsedMs = this.clock.now() - request.startedAt;
    notify(this.observer, "onRequestFinished", { ...this.eventOf(request), outcome, elapsedMs });
  }
}

/** The method id of a Call as one number: off the hot path only. */
export function methodIdOf(head: { readonly methodLow: number; readonly methodHigh: number }): bigint {
  return (BigInt(head.methodHigh >>> 0) << 32n) | BigInt(head.methodLow >>> 0);
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

function isAbort(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "name" in thrown && thrown.name === "AbortError";
}

function textOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
