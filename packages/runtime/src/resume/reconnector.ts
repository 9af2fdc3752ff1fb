/**
 * Gets another link for a session that has lost its own, on the side that opened it. Source: `protocol/session.md` §7.
 *
 * ```
 *  resting ──lost──► pausing ──► trying ──link──► resting
 *                       ▲           │
 *                       └─ Io, ConnectTimeout, NotResumable (without the key from then on)
 *  pausing ──the network is back, or the page is shown──► trying
 *  pausing, trying ──time or attempts over, another error, abort──► the session ends
 * ```
 *
 * The time of a recovery starts over with each sign that an attempt may succeed, and when the machine has slept: the
 * time before says nothing about the peer.
 */
import { whenAborted } from "../call/abort-watch.js";
import { callOut, ignore } from "../call/call-out.js";
import { isPromise } from "../call/result.js";
import { type Clock, systemClock, type TimerHandle } from "../clock.js";
import type { BundledCode } from "../driver/bundled-code.js";
import { resends } from "../driver/outgoing-resends.js";
import { cancelledBefore, SessionError, type VoxError } from "../errors.js";
import { initiateFor, type OpenSessionOptions, type Reconnect } from "../establish/initiate.js";
import { openLater } from "../establish/later-link.js";
import type { LinkPurpose, ResumeTarget } from "../establish/resume-target.js";
import type { HandshakeResult, Objection, PeerIntroduction } from "../handshake/handshake-core.js";
import { defaultLimits } from "../limits.js";
import type { Link } from "../link/link.js";
import { callback, checkOptions, type OptionChecks } from "../options/checks.js";
import type { PeerMemory } from "../session/connection.js";
import type { Recovery } from "../session/recovery.js";
import type { Session } from "../session/session.js";
import type { Metadata } from "../wire/metadata.js";
import { Backoff } from "./backoff.js";
import { reconnectChecks } from "./option-checks.js";
import type { LinkAttempt, LinkSource, ReconnectingOptions } from "./reconnect-options.js";
import { memoryOf, resumeEntry, resumeQuestion } from "./resume-entry.js";

export const reconnectingChecks: OptionChecks<ReconnectingOptions> = {
  ...reconnectChecks,
  open: callback,
  onWake: callback,
};

/**
 * The option `reconnect` of `initiate`: the session gets another link when it loses its own.
 *
 * ```ts
 * await openSession(await open(), { reconnect: reconnecting({ open }) });
 * ```
 *
 * @throws RangeError, TypeError for options that are not valid
 */
export function reconnecting(options: ReconnectingOptions): Reconnect {
  checkOptions(options, reconnectingChecks, "reconnect");
  return {
    firstTarget: (session, bundled) => ({
      choose(_peer, offer) {
        if (offer === undefined) return { kind: "new" };
        const goOn = (objection: Objection): LinkPurpose =>
          objection === undefined ? { kind: "new" } : { kind: "none", objection };
        const answer = offer.ask(offer.request(false));
        return isPromise(answer) ? Promise.resolve(answer).then(goOn) : goOn(answer);
      },
      onEstablished: (established, { sessionKey }) =>
        established.becomeResumable(new Reconnector(established, sessionKey, options, session, bundled)),
    }),
  };
}

const defaultMinDelayMs = 100;
const defaultMaxDelayMs = 5000;
const defaultTotalMs = 30_000;
/** Milliseconds by which a timer of a busy machine is never late. */
const sleepMs = 5000;

