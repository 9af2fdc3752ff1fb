/**
 * Keepalive: asks a silent peer whether it is there. Source: `protocol/session.md` §6.
 *
 * ```
 *  idle ──interval over: Ping(nonce)──► waiting ──Pong(nonce)──► idle
 *                                          └──timeout──► failed
 *  either ──hold()──► held ──start()──► idle
 *                       └──interval and timeout──► failed
 * ```
 */
import type { Clock, TimerHandle } from "../clock.js";
import type { WireId } from "../wire/message.js";

/** How often a peer is asked, and how long it may take to answer. */
export interface KeepaliveOptions {
  /** Milliseconds between an answer and the next question; above 0. */
  readonly intervalMs: number;
  /** Milliseconds that the peer is given to answer; above 0. */
  readonly timeoutMs: number;
}

/** Asks at intervals. Anything else that the peer sends does not count as an answer. */
export class Keepalive {
  private readonly options: KeepaliveOptions;
  private readonly clock: Clock;
  private readonly ping: (nonce: number) => void;
  private readonly onFailed: (text: string) => void;
  private nonce = 1;
  private awaited: number | undefined = undefined;
  private timer: TimerHandle | undefined = undefined;

  /**
   * @param onFailed told in words what the peer has not done
   * @throws RangeError for times that are not above 0
   */
  constructor(
    options: KeepaliveOptions,
    clock: Clock,
    ping: (nonce: number) => void,
    onFailed: (text: string) => void,
  ) {
    if (!(options.intervalMs > 0 && options.timeoutMs > 0))
      throw new RangeError("keepalive takes an interval and a timeout above 0 ms");
    this.options = options;
    this.clock = clock;
    this.ping = ping;
    this.onFailed = onFailed;
  }

  /** Begins with an interval. */
  start(): void {
    this.stop();
    this.awaited = undefined;
    this.timer = this.clock.setTimer(this.options.intervalMs, () => this.ask());
  }

  /**
   * The link is not read until the peer has read more of what was sent, so that its answers do not count. A peer that does
   * not get on with it within an interval and a timeout is lost. {@link start} ends it.
   */
  hold(): void {
    this.stop();
    this.awaited = undefined;
    const patienceMs = this.options.intervalMs + this.options.timeoutMs;
    this.timer = this.clock.setTimer(patienceMs, () =>
      this.fail(`the peer has not read what was sent within ${patienceMs} ms`),
    );
  }

  /** No timer stays armed. */
  stop(): void {
    if (this.timer !== undefined) this.clock.clearTimer(this.timer);
    this.timer = undefined;
  }

  /** A Pong on the root connection; one that was not asked for is ignored. */
  onPong(nonce: WireId): void {
    if (nonce === this.awaited) this.start();
  }

  private ask(): void {
    this.awaited = this.nonce;
    this.nonce = this.nonce === Number.MAX_SAFE_INTEGER ? 1 : this.nonce + 1;
    const { timeoutMs } = this.options;
    this.timer = this.clock.setTimer(timeoutMs, () =>
      this.fail(`the peer has not answered within ${timeoutMs} ms`),
    );
    this.ping(this.awaited);
  }

  private fail(text: string): void {
    this.timer = undefined;
    this.onFailed(text);
  }
}
