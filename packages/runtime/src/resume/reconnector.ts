/**
 * Getting another link for a session that has lost its own, as the side that opened it. Source: `protocol/session.md` §7.
 *
 * ```
 *  resting ──lost──► pausing ──► trying ──link──► resting
 *                       ▲           │
 *                       └─ Io, ConnectTimeout, NotResumable (without the key from then on)
 *  pausing, trying ──time or attempts over, another error, abort──► the session ends
 * ```
 */
import type { Clock } from "../clock.js";
import { SessionError, type VoxError } from "../errors.js";
import type { Link } from "../link/link.js";
import type { PeerMemory } from "../session/connection.js";
import type { Recovery } from "../session/recovery.js";
import type { Session } from "../session/session.js";
import { pause } from "./pause.js";

/** How a session gets another link. */
export interface ReconnectOptions {
  /** Milliseconds of the first pause at most; each pause lasts a random part of its bound. Default 100. */
  readonly minDelayMs?: number | undefined;
  /** Milliseconds of a pause at most: the bound doubles with each attempt up to this. Default 5000. */
  readonly maxDelayMs?: number | undefined;
  /** Milliseconds for one recovery in all; then the session ends. Default 30 000. */
  readonly totalMs?: number | undefined;
  /** Attempts of one recovery. Default: as many as the time allows. */
  readonly attempts?: number | undefined;
  /** Part of the bound that a pause lasts, 0 to 1. Default `Math.random`, so that clients do not come back all at once. */
  readonly random?: (() => number) | undefined;
  /** Gives the session up when aborted while it has no link. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Takes an acceptor for one that still knows the session when it does not say so, which those of 0.8.2 never do. Calls
   * in flight are then made again even if they are not idempotent: one that has forgotten the session runs them twice.
   * Default false: they fail with `Indeterminate`.
   */
  readonly assumeResumed?: boolean | undefined;
}

/** Opens another link to the same peer. */
export type LinkSource = (attempt: LinkAttempt) => Promise<Link>;

/** What an attempt to open a link has to heed. */
export interface LinkAttempt {
  /** Milliseconds until it is of no use any more, the handshake included. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** One attempt: a link, and the handshake on it. It rejects when the session did not get it. */
export type Attempt = (reconnector: Reconnector, attempt: LinkAttempt) => Promise<unknown>;

const defaultMinDelayMs = 100;
const defaultMaxDelayMs = 5000;
const defaultTotalMs = 30_000;

/** Recovers one session. */
export class Reconnector implements Recovery {
  readonly session: Session;
  private readonly options: ReconnectOptions;
  private readonly clock: Clock;
  private readonly attempt: Attempt;
  /** Kept until the peer has refused it. */
  private currentKey: Uint8Array | undefined;
  /** Ends the recovery that is under way. */
  private controller: AbortController | undefined = undefined;

  /** @param key that the acceptor gave; undefined when it offers no resume: it gets a new session then */
  constructor(
    session: Session,
    key: Uint8Array | undefined,
    options: ReconnectOptions,
    clock: Clock,
    attempt: Attempt,
  ) {
    this.session = session;
    this.currentKey = key;
    this.options = options;
    this.clock = clock;
    this.attempt = attempt;
  }

  /** Under which the acceptor knows the session; undefined when it does not. */
  get key(): Uint8Array | undefined {
    return this.currentKey;
  }

  /** What an acceptor is taken for that gives no answer. */
  get assumedPeer(): PeerMemory {
    return this.options.assumeResumed === true && this.currentKey !== undefined ? "resumed" : "new";
  }

  /** The acceptor knows the session under this key from now on; none: under that which it had. */
  adoptKey(key: Uint8Array | undefined): void {
    this.currentKey = key ?? this.currentKey;
  }

  onLost(error: VoxError | undefined): void {
    this.controller = new AbortController();
    void this.recover(error, this.controller);
  }

  onRestored(): void {
    this.controller = undefined;
  }

  onEnded(): void {
    this.controller?.abort();
    this.controller = undefined;
  }

  private async recover(error: VoxError | undefined, controller: AbortController): Promise<void> {
    const { clock } = this;
    const { totalMs = defaultTotalMs, signal } = this.options;
    const onAbort = (): void => this.session.core.end("Local", undefined);
    const timer = clock.setTimer(totalMs, () => controller.abort());
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener("abort", onAbort);
    const cause = await this.tryUntil(clock.now() + totalMs, error, controller.signal);
    clock.clearTimer(timer);
    signal?.removeEventListener("abort", onAbort);
    if (this.controller !== controller) return;
    const text = `io error: the link was lost, and no other could be had within ${totalMs} ms`;
    this.session.core.end("Transport", new SessionError("Io", text, { cause }));
  }

  /** @returns why the last attempt failed, when none has succeeded or ended the session */
  private async tryUntil(
    deadline: number,
    lost: VoxError | undefined,
    signal: AbortSignal,
  ): Promise<VoxError | undefined> {
    const { session, clock } = this;
    const { minDelayMs = defaultMinDelayMs, maxDelayMs = defaultMaxDelayMs } = this.options;
    const { attempts = Number.POSITIVE_INFINITY, random = Math.random } = this.options;
    let error: VoxError | undefined = lost;
    let boundMs = minDelayMs;
    for (let count = 1; count <= attempts; count++) {
      await pause(Math.round(boundMs * random()), clock, signal);
      boundMs = Math.min(2 * boundMs, maxDelayMs);
      if (signal.aborted) break;
      session.reportAttempt(count, error);
      try {
        await this.attempt(this, { timeoutMs: Math.max(0, deadline - clock.now()), signal });
        return undefined;
      } catch (fault) {
        if (signal.aborted) break;
        const failure = asSessionError(fault);
        error = failure;
        if (!failure.retryable) {
          session.core.end("Protocol", failure);
          return undefined;
        }
        if (failure.code === "NotResumable") this.currentKey = undefined;
      }
    }
    return error;
  }
}

function asSessionError(fault: unknown): SessionError {
  if (fault instanceof SessionError) return fault;
  return new SessionError("Protocol", `protocol error: no link: ${String(fault)}`, { cause: fault });
}
