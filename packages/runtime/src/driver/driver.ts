/**
 * Runs one connection: it makes calls and answers calls. Frames come in through {@link ConnectionSink}, calls through
 * {@link DrivenCaller}; frames leave through the session's outbox. Source: `protocol/calls.md`.
 */
import type { CallOptions, DrivenCaller } from "../call/caller.js";
import type { Dispatcher } from "../call/dispatcher.js";
import { checkGiven, outcomeOf } from "../call/given-call.js";
import type { Method } from "../call/method.js";
import type { Result } from "../call/result.js";
import type { CloseReason, DrivenConnection, SessionHandle } from "../call/session-handle.js";
import type { ChannelImplementation } from "../channel/channel-implementation.js";
import type { Channels } from "../channel/channels.js";
import type { Clock } from "../clock.js";
import type { CallRejection, SessionError } from "../errors.js";
import type { Limits } from "../limits.js";
import { type FailureReporting, notify, type Observer } from "../observer.js";
import type { OperationStore } from "../operations/operation-store.js";
import type { Connection, ConnectionSink, DriverSnapshot, RestoredLink } from "../session/connection.js";
import { hasParity } from "../session/parity.js";
import { writeChannelReset } from "../wire/channel-messages.js";
import { ChannelBody, type MessageHead, RequestBody, type WireId } from "../wire/message.js";
import { Metadata } from "../wire/metadata.js";
import { type Answers, answeringImplementationOf } from "./answering.js";
import { Bindings } from "./bindings.js";
import type { BundledCode } from "./bundled-code.js";
import { itemExplanations } from "./explanations.js";
import { methodIdOf } from "./method-id.js";
import { OutgoingCalls } from "./outgoing.js";
import type { AnyMethod } from "./outgoing-request.js";
import { RefusedCalls } from "./refused-calls.js";

const noMetadata: Metadata = /*@__PURE__*/ new Metadata();

/** Only the caller has the types of the method. */
type Settle = (value: unknown) => void;

/** What a driver needs beside its connection. */
export interface DriverOptions {
  /** Answers the peer's calls; without one, each is answered with Cancelled. */
  readonly dispatcher: Dispatcher | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly observer: Observer | undefined;
  readonly onUnhandledError: FailureReporting["onUnhandledError"];
  /** Keeps the answers to calls with an operation id. Without a store, the driver keeps them as long as it lives. */
  readonly operationStore: OperationStore | undefined;
  /** Whether the session can go on over another link: the peer may repeat calls that were answered. */
  readonly isResumable: boolean;
  /** Whether the peer announced retry in the handshake: calls carry an operation id then. */
  readonly peerSupportsRetry: boolean;
  /** Undefined when all of this code is loaded on demand. */
  readonly bundled: BundledCode | undefined;
}

/** What a driver holds at this moment. All zero when nothing is in flight. */
export interface DriverLoad {
  /** Calls of this side that wait or are in flight, ids that the peer has not answered included. */
  readonly outgoing: number;
  /** Calls of the peer that run or wait. */
  readonly incoming: number;
  /** Calls of this side with a deadline. */
  readonly timed: number;
  /** Channels whose end on this side is open. */
  readonly channels: number;
}

/** Runs the requests of one connection: generated clients call through it, and it answers the peer. */
export class Driver implements DrivenCaller, ConnectionSink {
  readonly session: SessionHandle;
  readonly connection: DrivenConnection;
  readonly outlivesLink = true;
  readonly #clock: Clock;
  readonly #bindings: Bindings;
  readonly #target: Connection;
  readonly #observer: Observer | undefined;
  /** Made when a method or a dispatcher brings the code for them. */
  #channels: Channels | undefined = undefined;
  readonly #outgoing: OutgoingCalls;
  readonly #incoming: Answers;
  #onIdle: (() => void) | undefined = undefined;
  #waitsForChannels = false;

