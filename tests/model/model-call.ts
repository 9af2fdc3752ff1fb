/**
 * A call as the model knows it, and what its caller may see of it.
 *
 * ```
 *   made ──► at its handler (once, in order) ──► answered ──► settled with exactly that
 *     └── cancelled, out of time, line disturbed ──► settled with exactly that
 * ```
 */
import { fail, Metadata } from "@voxrpc/runtime";
import type * as $ from "@voxrpc/runtime/gen/v1";
import type { FakeClock } from "@voxrpc/runtime/testing";
import type { AnyFlow } from "./flow.js";
import type { Journal } from "./journal.js";
import type { Line } from "./line.js";

/** What a handler is to answer. */
export type Answer =
  | { readonly kind: "ok"; readonly value: unknown }
  | { readonly kind: "user"; readonly error: unknown }
  | { readonly kind: "throw" };

/** What the caller got. */
interface Outcome {
  readonly code: string;
  readonly value: unknown;
  readonly atMs: number;
}

/** What is made of it: by name, its method and arguments. */
export interface CallPlan {
  readonly name: string;
  readonly method: $.Method<never, unknown, unknown>;
  readonly args: readonly unknown[];
  readonly flows: readonly AnyFlow[];
  readonly timeoutMs: number | undefined;
  /** The value that answers it, and the error when it has one. */
  readonly ok: unknown;
  readonly error: unknown;
}

export class ModelCall {
  readonly token: number;
  readonly line: Line;
  readonly plan: CallPlan;
  /** Set while a handler waits for its answer from the test. */
  respond: ((answer: Answer) => void) | undefined = undefined;
  signal: AbortSignal | undefined = undefined;
  answer: Answer | undefined = undefined;
  /** What was answered before the call was made again. */
  private earlier: Answer | undefined = undefined;
  outcome: Outcome | undefined = undefined;
  isCancelled = false;
  /** Whether the link was lost while it was under way: what is on streams does not survive that. */
  private isHit = false;
  /** Whether its handler had answered by then, and its caller did not have it. */
  private isAnswerLost = false;
  private readonly journal: Journal;
  private readonly clock: FakeClock;
  private readonly madeAtMs: number;
  private readonly abort = new AbortController();
  private isChecked = false;
  /** Whether its client was closed before: it fails at once, and nothing of it leaves. */
  private isTooLate = false;
  private starts = 0;

  constructor(token: number, line: Line, plan: CallPlan, journal: Journal, clock: FakeClock) {
    this.token = token;
    this.line = line;
    this.plan = plan;
    this.journal = journal;
    this.clock = clock;
    this.madeAtMs = clock.now();
  }

  get name(): string {
    return `${this.plan.name} #${this.token} on ${this.line.name}`;
  }

  /** Whether its handler is at work. */
  get isRunning(): boolean {
    return this.respond !== undefined;
  }

  /** Whether it has failed, or may fail for the caller before its answer comes. */
  get mayFail(): boolean {
    return (
      this.line.disturbance !== undefined ||
      this.isTooLate ||
      this.isBroken ||
      this.isCancelled ||
      this.isLate ||
      (this.answer !== undefined && this.answer.kind !== "ok")
    );
  }

  /** Whether the application has nothing to wait for any more. */
  get isOver(): boolean {
    return this.outcome !== undefined && !this.isRunning && this.isChecked;
  }

  /** Whether a handler that throws leaves behind work without an outcome: persisted work, or half of a stream. */
  private get isHalfDone(): boolean {
    const { persist, idempotent, hasChannels } = this.plan.method;
    return persist || (hasChannels && !idempotent);
  }

  /** Whether its streams, and with them it, may have failed because the link was lost. */
  private get isBroken(): boolean {
    return this.isHit && this.plan.flows.length > 0;
  }

  private get isLate(): boolean {
    const { timeoutMs } = this.plan;
    const untilMs = this.outcome?.atMs ?? this.clock.now();
    return timeoutMs !== undefined && untilMs >= this.madeAtMs + timeoutMs;
  }

