/** The answering half of a driver: from a Call to its one Response. Source: `protocol/calls.md` §3. */
import type { DrivenCaller } from "../call/caller.js";
import type { Dispatcher, HandledMethod } from "../call/dispatcher.js";
import { Failure } from "../call/failure.js";
import { isPromise } from "../call/result.js";
import type { RequestSnapshot } from "../call/snapshot.js";
import { channels } from "../channel/channel-feature.js";
import { callOverHere, callOverThere } from "../channel/end.js";
import type { HandlerChannels } from "../channel/handler-channels.js";
import type { CallErrorCode, CallRejectionCode } from "../errors.js";
import type { SealedReply } from "../operations/operation-store.js";
import { type OperationHost, Operations, type StoreStep } from "../operations/operations.js";
import { encodeReply, outcomeOf } from "../operations/sealed-replies.js";
import type { Connection, RestoredLink } from "../session/connection.js";
import { FrameTooLarge } from "../session/outbox.js";
import { hasParity } from "../session/parity.js";
import { type MessageHead, rootConnectionId, type WireId } from "../wire/message.js";
import { isSendable } from "../wire/metadata.js";
import type { AnsweringParts, Answers } from "./answering.js";
import type { ArrivalQueue, QueuedMessage } from "./arrival-queue.js";
import type { Bindings } from "./bindings.js";
import { Draining } from "./draining.js";
import { type Explanations, encodeErrorOf, whenLocated } from "./explanations.js";
import { IncomingArguments } from "./incoming-arguments.js";
import { WaitingCalls } from "./incoming-queue.js";
import { type ArgumentsReading, IncomingRequest } from "./incoming-request.js";
import { methodIdOf } from "./method-id.js";
import { MethodTable } from "./method-table.js";
import { NestedCaller, NestedCalls } from "./nested-calls.js";
import { isOrdinaryEnd } from "./ordinary-end.js";
import { type Reading, statically, unreadable } from "./reading.js";
import { Replies } from "./replies.js";
import { RequestEvents } from "./request-events.js";
import { RunningHandlers } from "./running-handlers.js";
import { incomingSnapshot } from "./snapshot.js";

/** Calls of the peer on one connection. */
export class IncomingCalls implements Answers, OperationHost<IncomingRequest> {
  readonly #caller: DrivenCaller;
  readonly #explain: Explanations | undefined;
  readonly #connection: Connection;
  readonly #bindings: Bindings;
  readonly #dispatcher: Dispatcher | undefined;
  readonly #events: RequestEvents;
  /** Called when an asynchronous handler has ended. */
  readonly #onSettled: () => void;
  readonly #replies: Replies;
  readonly #operations: Operations<IncomingRequest>;
  readonly #limit: number;
  readonly #running = new Map<WireId, IncomingRequest>();
  readonly #waiting: WaitingCalls;
  /** Requests that have run since before the link was lost: their callers may send each of them again once. */
  readonly #resumable = new Set<WireId>();
  readonly #methods: MethodTable<HandledMethod, ArgumentsReading>;
  readonly #arguments: IncomingArguments;
  /** Whether new calls are answered with `SessionShutdown`. */
  isDraining = false;
  readonly #draining = new Draining();
  #hasEnded = false;
  readonly #runningHandlers: RunningHandlers;