  /**
   * @param session as callers see it
   * @param handle the connection as callers see it
   */
  constructor(
    connection: Connection,
    options: DriverOptions,
    session: SessionHandle,
    handle: DrivenConnection,
  ) {
    const { limits, clock, observer } = options;
    this.session = session;
    this.connection = handle;
    this.#clock = clock;
    const { bundled, dispatcher } = options;
    this.#bindings = new Bindings(connection, limits, bundled?.decisions, dispatcher, () =>
      this.#onPlansLoaded(),
    );
    this.#target = connection;
    this.#observer = observer;
    const openChannels = (machinery: ChannelImplementation): Channels => {
      this.#channels ??= machinery.open(
        connection,
        limits,
        clock,
        itemExplanations(options.bundled?.explain),
        () => this.#onChannelOver(),
        observer,
      );
      return this.#channels;
    };
    this.#outgoing = new OutgoingCalls(
      connection,
      this.#bindings,
      openChannels,
      limits,
      clock,
      options,
      options.peerSupportsRetry,
      bundled?.explain,
    );
    const onSettled = (): void => this.#settle();
    const parts = {
      ...options,
      connection,
      bindings: this.#bindings,
      caller: this,
      calls: this.#outgoing,
      openChannels,
      onSettled,
    };
    this.#incoming = answeringImplementationOf(dispatcher)?.start(parts) ?? new RefusedCalls(parts);
    connection.sink = this;
  }

  get load(): DriverLoad {
    const outgoing = this.#outgoing;
    const incoming = this.#incoming;
    const channels = this.#channels;
    return {
      outgoing: outgoing.size,
      incoming: incoming.size,
      timed: outgoing.timed,
      channels: channels?.size ?? 0,
    };
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    const outcome = new Promise<T>((resolve, reject) => {
      this.#start(method as unknown as AnyMethod, args, options, false, resolve as Settle, reject);
    });
    return outcomeOf(method, args, outcome);
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    const outcome = new Promise<Result<T, CallRejection<E>>>((resolve, reject) => {
      this.#start(method as unknown as AnyMethod, args, options, true, resolve as Settle, reject);
    });
    return outcomeOf(method, args, outcome);
  }

  #start(
    method: AnyMethod,
    args: readonly unknown[],
    options: CallOptions | undefined,
    asResult: boolean,
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
  ): void {
    checkGiven(method, args, options);
    this.#outgoing.start(method, args, options, asResult, resolve, reject);
  }

  onRequest(head: MessageHead, bytes: Uint8Array): void {
    switch (head.body) {
      case RequestBody.Call:
        this.#incoming.onCall(head, bytes);
        break;
      case RequestBody.Response:
        this.#outgoing.onResponse(head, bytes);
        break;
      case RequestBody.Cancel:
        this.#incoming.onCancel(head.id);
        break;
    }
    if (this.#onIdle !== undefined) this.#settle();
  }

  /** The code that reads types of other versions is loaded: messages that waited for it go on. */
  #onPlansLoaded(): void {
    this.#outgoing.release();
    this.#incoming.pump();
    this.#settle();
  }

  onChannel(head: MessageHead, bytes: Uint8Array): void {
    if (this.#channels !== undefined) this.#channels.onMessage(head, bytes);
    else if (head.body === ChannelBody.Item) this.#refuseItem(head.id);
  }

  onSchemas(head: MessageHead, bytes: Uint8Array): void {
    const methodId = methodIdOf(head);
    const payload = bytes.subarray(head.schemasStart, head.schemasEnd);
    if (!this.#bindings.receive(methodId, head.direction, payload, "standalone schema message")) return;
    if (head.direction === "args") this.#incoming.forget(methodId);
    else this.#outgoing.forget(methodId);
  }

  answerWaiting(): void {
    this.#incoming.pump();
  }

  onDrain(): void {
    this.#outgoing.pump();
    this.#channels?.pump();
  }

  onDraining(onIdle: () => void, withChannels = false): void {
    this.#onIdle = onIdle;
    this.#outgoing.drain(true);
    this.#incoming.drain(true);
    // A handler that has read the draining signal closes the streams that it has kept.
    this.#waitsForChannels = withChannels || this.#incoming.isDrainWatched;
    this.#settle();
  }

  onReleased(onIdle: (() => void) | undefined, isOverdue = false): void {
    if (isOverdue) this.#outgoing.end("ConnectionClosed", undefined);
    this.#outgoing.drain(false);
    this.#incoming.drain(false);
    this.#onIdle = onIdle;
    this.#waitsForChannels = false;
    this.#settle();
  }

  onLinkLost(error: SessionError | undefined): void {
    this.#incoming.beforeLinkLost();
    this.#bindings.onLinkLost();
    // Calls first: the receivers of calls that are made again stay.
    this.#outgoing.onLinkLost(error);
    this.#channels?.cut(error);
    this.#incoming.onLinkLost();
  }

  onLinkRestored(restored: RestoredLink): void {
    this.#bindings.onLinkRestored(restored);
    if (restored.peer !== "resumed") this.#channels?.restart();
    this.#incoming.onLinkRestored(restored);
    this.#outgoing.onLinkRestored(restored);
  }

  onClosed(reason: CloseReason, error: SessionError | undefined): void {
    this.#onIdle = undefined;
    this.#incoming.end();
    this.#channels?.end(reason, error);
    const isShutdown = reason === "Local" && this.#target.host.isShuttingDown;
    this.#outgoing.end(isShutdown ? "SessionShutdown" : "ConnectionClosed", error);
    this.#bindings.end();
  }

  get isInUse(): boolean {
    return this.#incoming.size !== 0 || this.#outgoing.awaited !== 0 || this.#hasChannels;
  }

  snapshot(): DriverSnapshot {
    const nowMs = Math.floor(this.#clock.now());
    return {
      isDraining: this.#incoming.isDraining,
      requests: [...this.#outgoing.snapshot(nowMs), ...this.#incoming.snapshot(nowMs)],
      channels: this.#channels?.snapshot() ?? [],
    };
  }

  get #hasChannels(): boolean {
    return this.#channels !== undefined && this.#channels.size !== 0;
  }

  /** No call of either side has opened a channel, so an item is refused. */
  #refuseItem(id: WireId): void {
    const target = this.#target;
    const observer = this.#observer;
    const { host } = target;
    if (!hasParity(id, target.peer.parity) || !host.mayAnswer()) return;
    const { outbox } = host;
    outbox.commit(writeChannelReset(outbox.writer, outbox.begin(), target.id, id, noMetadata));
    if (observer !== undefined)
      notify(observer, "onFeatureMissing", {
        link: host.description,
        connectionId: target.id,
        feature: "channels",
        hint: "channels come with a generated method or dispatcher that has some",
      });
  }

  /** A channel has ended, perhaps in the middle of other work. */
  #onChannelOver(): void {
    if (this.#onIdle !== undefined && this.#waitsForChannels) queueMicrotask(() => this.#settle());
  }

  /** Calls `onIdle` once when nothing is in flight any more. */
  #settle(): void {
    if (this.#onIdle === undefined || this.#incoming.size !== 0 || this.#outgoing.awaited !== 0) return;
    if (this.#waitsForChannels && this.#hasChannels) return;
    const onIdle = this.#onIdle;
    this.#onIdle = undefined;
    onIdle();
  }
}
