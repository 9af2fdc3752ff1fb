/** Events for observers about requests of both sides. */
import type { Clock } from "../clock.js";
import type { CallRejectionCode, MethodName } from "../errors.js";
import {
  type CodecErrorEvent,
  type FailureReporting,
  notify,
  type Observer,
  type OperationStoreErrorEvent,
  type RequestEvent,
  reportFailure,
} from "../observer.js";
import type { Connection } from "../session/connection.js";
import type { WireId } from "../wire/message.js";

/** A request as events describe it. */
export interface ObservedRequest {
  readonly method: MethodName;
  /** 0 for a call of this side that was not sent. */
  readonly requestId: WireId;
  /** When the request began, on the clock's scale, ms; 0 without an observer. */
  startedAt: number;
}

/** Reports the requests of one direction on one connection. */
export class RequestEvents {
  readonly #connection: Connection;
  readonly #side: RequestEvent["side"];
  readonly #clock: Clock;
  readonly #observer: Observer | undefined;
  readonly #reporting: FailureReporting;

  constructor(connection: Connection, side: RequestEvent["side"], clock: Clock, reporting: FailureReporting) {
    this.#connection = connection;
    this.#side = side;
    this.#clock = clock;
    this.#observer = reporting.observer;
    this.#reporting = reporting;
  }

  /** Begins to measure the time of a request. */
  begin(request: ObservedRequest): void {
    if (this.#observer !== undefined) request.startedAt = this.#clock.now();
  }

  /** The Call was sent, or the handler is about to run. */
  started(request: ObservedRequest): void {
    if (this.#observer !== undefined) notify(this.#observer, "onRequestStarted", this.#describe(request));
  }

  finished(request: ObservedRequest, outcome: "Ok" | CallRejectionCode): void {
    if (this.#observer === undefined) return;
    const elapsedMs = this.#clock.now() - request.startedAt;
    notify(this.#observer, "onRequestFinished", { ...this.#describe(request), outcome, elapsedMs });
  }

  codecFailed(
    event: "onEncodeError" | "onDecodeError",
    subject: CodecErrorEvent["subject"],
    { requestId, method }: Pick<ObservedRequest, "requestId" | "method">,
    error: unknown,
  ): void {
    if (this.#observer === undefined) return;
    const { host, id: connectionId } = this.#connection;
    // A call of this side that could not be encoded has no id.
    const id = this.#side === "client" && requestId === 0 ? undefined : requestId;
    notify(this.#observer, event, { link: host.description, connectionId, subject, id, method, error });
  }

  /** A handler has thrown, or has returned a value that cannot be sent. */
  handlerFailed(request: ObservedRequest, error: unknown): void {
    const event = { ...this.#describe(request), error };
    reportFailure(this.#reporting, "onHandlerError", "handler", event);
  }

  storeFailed(request: ObservedRequest, step: OperationStoreErrorEvent["step"], error: unknown): void {
    const event = { ...this.#describe(request), step, error };
    reportFailure(this.#reporting, "onOperationStoreError", "operationStore", event);
  }

  /** A store has forgotten a call that was begun here. */
  forgotten(request: ObservedRequest): void {
    if (this.#observer !== undefined) notify(this.#observer, "onOperationForgotten", this.#describe(request));
  }

  #describe({ method, requestId }: ObservedRequest): RequestEvent {
    const { host, id: connectionId } = this.#connection;
    return { link: host.description, connectionId, side: this.#side, requestId, method };
  }
}