  constructor(parts: AnsweringParts) {
    const { connection, bindings, limits, clock, operationStore: store, isResumable } = parts;
    this.#caller = new NestedCaller(parts.caller, new NestedCalls(parts.calls, clock));
    this.#explain = parts.bundled?.explain;
    this.#runningHandlers = new RunningHandlers(connection.host);
    this.#connection = connection;
    this.#bindings = bindings;
    this.#dispatcher = parts.dispatcher;
    this.#events = new RequestEvents(connection, "server", clock, parts);
    this.#onSettled = parts.onSettled;
    this.#methods = new MethodTable(bindings, "response", (method) =>
      bindings.decide<Reading<readonly unknown[]>>(
        method.id,
        "args",
        method.args,
        () => statically(method.args),
        (decisions, remote) => decisions.arguments(method, remote, bindings),
        unreadable,
      ),
    );
    const opened = parts.openChannels(channels);
    this.#arguments = new IncomingArguments(this.#methods, opened, this.#events, connection.host.decoded);
    this.#replies = new Replies(connection, bindings, limits);
    this.#operations = new Operations(connection, store, limits.storeTimeoutMs, isResumable, clock, this);
    this.#limit = Math.max(1, connection.local.maxConcurrentRequests);
    this.#waiting = new WaitingCalls(connection.host, Math.max(limits.maxQueuedRequests, 16 * this.#limit));
  }

  /** Requests that run or wait. */
  get size(): number {
    return this.#running.size + this.#waiting.size;
  }

  /** The requests that have not been answered, the running ones first. */
  snapshot(nowMs: number): RequestSnapshot[] {
    return incomingSnapshot(this.#running, this.#waiting.all(), (call) => this.#find(call), nowMs);
  }

  /** A Call: runs it, queues it, or ends the connection when the peer breaks the rules of request ids. */
  onCall(head: MessageHead, bytes: Uint8Array): void {
    const { id } = head;
    const connection = this.#connection;
    if (!hasParity(id, connection.peer.parity)) {
      connection.fail(`request id ${id} is not ${connection.peer.parity.toLowerCase()}`);
      return;
    }
    // The caller has sent the call again after a lost link. Its handler still runs, and its answer goes to this call.
    if (this.#resumable.size !== 0 && this.#isResumed(head)) return;
    if (this.#running.has(id) || this.#waiting.get(id) !== undefined) {
      connection.fail(`request id ${id} is in flight already`);
      return;
    }
    if (head.schemasEnd > head.schemasStart && !this.#receiveInlined(head, bytes)) return;
    if (this.isDraining) {
      this.#reject(head, bytes, this.#find(head), "SessionShutdown");
      return;
    }
    if (this.#isFull || this.#waiting.ready.size !== 0 || connection.host.isCongested) {
      enqueue(this.#connection, this.#waiting.ready, head, bytes, arrivedMs(this.#connection));
    } else {
      this.#run(head, bytes, arrivedMs(this.#connection));
    }
  }

  /** A Cancel: the request is answered at once; its handler learns it through its signal. */
  onCancel(id: WireId): void {
    const queued = this.#waiting.get(id);
    if (queued !== undefined) {
      const method = this.#find(queued);
      if (method?.persist === true) return;
      this.#waiting.remove(queued);
      this.#reject(queued, queued.bytes, method, "Cancelled");
      return;
    }
    const request = this.#running.get(id);
    if (request === undefined) return;
    if (request.operation !== undefined) {
      this.#operations.cancel(request);
    } else if (!request.method.persist) {
      this.#answer(request, "Cancelled");
      request.abort("the caller has cancelled the call");
    }
    this.pump();
  }

  /** The peer has announced other argument types: earlier decisions about them are dropped. */
  forget(methodId: bigint): void {
    this.#methods.forget(methodId);
  }

  /** Runs waiting calls, as far as the limit and the link allow. A call that still cannot be read waits again. */
  pump(): void {
    for (const call of this.#waiting.inTurn()) {
      if (this.#isFull || this.#connection.host.isCongested || this.#hasEnded) return;
      this.#waiting.remove(call);
      this.#run(call, call.bytes, call.sinceMs);
    }
  }

  get isDrainWatched(): boolean {
    return this.#draining.isWatched;
  }

  drain(isDraining: boolean): void {
    this.isDraining = isDraining;
    if (isDraining) this.#draining.begin();
  }

  /** The link is lost: answers on a virtual connection wait until it is known whether the peer still has it. */
  beforeLinkLost(): void {
    if (this.#connection.id !== rootConnectionId) this.#replies.hold();
  }

  /**
   * The link is lost. Handlers run on, and their answers wait for the next link; handlers with channels cannot go on.
   * Calls that wait for their turn are dropped: their callers send them again. Source: `protocol/calls.md` §6.3.
   */
  onLinkLost(): void {
    this.#waiting.clear();
    this.#resumable.clear();
    this.#methods.forgetAll();
    for (const request of [...this.#running.values()]) {
      if (request.channels !== undefined || request.method.hasChannels) this.#cut(request);
      else this.#resumable.add(request.requestId);
    }
  }

  /** There is a link again. A peer with a new session does not wait for the calls of the old one. */
  onLinkRestored({ peer }: RestoredLink): void {
    this.#replies.release(peer === "resumed");
    if (peer === "resumed") return;
    this.#resumable.clear();
    this.#dropAll("the caller's session is gone");
  }

  /** The connection has ended: the signals of handlers that may stop are aborted, and later answers are dropped. */
  end(): void {
    this.#hasEnded = true;
    this.#draining.begin();
    this.#waiting.clear();
    this.#resumable.clear();
    this.#methods.clear();
    this.#dropAll("the connection of the call has ended");
    this.#runningHandlers.linger();
  }

  /**
   * Whether no handler may start. A handler whose call was cancelled or cut off counts until it ends. Otherwise a
   * caller could make and cancel calls, and so make more handlers run than the limit allows.
   */
  get #isFull(): boolean {
    const { count } = this.#runningHandlers;
    if (this.#running.size >= this.#limit || count >= this.#limit) return true;
    // A connection without a running handler may always start one: waiting calls start when a handler of it ends.
    return count !== 0 && this.#connection.host.decoded.isHalfHeld;
  }

  /** No answer can be sent any more: the signals of handlers that may stop are aborted. */
  #dropAll(text: string): void {
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const request of running) {
      request.isAnswered = true;
      this.#events.finished(request, "ConnectionClosed");
      if (!request.method.persist) request.abort(text);
    }
    this.#operations.end(running);
  }

  findRunning(operationId: WireId): IncomingRequest | undefined {
    return [...this.#running.values()].find((request) => request.operationId === operationId);
  }

  /** Runs the handler of a request whose operation may run. */
  start(request: IncomingRequest): void {
    let args: readonly unknown[];
    try {
      const { reading } = request;
      if (reading.problem !== undefined) {
        this.#answer(request, "InvalidPayload", reading.problem);
        return;
      }
      args = this.#arguments.read(request, reading);
    } catch (fault) {
      this.#events.codecFailed("onDecodeError", "arguments", request, fault);
      this.#answer(request, "InvalidPayload", textOf(fault));
      return;
    }
    this.#invoke(request, args);
  }

  hold(request: IncomingRequest): void {
    if (!request.isAnswered && !this.#hasEnded) this.#running.set(request.requestId, request);
  }

  decline({ method, served, requestId, bytes, argumentsStart, argumentsEnd }: IncomingRequest): void {
    if (method.hasChannels && !this.#hasEnded)
      this.#arguments.refuse(served, requestId, bytes, argumentsStart, argumentsEnd);
  }

  replay(request: IncomingRequest, reply: SealedReply): void {
    if (request.isAnswered || this.#hasEnded) return;
    try {
      this.#replies.replay(request.requestId, request.served, reply);
    } catch (error) {
      this.#connection.host.outbox.discard();
      if (!this.#reportTooLarge(request, error)) this.#answer(request, "Cancelled");
      this.#events.handlerFailed(request, error);
      return;
    }
    this.#finish(request, outcomeOf(reply));
  }

  refuse(request: IncomingRequest, code: CallErrorCode, detail = ""): void {
    if (!request.isAnswered && !this.#hasEnded) this.#answer(request, code, detail);
  }

  reportForgotten(request: IncomingRequest): void {
    this.#events.forgotten(request);
  }

  reportStore(request: IncomingRequest, step: StoreStep, error: unknown): void {
    this.#events.storeFailed(request, step, error);
  }

  /** Ends a handler whose channels are gone. A caller that may make the call again does so, and gets a new answer. */
  #cut(request: IncomingRequest): void {
    const { operation, method } = request;
    const reason = "the session has lost its link, and channels do not survive that";
    // Another request with the same operation may have ended this one already.
    if (request.isAnswered) return;
    if (operation !== undefined) {
      this.#operations.abort(operation, "Indeterminate", reason);
      return;
    }
    if (method.idempotent) this.#finish(request, "ConnectionClosed");
    else this.#answer(request, "Indeterminate");
    request.abort(reason);
  }

  #isResumed(head: MessageHead): boolean {
    const request = this.#running.get(head.id);
    return request !== undefined && this.#find(head) === request.method && this.#resumable.delete(head.id);
  }

  #find(head: MessageHead | QueuedMessage): HandledMethod | undefined {
    return this.#dispatcher?.find(head.methodLow, head.methodHigh);
  }

  /** Answers a Call that no handler saw. */
  #reject(
    head: MessageHead | QueuedMessage,
    bytes: Uint8Array,
    method: HandledMethod | undefined,
    code: CallErrorCode,
  ): void {
    if (!this.#connection.host.mayAnswer()) return;
    if (method === undefined) {
      this.#replies.answerUnknown(head.id, methodIdOf(head), code, this.#dispatcher?.lack);
      return;
    }
    const served = this.#methods.entry(method);
    this.#replies.answer(head.id, served, code);
    if (method.hasChannels)
      this.#arguments.refuse(served, head.id, bytes, head.payloadStart, head.payloadEnd);
  }

  #receiveInlined(head: MessageHead, bytes: Uint8Array): boolean {
    const payload = bytes.subarray(head.schemasStart, head.schemasEnd);
    const isRead = this.#bindings.receive(methodIdOf(head), "args", payload, "inlined request schemas");
    if (isRead) this.forget(methodIdOf(head));
    return isRead;
  }

  #run(head: MessageHead | QueuedMessage, bytes: Uint8Array, arrivedMs: number): void {
    const method = this.#find(head);
    if (method === undefined) {
      this.#reject(head, bytes, undefined, this.#dispatcher === undefined ? "Cancelled" : "UnknownMethod");
      return;
    }
    const served = this.#methods.entry(method);
    const reading = served.decision ?? this.#methods.decide(served);
    if (reading === undefined) {
      enqueue(this.#connection, this.#waiting.unread, head, bytes, arrivedMs);
      return;
    }
    const connection = this.#connection;
    const caller = this.#caller;
    const draining = this.#draining;
    const { id } = connection;
    const request = new IncomingRequest(served, reading, id, caller, head, bytes, arrivedMs, draining);
    this.#events.begin(request);
    this.#events.started(request);
    if (request.mayRepeat && (this.#running.size !== 0 || this.#operations.usesStore(method)))
      this.#operations.admit(request);
    else this.start(request);
  }

  #invoke(request: IncomingRequest, args: readonly unknown[]): void {
    let result: unknown;
    let isLater: boolean;
    try {
      result = request.method.invoke(args, request);
      isLater = isPromise(result);
    } catch (thrown) {
      this.#onThrown(request, thrown);
      return;
    }
    if (!isLater) {
      this.#onResult(request, result);
      return;
    }
    const { decodedBytes } = request;
    this.#runningHandlers.started(decodedBytes);
    if (this.#hasEnded) {
      this.#runningHandlers.linger();
      request.isAnswered = true;
      request.abort("the connection of the call has ended");
    } else {
      this.#running.set(request.requestId, request);
      if (request.operation === undefined && request.mayRepeat) this.#operations.enter(request);
    }
    Promise.resolve(result).then(
      (value) => {
        this.#runningHandlers.ended(decodedBytes);
        this.#onResult(request, value);
        this.advance();
      },
      (thrown) => {
        this.#runningHandlers.ended(decodedBytes);
        this.#onThrown(request, thrown);
        this.advance();
      },
    );
  }

  /** A handler has ended: the next one may start. */
  advance(): void {
    if (this.#waiting.size !== 0) this.pump();
    this.#onSettled();
  }

  #onResult(request: IncomingRequest, value: unknown): void {
    // The answer of an operation that has outlived its connection is kept for the next request.
    if ((request.isAnswered || this.#hasEnded) && request.operation === undefined) return;
    const { method } = request;
    if (!(value instanceof Failure)) {
      this.#reply(request, 0, method.ok, value);
    } else if (method.error === undefined) {
      this.#drop(request);
      this.#events.handlerFailed(request, undeclared(method));
    } else {
      this.#reply(request, 1, method.error, value.value);
    }
  }

  #onThrown(request: IncomingRequest, thrown: unknown): void {
    if (thrown instanceof Failure) {
      this.#onResult(request, thrown);
      return;
    }
    const isAwaited = !request.isAnswered && !this.#hasEnded;
    this.#drop(request);
    if (!isOrdinaryEnd(request, thrown, isAwaited)) this.#events.handlerFailed(request, thrown);
  }

  /** The handler has ended without an answer. It may have done half of its work. */
  #drop(request: IncomingRequest): void {
    const { persist, hasChannels, idempotent } = request.method;
    const code = persist || (hasChannels && !idempotent) ? "Indeterminate" : "Cancelled";
    // Before the answer: a caller of version 0.8.2 treats a stream as finished when its call has failed.
    request.channels?.abortSenders(callOverHere("its handler has failed"));
    if (request.isAnswered || this.#hasEnded) this.#operations.finished(request, code, "");
    else this.#answer(request, code);
  }

  /** Answers with a value of the method's own types, or with Cancelled when the value does not fit them. */
  #reply(request: IncomingRequest, variant: 0 | 1, type: HandledMethod["ok"], value: unknown): void {
    const { operation } = request;
    try {
      if (operation?.isShared === true) {
        const { outbox } = this.#connection.host;
        const reply = encodeReply(variant, type, value, request.answeredMetadata, outbox);
        this.#operations.reply(operation, reply);
        return;
      }
      this.#replies.reply(request, variant, type, value);
    } catch (fault) {
      const { method } = request;
      if (!this.#reportTooLarge(request, fault)) this.#drop(request);
      const label = `${method.service}.${method.name}: ${variant === 0 ? "result" : "error"}`;
      whenLocated(encodeErrorOf(this.#explain)(fault, type.shape, value, label), (error) => {
        this.#events.codecFailed("onEncodeError", "response", request, error);
        this.#events.handlerFailed(request, error);
      });
      return;
    }
    this.#finish(request, variant === 0 ? "Ok" : "User");
  }

  /** Tells the caller that there is an answer, and why it cannot come. @returns false for another fault */
  #reportTooLarge(request: IncomingRequest, fault: unknown): boolean {
    if (!(fault instanceof FrameTooLarge) || request.isAnswered || this.#hasEnded) return false;
    this.#answer(request, "InvalidPayload", `the answer cannot be sent: ${fault.reason}`);
    return true;
  }

  #answer(request: IncomingRequest, code: CallErrorCode, detail = ""): void {
    const metadata = sendableMetadata(request, this.#connection);
    this.#replies.answer(request.requestId, request.served, code, detail, metadata);
    this.#finish(request, code, detail);
  }

  #finish(request: IncomingRequest, outcome: "Ok" | CallRejectionCode, detail = ""): void {
    request.isAnswered = true;
    if (request.operation !== undefined) this.#operations.finished(request, outcome, detail);
    if (request.channels !== undefined) endChannels(request.channels, outcome);
    if (this.#running.size !== 0) this.#running.delete(request.requestId);
    this.#events.finished(request, outcome);
  }
}

/** The metadata that the handler has set for its answer, unless they are too large to be sent. */
function sendableMetadata({ answeredMetadata: beside }: IncomingRequest, { host }: Connection) {
  const { metadataLimits } = host.outbox.writer;
  return beside !== undefined && isSendable(beside, metadataLimits) ? beside : undefined;
}

/** Queues a Call; ends the connection when there is no room. */
function enqueue(
  connection: Connection,
  queue: ArrivalQueue,
  head: MessageHead | QueuedMessage,
  bytes: Uint8Array,
  sinceMs: number,
): void {
  if (queue.add(head, bytes, sinceMs)) return;
  connection.fail(`more than ${queue.size} requests wait for an answer`);
}

function undeclared({ service, name }: HandledMethod): TypeError {
  return new TypeError(`${service}.${name} declares no error, yet its handler gave one`);
}

/** A call is answered: ends the channels of its handler. */
function endChannels(channels: HandlerChannels, outcome: "Ok" | CallRejectionCode): void {
  if (outcome === "Ok") channels.release();
  // The reference closes the channel here, and its callers rely on that: the declared error tells the caller the
  // reason.
  else if (outcome === "User")
    channels.giveUp(callOverHere("its handler has answered with an error"), "Close");
  else channels.giveUp(callOverThere(`the call has ended with ${outcome}`), "Reset");
}

function textOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

/** When the current frame arrived. */
function arrivedMs({ host }: Connection): number {
  return host.outbox.traffic.lastInMs ?? 0;
}
