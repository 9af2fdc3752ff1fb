/**
 * Calls that carry an operation id: one that is sent twice runs once. Pure: it owns no handlers, frames or stores.
 * Source: `protocol/calls.md` §6.2.
 *
 * ```
 *             ┌─ live: same call ──► waits for the owner's answer
 *             ├─ live: another call ──► conflict
 *   Call ─────┼─ store: sealed ──► replay      (another call: conflict)
 *             ├─ store: admitted, damaged ──► Indeterminate
 *             ├─ unknown to the store, though it was begun here ──► Indeterminate
 *             └─ unknown ──► admitting ──► running ──reply──► sealing ──► answered
 *                                             ├── no reply ──► answered, stays admitted
 *                                             └── abort ──► answered, removed
 * ```
 */
import { Reader } from "../bytes/reader.js";
import { ignore } from "../call/call-out.js";
import type { HandledMethod } from "../call/dispatcher.js";
import { type Awaitable, isPromise } from "../call/result.js";
import type { Clock } from "../clock.js";
import { type CallErrorCode, type CallRejectionCode, StoreError } from "../errors.js";
import type { OperationStoreErrorEvent } from "../observer.js";
import type { WireId } from "../wire/message.js";
import { checkedEntry } from "./checked-entry.js";
import { fingerprint } from "./fingerprint.js";
import { LiveOperation, type OperationRequest } from "./live-operation.js";
import { memoryOperationStore } from "./memory-operation-store.js";
import { readOperationId } from "./operation-id.js";
import type {
  OperationEntry,
  OperationKey,
  OperationRecord,
  OperationStore,
  SealedReply,
} from "./operation-store.js";
import { SeenIds } from "./seen-ids.js";

/** The text that the reference sends. */
const conflict = "operation ID conflict";

/** Bounds of the store that a connection makes for itself. */
const ownStoreBounds = { maxEntries: 4096, maxBytes: 4 * 1024 * 1024, ttlMs: 600_000 } as const;

/** The member of a store that was called. */
export type StoreStep = OperationStoreErrorEvent["step"];

/** The connection of the operations. Ids count for this connection alone. */
export interface OperationScope {
  readonly id: WireId;
  readonly host: { readonly sessionId: string; readonly owner?: string | undefined };
}

/** What operations need of the code that runs and answers requests. @typeParam R a request */
export interface OperationHost<R> {
  /** Runs the handler of a request. */
  start(request: R): void;
  /** The request counts as running from now on: it waits for a store or for another request. */
  hold(request: R): void;
  /** A running request with this operation id. */
  findRunning(operationId: WireId): R | undefined;
  /** The handler of this request will not run: its channels are refused. */
  decline(request: R): void;
  /** Answers with bytes. Does nothing when the caller does not wait any more. */
  replay(request: R, reply: SealedReply): void;
  /** Answers with a failure. Does nothing when the caller does not wait any more. */
  refuse(request: R, code: CallErrorCode, detail?: string): void;
  /** The store has forgotten a request that was started here. */
  reportForgotten(request: R): void;
  /** A store threw or rejected. */
  reportStore(request: R, step: StoreStep, error: unknown): void;
  /** A store has answered: the next request may start. */
  advance(): void;
}

/** The operations of one connection that the peer calls for. */
export class Operations<R extends OperationRequest<R>> {
  readonly #scope: OperationScope;
  /** The application's store. Without one, the connection makes its own store when it needs one. */
  readonly #configuredStore: OperationStore | undefined;
  #defaultStore: OperationStore | undefined = undefined;
  /** Whether answers of volatile methods are kept, too. */
  readonly #keepsVolatile: boolean;
  readonly #clock: Clock;
  readonly #host: OperationHost<R>;
  /** How long a store may take for an answer, ms. */
  readonly #storeTimeoutMs: number;
  /** Ids that the store has taken here. An operation that the store has forgotten since must not run again. */
  readonly #seen = new SeenIds();
  /** Operations that the store has, or has been called for. */
  readonly #live = new Map<WireId, LiveOperation<R>>();
  readonly #reader = new Reader();
  /** The largest id of operations that are not in `live`. Ids are counters: a call with a larger id is new. */
  #highest: WireId = -1;

