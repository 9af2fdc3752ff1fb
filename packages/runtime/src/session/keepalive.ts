/**
 * Keepalive: asks a silent peer whether it is there. Source: `protocol/session.md` §6.
 *
 * ```
 *  idle ──interval without any sign: Ping(nonce)──► waiting ──Pong(nonce)──► idle
 *                                        ▲ │└──timeout without any sign──► failed
 *                                        └─┘ a sign: Ping(next nonce)
 *  either ──hold()──► held ──start()──► idle
 *                       └──interval and timeout without any sign──► failed
 * ```
 */
import type { Clock, TimerHandle } from "../clock.js";
import type { WireId } from "../wire/message.js";

/** How often a peer gets a Ping, and how long it may take to answer. */
export interface KeepaliveOptions {
  /** Milliseconds of silence after which the peer gets a Ping; above 0. */
  readonly intervalMs: number;
  /** Milliseconds that the peer is given to answer; above 0. */
  readonly timeoutMs: number;
}

/** Steps into which an interval and a timeout are cut. After each step, keepalive looks for signs of life. */
const steps = 3;

/**
 * Asks after an interval of silence. Any sign of life counts as an answer: a large message on a slow link keeps the
 * Pong back, and the peer is alive all the same. As long as there are signs and no Pong, it asks again: the Ping is a
 * sign for the peer.
 */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #clock: Clock;
  readonly #hasSigns: () => boolean;
  readonly #ping: (nonce: number) => void;
  readonly #onFailed: (text: string) => void;
  #nonce = 1;
  #awaited: number | undefined = undefined;
  #timer: TimerHandle | undefined = undefined;

  /**
   * @param hasSigns whether the peer has given a sign of life since it was last called
   * @param onFailed gets a text about the failure of the peer
   * @throws RangeError for times that are not above 0
   */
  constructor(
    options: KeepaliveOptions,
    clock: Clock,
    hasSigns: () => boolean,
    ping: (nonce: number) => void,
    onFailed: (text: string) => void,
  ) {
    if (!(options.intervalMs > 0 && options.timeoutMs > 0))
      throw new RangeError("keepalive takes an interval and a timeout above 0 ms");
    this.#options = options;
    this.#clock = clock;
    this.#hasSigns = hasSigns;
    this.#ping = ping;
    this.#onFailed = onFailed;
  }

  /** Starts with an interval. */
  start(): void {
    this.stop();
    this.#awaited = undefined;
    this.#hasSigns();
    this.#listen(steps);
  }

  /**
   * This side does not read the link until the peer has read more of what was sent, so a missing answer does not count.
   * A peer that reads nothing within an interval and a timeout is lost. {@link start} ends the hold.
   */
  hold(): void {
    this.stop();
    this.#awaited = undefined;
    const patienceMs = this.#options.intervalMs + this.#options.timeoutMs;
    const text = `the peer has not read what was sent within ${patienceMs} ms`;
    this.#expectSigns(patienceMs, text, () => this.hold());
  }

  /** Clears the timer. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  /** A Pong on the root connection; one that was not requested is ignored. */
  onPong(nonce: WireId): void {
    if (nonce === this.#awaited) this.start();
  }

  /**
   * Asks once the peer has been silent for an interval. The step in which a sign came counts as silent, so that a lost
   * peer is noticed within an interval and a timeout of its last sign. A busy peer is never asked: 0.8.2 can hang while
   * it sends a Ping or a Pong over a WebSocket under load (docs/transports.md).
   */
  #listen(stepsLeft: number): void {
    this.#timer = this.#clock.setTimer(this.#options.intervalMs / steps, () => {
      if (this.#hasSigns()) this.#listen(steps - 1);
      else if (stepsLeft > 1) this.#listen(stepsLeft - 1);
      else this.#ask();
    });
  }

  #ask(): void {
    this.#awaited = this.#nonce;
    this.#nonce = this.#nonce === Number.MAX_SAFE_INTEGER ? 1 : this.#nonce + 1;
    const { timeoutMs } = this.#options;
    this.#expectSigns(timeoutMs, `the peer has not answered within ${timeoutMs} ms`, () => this.#ask());
    this.#ping(this.#awaited);
  }

  /**
   * Waits in steps until there is a sign. A process that was suspended loses one step, not all of them: it reads what
   * has arrived meanwhile before the next step is over.
   */
  #expectSigns(patienceMs: number, text: string, onSign: () => void): void {
    this.#hasSigns();
    const stepMs = Math.ceil(patienceMs / steps);
    const step = (leftMs: number): void => {
      this.#timer = this.#clock.setTimer(Math.min(stepMs, leftMs), () => {
        this.#timer = undefined;
        if (this.#hasSigns()) onSign();
        else if (leftMs > stepMs) step(leftMs - stepMs);
        else this.#onFailed(text);
      });
    };
    step(patienceMs);
  }
}
