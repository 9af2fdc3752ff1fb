/**
 * Call-backs that would wait forever. While a handler calls its caller back, its own call stays in flight. When such
 * calls nest deeper than the limit of concurrent requests, each call waits for another one, and no slot ever becomes
 * free.
 */
import type { Caller, CallOptions } from "../call/caller.js";
import { ForwardingCaller } from "../call/forwarding-caller.js";
import type { Method } from "../call/method.js";
import type { Result } from "../call/result.js";
import type { Clock, TimerHandle } from "../clock.js";
import type { CallRejection } from "../errors.js";

/** How long a call-back waits for a slot while no call of its connection ends, ms. */
export const nestedWaitMs = 30_000;

/** The calls of this side, as {@link NestedCalls} watches them. */
export interface NestingHost {
  /** Answers that have come so far. */
  readonly answers: number;
  /** Whether a call-back waits for a slot. */
  hasNestedWaiting(): boolean;
  /** Fails the call-backs that wait for a slot. */
  failNested(): void;
}

/** Fails call-backs that have waited too long. */
export class NestedCalls {
  readonly #host: NestingHost;
  readonly #clock: Clock;
  #timer: TimerHandle | undefined = undefined;

  constructor(host: NestingHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** A call-back has begun to wait. */
  watch(): void {
    if (this.#timer !== undefined) return;
    const { answers } = this.#host;
    this.#timer = this.#clock.setTimer(nestedWaitMs, () => {
      this.#timer = undefined;
      if (!this.#host.hasNestedWaiting()) return;
      if (this.#host.answers === answers) this.#host.failNested();
      else this.watch();
    });
  }

  /** The connection has ended, or no call-back waits any more. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }
}

/** The caller that a handler uses to call its caller back: it marks these calls. */
export class NestedCaller extends ForwardingCaller implements Caller {
  readonly #marks: { isNesting: boolean };

  constructor(driver: Caller, marks: { isNesting: boolean }) {
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