/** Recovers one session. It is also the target of each link that it opens. */
class Reconnector implements Recovery, ResumeTarget {
  readonly resends = resends;
  readonly #session: Session;
  readonly #options: ReconnectingOptions;
  /** Options of each handshake. */
  readonly #initiateOptions: OpenSessionOptions;
  readonly #bundled: BundledCode | undefined;
  readonly #clock: Clock;
  /** The key under which the acceptor keeps the session; kept until the peer has refused it. */
  #key: Uint8Array | undefined;
  /** Shared by all recoveries: a server that takes and drops links is not asked more often than one that refuses. */
  readonly #backoff: Backoff;
  /** When the session got its current or last link. */
  #linkedAt: number;
  /** Ends the recovery that is under way. */
  #controller: AbortController | undefined = undefined;
  /** Ends the pause that is under way. */
  #pausing: AbortController | undefined = undefined;
  /** When the time of the recovery ends, and the timer for that. */
  #deadline = 0;
  #timer: TimerHandle | undefined = undefined;

  /** @param key the one that the acceptor gave; undefined when it offers no resume: it then makes a new session */
  constructor(
    session: Session,
    key: Uint8Array | undefined,
    options: ReconnectingOptions,
    initiateOptions: OpenSessionOptions,
    bundled: BundledCode | undefined,
  ) {
    this.#bundled = bundled;
    this.#session = session;
    this.#key = key;
    this.#options = options;
    this.#initiateOptions = initiateOptions;
    this.#clock = initiateOptions.clock ?? systemClock;
    const { minDelayMs = defaultMinDelayMs, maxDelayMs = defaultMaxDelayMs, jitter = Math.random } = options;
    this.#backoff = new Backoff({ minDelayMs, maxDelayMs, jitter }, this.#clock);
    this.#linkedAt = this.#clock.now();
  }

  choose({ metadata }: PeerIntroduction): LinkPurpose {
    const answer = metadata.getString(resumeEntry);
    metadata.delete(resumeEntry);
    const peer = answer === undefined ? this.#assumedPeer : memoryOf(answer);
    const isReference = answer === undefined;
    return { kind: "resume", session: this.#session, peer, isReference, preempts: false, open: openLater };
  }

  onEstablished(_session: Session, { sessionKey }: HandshakeResult): void {
    this.#key = sessionKey ?? this.#key;
  }

  onLost(error: VoxError | undefined): void {
    const { maxDelayMs = defaultMaxDelayMs } = this.#options;
    if (this.#clock.now() - this.#linkedAt >= maxDelayMs) this.#backoff.reset();
    this.#controller = new AbortController();
    void this.#recover(error, this.#controller);
  }

  onRestored(): void {
    this.#linkedAt = this.#clock.now();
    this.#controller = undefined;
  }

  onEnded(): void {
    this.#giveUp(this.#controller);
    this.#controller = undefined;
  }

  #giveUp(controller: AbortController | undefined): void {
    controller?.abort();
    this.#pausing?.abort();
  }

  /** Gives the recovery its whole time, from now on. */
  #startTime(controller: AbortController): void {
    const clock = this.#clock;
    const { maxElapsedMs = defaultTotalMs } = this.#options;
    if (this.#timer !== undefined) clock.clearTimer(this.#timer);
    this.#deadline = clock.now() + maxElapsedMs;
    this.#timer = clock.setTimer(maxElapsedMs, () => {
      // The timer is so late that the machine must have slept.
      if (clock.now() - this.#deadline >= sleepMs) this.#wake(controller);
      else this.#giveUp(controller);
    });
  }

  /** An attempt may succeed at once. */
  #wake(controller: AbortController): void {
    if (this.#controller !== controller) return;
    this.#startTime(controller);
    this.#backoff.reset();
    this.#pausing?.abort();
  }