  /**
   * @param store the application's
   * @param storeTimeoutMs how long the store may take for one answer
   * @param isResumable whether the caller may come back on another link and repeat the call
   */
  constructor(
    scope: OperationScope,
    store: OperationStore | undefined,
    storeTimeoutMs: number,
    isResumable: boolean,
    clock: Clock,
    host: OperationHost<R>,
  ) {
    this.#scope = scope;
    this.#configuredStore = store;
    this.#storeTimeoutMs = storeTimeoutMs;
    this.#keepsVolatile = isResumable || store !== undefined;
    this.#clock = clock;
    this.#host = host;
  }

  /** Whether calls of a method are looked up in the store. */
  usesStore(method: Pick<HandledMethod, "persist">): boolean {
    return this.#keepsVolatile || method.persist || this.#defaultStore !== undefined;
  }

  /** Starts a request that may come again, lets it wait, or answers it. */
  admit(request: R): void {
    const operationId = this.#idOf(request);
    if (operationId === undefined) {
      this.#host.start(request);
      return;
    }
    const present = this.#find(operationId);
    if (present !== undefined) this.#join(present, request);
    else if (this.#keepsVolatile || request.method.persist) this.#askStore(request, operationId);
    else if (this.#defaultStore !== undefined) this.#startUnlessKnown(request, this.#defaultStore);
    else this.#host.start(request);
  }

  /** A handler of an operation outside the store does not answer at once: the same call may come meanwhile. */
  enter(request: R): void {
    const operationId = this.#idOf(request);
    if (operationId !== undefined && operationId > this.#highest) this.#highest = operationId;
  }

  /** The handler has answered. Keeps the answer if necessary, then sends it to all requests that wait for it. */
  reply(operation: LiveOperation<R>, reply: SealedReply): void {
    const { owner, record } = operation;
    if (record === undefined) {
      this.#send(operation, reply);
      return;
    }
    operation.state = "sealing";
    this.#callStore(
      owner,
      "seal",
      () => this.#store.seal(this.#keyOf(owner, operation), record, reply),
      () => this.#send(operation, reply),
      () => this.#onNotSealed(operation, reply),
    );
  }

  /** A request of an operation was answered otherwise, or ends without an answer. */
  finished(request: R, outcome: "Ok" | CallRejectionCode, detail: string): void {
    const { operation } = request;
    if (operation === undefined) return;
    request.operation = undefined;
    if (operation.owner !== request) {
      operation.waiters = operation.waiters?.filter((waiter) => waiter !== request);
      return;
    }
    this.#forget(operation);
    if (operation.record !== undefined && operation.state !== "admitting") {
      // Arguments that cannot be read have done nothing.
      if (operation.isAborted || outcome === "InvalidPayload") this.#undo(operation);
      else this.#notifyStore(operation, "release");
    }
    if (outcome === "Ok" || outcome === "User") return;
    for (const waiter of this.#takeWaiters(operation)) this.#host.refuse(waiter, outcome, detail);
  }

  /** A Cancel for a request of an operation. */
  cancel(request: R): void {
    const { operation } = request;
    if (operation === undefined) return;
    if (!request.method.persist) this.abort(operation, "Cancelled", "the caller has cancelled the call");
    else if (operation.owner !== request) this.#host.refuse(request, "Cancelled");
  }

  /** Gives up an operation for all its requests; its id may run again. One that is being sealed is answered anyway. */
  abort(operation: LiveOperation<R>, code: CallErrorCode, reason: string): void {
    if (operation.state === "sealing") return;
    const { owner } = operation;
    operation.isAborted = true;
    if (operation.state === "admitting") this.#host.decline(owner);
    this.#host.refuse(owner, code);
    owner.abort(reason);
  }

  /**
   * The connection has ended, or its peer starts over. Operations of persist methods go on, and are sealed.
   * @param running all running requests of the connection
   */
  end(running: readonly R[]): void {
    for (const operation of [...this.#live.values()]) {
      const { owner, record, state } = operation;
      this.#takeWaiters(operation);
      if (owner.method.persist && state !== "admitting") continue;
      operation.isOver = true;
      owner.operation = undefined;
      if (record !== undefined && state === "running") this.#notifyStore(operation, "release");
    }
    this.#live.clear();
    this.#seen.clear();
    this.#highest = -1;
    for (const request of running) if (request.operation?.record === undefined) request.operation = undefined;
  }

  get #store(): OperationStore {
    if (this.#configuredStore !== undefined) return this.#configuredStore;
    this.#defaultStore ??= memoryOperationStore({ ...ownStoreBounds, clock: this.#clock });
    return this.#defaultStore;
  }

  #idOf(request: R): WireId | undefined {
    if (request.operationId !== undefined) return request.operationId;
    const { bytes, metadataStart, metadataEnd } = request;
    request.operationId = readOperationId(this.#reader, bytes, metadataStart, metadataEnd);
    return request.operationId;
  }

  /** Finds a live operation. Most ids are new, so one outside the store gets an entry only when it comes again. */
  #find(operationId: WireId): LiveOperation<R> | undefined {
    const kept = this.#live.size === 0 ? undefined : this.#live.get(operationId);
    if (kept !== undefined || operationId > this.#highest) return kept;
    const running = this.#host.findRunning(operationId);
    if (running === undefined) return undefined;
    running.operation ??= new LiveOperation(running, undefined, this.#scope.host.sessionId);
    return running.operation;
  }

  #join(operation: LiveOperation<R>, request: R): void {
    this.#host.decline(request);
    if (!isSameRequest(operation.owner, request)) {
      this.#host.refuse(request, "InvalidPayload", conflict);
      return;
    }
    request.operation = operation;
    operation.waiters ??= [];
    operation.waiters.push(request);
    this.#host.hold(request);
  }

  #askStore(request: R, operationId: WireId): void {
    const record = recordOf(request);
    const operation = new LiveOperation(request, record, this.#scope.host.sessionId);
    operation.state = "admitting";
    request.operation = operation;
    this.#live.set(operationId, operation);
    this.#callStore(
      request,
      "admit",
      () => this.#entryOf(this.#store.admit(this.#keyOf(request), record)),
      (existing) => this.#onAdmitted(operation, operationId, record, existing),
      (isKnown) => this.#onNotAdmitted(operation, isKnown),
      // The store has taken the operation too late: it has not run, and will not run.
      () => this.#notifyStore(operation, "remove"),
    );
  }

  /** Checks the answer of the application's store. */
  #entryOf(answer: Awaitable<OperationEntry | undefined>): Awaitable<OperationEntry | undefined> {
    if (this.#configuredStore === undefined) return answer;
    return isPromise(answer) ? Promise.resolve(answer).then(checkedEntry) : checkedEntry(answer);
  }

  #onAdmitted(
    operation: LiveOperation<R>,
    operationId: WireId,
    record: OperationRecord,
    existing: OperationEntry | undefined,
  ): void {
    const { owner } = operation;
    if (existing === undefined) {
      if (operation.isOver) {
        this.#notifyStore(operation, "remove");
        return;
      }
      if (this.#seen.has(operationId)) {
        this.#notifyStore(operation, "release");
        this.#host.reportForgotten(owner);
        this.#host.decline(owner);
        this.#host.refuse(owner, "Indeterminate");
        return;
      }
      operation.state = "running";
      this.#seen.add(operationId);
      this.#host.start(owner);
      return;
    }
    if (operation.isOver) return;
    this.#forget(operation);
    owner.operation = undefined;
    this.#host.decline(owner);
    for (const request of [owner, ...this.#takeWaiters(operation)])
      this.#answerFromStore(request, record, existing);
  }

  /** @param isKnown whether the store has it, damaged */
  #onNotAdmitted(operation: LiveOperation<R>, isKnown: boolean): void {
    if (operation.isOver) return;
    this.#host.decline(operation.owner);
    this.#host.refuse(operation.owner, isKnown ? "Indeterminate" : "Cancelled");
  }

  /** The operation has had no effect: it may run again. */
  #undo(operation: LiveOperation<R>): void {
    const { operationId } = operation.owner;
    if (operationId !== undefined) this.#seen.delete(operationId);
    this.#notifyStore(operation, "remove");
  }

  /** Volatile methods are not kept here, but the id may belong to a persist method. */
  #startUnlessKnown(request: R, own: OperationStore): void {
    this.#callStore(
      request,
      "lookup",
      () => own.lookup(this.#keyOf(request)),
      (existing) => {
        if (existing === undefined) {
          this.#host.start(request);
          return;
        }
        this.#host.decline(request);
        this.#answerFromStore(request, recordOf(request), existing);
      },
      () => this.#host.refuse(request, "Cancelled"),
    );
  }

  /** Answers a request whose operation is in the store. */
  #answerFromStore(request: R, record: OperationRecord, existing: OperationEntry): void {
    if (existing.methodId !== record.methodId || existing.fingerprint !== record.fingerprint)
      this.#host.refuse(request, "InvalidPayload", conflict);
    else if (existing.reply !== undefined) this.#host.replay(request, existing.reply);
    else this.#host.refuse(request, "Indeterminate");
  }