  /** Makes the call. */
  start(): void {
    const { plan, line, clock } = this;
    this.isTooLate = line.isClosed;
    const options: $.CallOptions = {
      metadata: new Metadata({ token: String(this.token) }),
      signal: this.abort.signal,
      ...(plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs }),
    };
    this.journal.note(
      `call ${this.name}${plan.timeoutMs === undefined ? "" : ` within ${plan.timeoutMs} ms`}`,
    );
    const settled = (code: string, value: unknown): void => {
      this.outcome = { code, value, atMs: clock.now() };
      this.journal.note(`${this.name} settles with ${code} at ${clock.now()} ms`);
    };
    line.caller.call(plan.method, plan.args as never, options).then(
      (value) => settled("Ok", value),
      (error: { readonly code?: string; readonly value?: unknown }) =>
        settled(error.code ?? String(error), error.value),
    );
  }

  /** The link is lost while it is under way. */
  hit(): void {
    this.isHit = true;
    if (this.answer !== undefined && this.outcome === undefined) this.isAnswerLost = true;
  }

  cancel(): void {
    if (this.outcome === undefined) this.isCancelled = true;
    this.journal.note(`cancel ${this.name}`);
    this.abort.abort(new Error("of no interest any more"));
  }

  /** Its handler is called. @returns what the handler returns */
  begin(args: readonly unknown[], signal: AbortSignal): Promise<unknown> {
    this.starts += 1;
    this.journal.note(`${this.name} is at its handler`);
    if (this.starts > 1) this.beginAgain();
    else if (this.line.lastStarted > this.token)
      this.journal.wrong(`${this.name} has started behind #${this.line.lastStarted}`);
    else this.line.lastStarted = this.token;
    for (const [index, expected] of this.plan.args.entries())
      if (typeof expected !== "object" && args[index] !== expected)
        this.journal.wrong(`${this.name}: argument ${index} is ${args[index]} and not ${expected}`);
    this.signal = signal;
    return new Promise((resolve, reject) => {
      this.respond = (answer) => {
        this.respond = undefined;
        this.answer = answer;
        this.journal.note(`${this.name} answers ${answer.kind}`);
        for (const flow of this.plan.flows) flow.onAnswered(answer);
        if (answer.kind === "ok") resolve(answer.value);
        else if (answer.kind === "user") resolve(fail(answer.error));
        else reject(new Error("the handler has failed"));
      };
    });
  }

  /** Only what may be repeated runs again, behind its answer, which was lost or comes still. */
  private beginAgain(): void {
    if (!this.isHit || this.answer === undefined || !this.plan.method.idempotent)
      this.journal.wrong(`${this.name} has reached a handler twice`);
    this.journal.count("call made again");
    this.earlier = this.answer;
    this.answer = undefined;
  }

  private hasAnswered(is: (answer: Answer) => boolean): boolean {
    const { answer, earlier } = this;
    return (answer !== undefined && is(answer)) || (earlier !== undefined && is(earlier));
  }

  /** Compares what the caller got with what it may get; once, when everything has happened that led to it. */
  check(): void {
    const { outcome } = this;
    if (outcome === undefined) {
      if (this.isCancelled || (this.isLate && this.clock.now() > this.madeAtMs + (this.plan.timeoutMs ?? 0)))
        this.journal.wrong(
          `${this.name} was ${this.isCancelled ? "cancelled" : "out of time"} and waits still`,
        );
      return;
    }
    if (this.isChecked) return;
    this.isChecked = true;
    this.journal.count(`call ${outcome.code}`);
    const problem = this.problemWith(outcome);
    if (problem !== undefined) this.journal.wrong(`${this.name} settled with ${outcome.code}: ${problem}`);
  }

  private problemWith({ code, value }: Outcome): string | undefined {
    if (this.isTooLate && code !== "ConnectionClosed" && code !== "SessionShutdown")
      return "its client was closed before";
    const hasThrown = this.hasAnswered(({ kind }) => kind === "throw");
    switch (code) {
      case "Ok":
        return this.hasAnswered((said) => said.kind === "ok" && said.value === value)
          ? undefined
          : `no handler said ${value}`;
      case "User":
        return this.hasAnswered(
          (said) => said.kind === "user" && JSON.stringify(said.error) === JSON.stringify(value),
        )
          ? undefined
          : "no handler gave this error";
      case "Cancelled":
        return this.isCancelled || this.isLate || (hasThrown && !this.isHalfDone)
          ? undefined
          : "nobody cancelled it";
      case "Indeterminate":
        // Persisted calls are answered from their store.
        if (this.isAnswerLost && !this.plan.method.idempotent && !this.plan.method.persist) return undefined;
        return this.isBroken || (hasThrown && this.isHalfDone) ? undefined : "its handler may be believed";
      case "ConnectionClosed":
      case "SessionShutdown":
        return this.line.disturbance === undefined && !this.isBroken && !this.isTooLate
          ? "its connection is open"
          : undefined;
      default:
        return "no call ends so here";
    }
  }
}