  async #recover(error: VoxError | undefined, controller: AbortController): Promise<void> {
    const clock = this.#clock;
    const { maxElapsedMs = defaultTotalMs, signal, onWake } = this.#options;
    const onAbort = (): void => this.#session.core.end("Local", undefined);
    let stopWaking: (() => void) | undefined;
    let unwatch: (() => void) | undefined;
    this.#startTime(controller);
    if (signal?.aborted === true) onAbort();
    else unwatch = whenAborted(signal, onAbort);
    let cause: VoxError | undefined;
    try {
      stopWaking = onWake?.(() => this.#wake(controller));
      callOut(() => stopWaking, ignore);
      cause = await this.#tryUntil(error, controller.signal);
    } catch (fault) {
      // Code of the application has failed, for example `jitter`: another attempt would fail, too.
      this.#session.core.end("Transport", asSessionError(fault));
      return;
    } finally {
      if (this.#timer !== undefined) clock.clearTimer(this.#timer);
      this.#timer = undefined;
      unwatch?.();
      // What stops listening is code of the application; an async `onWake` gives a promise instead.
      callOut(() => stopWaking?.(), ignore);
    }
    if (this.#controller !== controller) return;
    const text = `io error: the link was lost, and no other could be had within ${maxElapsedMs} ms`;
    this.#session.core.end("Transport", new SessionError("Io", text, { cause }));
  }

  /** @returns why the last attempt failed, when none has succeeded or ended the session */
  async #tryUntil(lost: VoxError | undefined, signal: AbortSignal): Promise<VoxError | undefined> {
    const session = this.#session;
    const clock = this.#clock;
    const { maxAttempts = Number.POSITIVE_INFINITY } = this.#options;
    let error: VoxError | undefined = lost;
    for (let count = 1; count <= maxAttempts; count++) {
      await this.#pause(signal);
      if (signal.aborted) break;
      session.reportAttempt(count, error);
      try {
        await this.#attempt({ timeoutMs: Math.max(0, this.#deadline - clock.now()), signal });
        return undefined;
      } catch (fault) {
        if (signal.aborted) break;
        const failure = asSessionError(fault);
        error = failure;
        if (!failure.retryable) {
          session.core.end("Protocol", failure);
          return undefined;
        }
        if (failure.code === "NotResumable") this.#key = undefined;
      }
    }
    return error;
  }

  #pause(signal: AbortSignal): Promise<void> {
    const pausing = new AbortController();
    this.#pausing = pausing;
    if (signal.aborted) pausing.abort();
    return this.#backoff.pause(pausing.signal);
  }

  /** One attempt: opens a link and makes the handshake on it. Rejects when the session did not get the link. */
  async #attempt({ timeoutMs, signal }: LinkAttempt): Promise<void> {
    const clock = this.#clock;
    const initiateOptions = this.#initiateOptions;
    const deadline = clock.now() + timeoutMs;
    const link = await openWithin(this.#options.open, { timeoutMs, signal });
    const key = this.#key;
    const beside = (metadata: Metadata): Metadata =>
      key === undefined ? metadata : metadata.append(resumeEntry, resumeQuestion);
    const { handshakeTimeoutMs = defaultLimits.handshakeTimeoutMs } = initiateOptions.limits ?? {};
    const { timeoutMs: chosenMs = handshakeTimeoutMs } = initiateOptions;
    const remainingMs = Math.min(chosenMs, deadline - clock.now());
    await initiateFor(
      link,
      { ...initiateOptions, signal, timeoutMs: remainingMs },
      key,
      this,
      this.#bundled,
      beside,
    );
  }

  /** What the peer is assumed to remember when it gives no answer. */
  get #assumedPeer(): PeerMemory {
    return this.#options.assumeResumed === true && this.#key !== undefined ? "resumed" : "new";
  }
}

/** Opens a link, and gives up when the attempt is over, also when the application's code does not. */
function openWithin(open: LinkSource, attempt: LinkAttempt): Promise<Link> {
  const { signal } = attempt;
  return new Promise((resolve, reject) => {
    const unwatch = whenAborted(signal, () => reject(cancelledBefore("there was a link", signal.reason)));
    const opened = async (): Promise<void> => {
      try {
        const link = await open(attempt);
        if (signal.aborted) link.abort();
        resolve(link);
      } catch (error) {
        reject(error);
      } finally {
        unwatch();
      }
    };
    void opened();
  });
}

function asSessionError(fault: unknown): SessionError {
  if (fault instanceof SessionError) return fault;
  return new SessionError("Protocol", `protocol error: no link: ${String(fault)}`, { cause: fault });
}