  #onNotSealed(operation: LiveOperation<R>, reply: SealedReply): void {
    const { owner } = operation;
    if (!owner.method.persist) {
      this.#send(operation, reply);
      this.#notifyStore(operation, "release");
    } else if (owner.isAnswered) {
      this.finished(owner, "Indeterminate", "");
    } else {
      // The answer was not recorded, so a repeated call gets `Indeterminate`. This call must get the same.
      this.#host.refuse(owner, "Indeterminate");
    }
  }

  #send(operation: LiveOperation<R>, reply: SealedReply): void {
    const { owner } = operation;
    this.#forget(operation);
    owner.operation = undefined;
    for (const request of [owner, ...this.#takeWaiters(operation)]) this.#host.replay(request, reply);
  }

  #takeWaiters(operation: LiveOperation<R>): readonly R[] {
    const { waiters = [] } = operation;
    operation.waiters = undefined;
    for (const waiter of waiters) waiter.operation = undefined;
    return waiters;
  }

  #forget(operation: LiveOperation<R>): void {
    operation.isOver = true;
    const { operationId } = operation.owner;
    if (operationId !== undefined && this.#live.get(operationId) === operation)
      this.#live.delete(operationId);
  }

  #keyOf({ operationId = 0 }: R, operation?: LiveOperation<R>): OperationKey {
    const { host, id: connectionId } = this.#scope;
    const sessionId = operation?.sessionId ?? host.sessionId;
    return { sessionId, connectionId, operationId, owner: host.owner ?? sessionId };
  }

  /**
   * Asks the store; the request waits for the answer when it does not come at once.
   * @param onFailed gets whether the store has a damaged record under the key
   * @param onLate called when an answer has come after the time was over
   */
  #callStore<T>(
    request: R,
    step: StoreStep,
    ask: () => Awaitable<T>,
    onAnswer: (answer: T) => void,
    onFailed: (isKnown: boolean) => void,
    onLate: () => void = ignore,
  ): void {
    const fail = (error: unknown): void => {
      this.#host.reportStore(request, step, error);
      onFailed(error instanceof StoreError && error.code === "RecordDamaged");
    };
    let answer: Awaitable<T>;
    let isLater: boolean;
    try {
      answer = ask();
      isLater = isPromise(answer);
    } catch (error) {
      fail(error);
      return;
    }
    if (!isLater) {
      onAnswer(answer as T);
      return;
    }
    this.#host.hold(request);
    const clock = this.#clock;
    const storeTimeoutMs = this.#storeTimeoutMs;
    let isOver = false;
    const end = (what: () => void): void => {
      isOver = true;
      clock.clearTimer(timer);
      what();
      this.#host.advance();
    };
    const timer = clock.setTimer(storeTimeoutMs, () =>
      end(() =>
        fail(new StoreError("StoreUnavailable", `the store did not answer within ${storeTimeoutMs} ms`)),
      ),
    );
    Promise.resolve(answer).then(
      (settled) => (isOver ? onLate() : end(() => onAnswer(settled))),
      (error: unknown) => {
        if (!isOver) end(() => fail(error));
      },
    );
  }

  /** Calls a member of the store without waiting for it. */
  #notifyStore(operation: LiveOperation<R>, step: "release" | "remove"): void {
    const { owner } = operation;
    const report = (error: unknown): void => this.#host.reportStore(owner, step, error);
    try {
      const answer = this.#store[step](this.#keyOf(owner, operation));
      if (isPromise(answer)) Promise.resolve(answer).catch(report);
    } catch (error) {
      report(error);
    }
  }
}

function isSameRequest<R>(one: OperationRequest<R>, other: OperationRequest<R>): boolean {
  if (one.method.id !== other.method.id) return false;
  const length = one.argumentsEnd - one.argumentsStart;
  if (other.argumentsEnd - other.argumentsStart !== length) return false;
  for (let index = 0; index < length; index++)
    if (one.bytes[one.argumentsStart + index] !== other.bytes[other.argumentsStart + index]) return false;
  return true;
}

function recordOf<R>({ method, bytes, argumentsStart, argumentsEnd }: OperationRequest<R>): OperationRecord {
  return {
    methodId: method.id,
    fingerprint: fingerprint(method.id, bytes, argumentsStart, argumentsEnd),
    persist: method.persist,
  };
}
