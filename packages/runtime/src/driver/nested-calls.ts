/**
 * Call-backs that would wait forever. While a handler calls its caller back, its own call stays in flight. When such
 * calls nest deeper than the limit of concurrent requests, each call waits for another one, and no slot ever becomes
 * free.
 */
import type { CallOptions, DrivenCaller } from "../call/caller.js";
import { ForwardingCaller } from "../call/forwarding-caller.js";
import type { Method } from "../call/method.js";
import type { Result } from "../call/result.js";
import type { Clock, TimerHandle } from "../clock.js";
import type { CallRejection } from "../errors.js";
import type { OutgoingRequest } from "./outgoing-request.js";

/** How long a call-back waits for a slot while no call of its connection ends, ms. */
const nestedWaitMs = 30_000;

/** The calls of this side, as {@link NestedCalls} watches them. */
export interface NestingHost {
  /** Answers that have come so far. */
  readonly answers: number;
  /** The call that waits first. */
  readonly firstWaiting: OutgoingRequest | undefined;
  /** Set while a slot is what waiting calls wait for: how many there are. */
  readonly slots: number | undefined;
  /** Called for each call that begins to wait. */
  onWait: ((request: OutgoingRequest) => void) | undefined;
  /** Called when the connection has ended. */
  onEnded: (() => void) | undefined;
  /** Fails a call that waits. */
  refuse(request: OutgoingRequest, detail: string): void;
}

/** Fails call-backs that have waited too long. */
export class NestedCalls {
  readonly #host: NestingHost;
  readonly #clock: Clock;
  readonly #waiting = new WeakSet<OutgoingRequest>();
  #timer: TimerHandle | undefined = undefined;
  /** Set while a handler calls its caller back. */
  isNesting = false;

  constructor(host: NestingHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
    host.onWait = (request) => {
      if (!this.isNesting) return;
      this.#waiting.add(request);
      this.#watch();
    };
    host.onEnded = () => {
      if (this.#timer !== undefined) clock.clearTimer(this.#timer);
      this.#timer = undefined;
    };
  }

  /** A call-back waits. */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const { answers } = this.#host;
    this.#timer = this.#clock.setTimer(nestedWaitMs, () => {
      this.#timer = undefined;
      const { slots } = this.#host;
      const nested = slots === undefined ? [] : this.#stillWaiting();
      if (nested.length === 0) return;
      if (this.#host.answers !== answers) {
        this.#watch();
        return;
      }
      const detail =
        `${slots} calls are in flight, and none has ended for ${nestedWaitMs} ms: ` +
        "handlers call each other back deeper than maxConcurrentRequests of the peer, or hang";
      for (const request of nested) this.#host.refuse(request, detail);
    });
  }

  #stillWaiting(): OutgoingRequest[] {
    const nested: OutgoingRequest[] = [];
    for (let request = this.#host.firstWaiting; request !== undefined; request = request.next)
      if (this.#waiting.has(request)) nested.push(request);
    return nested;
  }
}

/** The caller that a handler uses to call its caller back: it marks these calls. */
export class NestedCaller extends ForwardingCaller<DrivenCaller> implements DrivenCaller {
  readonly #marks: NestedCalls;

  constructor(driver: DrivenCaller, marks: NestedCalls) {
    super(driver);
    this.#marks = marks;
  }

  call<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<T> {
    return this.#marked(() => this.inner.call(method, args, options));
  }

  tryCall<A extends readonly unknown[], T, E>(
    method: Method<A, T, E>,
    args: A,
    options?: CallOptions,
  ): Promise<Result<T, CallRejection<E>>> {
    return this.#marked(() => this.inner.tryCall(method, args, options));
  }

  #marked<T>(make: () => T): T {
    this.#marks.isNesting = true;
    try {
      return make();
    } finally {
      this.#marks.isNesting = false;
    }
  }
}
