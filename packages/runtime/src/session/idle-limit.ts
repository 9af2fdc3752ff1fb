/** Ends a session that is not in use: `limits.idleTimeoutMs`. */
import type { Clock, TimerHandle } from "../clock.js";

/** What the limit asks its session. */
export interface IdleSubject {
  /** When something other than pings and pongs last went either way, ms of the clock. */
  readonly lastUsedMs: number;
  /** Whether a call or a channel is open: it may be silent for as long as it likes. */
  isInUse(): boolean;
}

/** Looks only when the time could be over, so that a frame costs nothing. */
export class IdleLimit {
  readonly #limitMs: number;
  readonly #clock: Clock;
  readonly #subject: IdleSubject;
  readonly #onIdle: () => void;
  #timer: TimerHandle | undefined = undefined;

  /** @param limitMs above 0, and not infinite */
  constructor(limitMs: number, clock: Clock, subject: IdleSubject, onIdle: () => void) {
    this.#limitMs = limitMs;
    this.#clock = clock;
    this.#subject = subject;
    this.#onIdle = onIdle;
  }

  /** Begins to look. */
  start(): void {
    this.#wait(this.#limitMs);
  }

  /** No timer stays armed. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  #wait(ms: number): void {
    this.#timer = this.#clock.setTimer(ms, () => this.#look());
  }

  #look(): void {
    this.#timer = undefined;
    const subject = this.#subject;
    const limitMs = this.#limitMs;
    const leftMs = subject.isInUse() ? limitMs : subject.lastUsedMs + limitMs - this.#clock.now();
    if (leftMs > 0) this.#wait(leftMs);
    else this.#onIdle();
  }
}
