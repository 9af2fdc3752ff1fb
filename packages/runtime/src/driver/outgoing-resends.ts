/**
 * Calls of this side whose link is lost: calls that can be made again wait for the next link, the others fail. Source:
 * `protocol/calls.md` §6.3.
 *
 * A call may itself be the cause of a lost link: a proxy refuses its size, or the server crashes on it. If it were sent
 * again each time, that would never stop. So when a link dies soon after a call, the last call on it is blamed:
 *
 * ```
 *  due ──blamed three times──► on probation ──the next link lives──► sent alone ──blamed──► failed
 *   ▲                                └──the next link dies without it──┐
 *   └────────────── never blamed again: the call before it is ─────────┘
 * ```
 */

import { linkLost } from "../channel/end.js";
import type { Clock, TimerHandle } from "../clock.js";
import type { CallErrorCode } from "../errors.js";
import type { RestoredLink } from "../session/connection.js";
import type { ResendFeature } from "../session/recovery.js";
import type { OutgoingRequest } from "./outgoing-request.js";

/** The calls of a connection, as resends use them. */
export interface ResendHost {
  /** Writes the Call of a request again. @returns bytes @throws what its arguments throw; nothing has left then */
  sendAgain(request: OutgoingRequest): number;
  /** Whether the link takes a call. */
  mayCall(): boolean;
  /** A call in flight ends without an answer. */
  giveUp(request: OutgoingRequest, code: CallErrorCode, cause: unknown, detail?: string): void;
}

/** When a link dies within this many milliseconds after a call, the call may be the cause. */
const deadlyMs = 5000;
/** Milliseconds that a link has to live without a call on probation. */
const probationMs = 1000;
/** Blames after which a call is on probation. As in 0.8.2, the call is still sent at once over the second new link. */
const suspected = 3;

/** How often a call was blamed, and whether it was cleared. */
interface Record {
  blames: number;
  /** Bytes of its frame; 0 before it was sent again. */
  bytes: number;
  /** Whether a link has died without it. */
  isCleared: boolean;
}

/** {@link ResendFeature} as the driver sees it. */
export interface ResendImplementation extends ResendFeature {
  start(host: ResendHost, clock: Clock): Resends;
}

/** The option that brings another link also brings this: no other value has this type. */
export const resends: ResendImplementation = {
  feature: "resends",
  start: (host, clock) => new Resends(host, clock),
};

/** The calls of one connection that have to be sent again. */
export class Resends {
  readonly #host: ResendHost;
  readonly #clock: Clock;
  readonly #due = new Set<OutgoingRequest>();
  /** Calls that wait until the link has lived for a while. */
  readonly #onProbation = new Set<OutgoingRequest>();
  readonly #records = new WeakMap<OutgoingRequest, Record>();
  #timer: TimerHandle | undefined = undefined;

  constructor(host: ResendHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  get size(): number {
    return this.#due.size + this.#onProbation.size;
  }

  /** Whether new calls wait: calls that are sent again go first. */
  get isBlocking(): boolean {
    return this.#due.size !== 0;
  }

  /** A request has ended. @returns whether it was waiting to be sent again */
  delete(request: OutgoingRequest): boolean {
    return this.#due.delete(request) || this.#onProbation.delete(request);
  }

  /** The connection has ended. */
  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimer(this.#timer);
    this.#timer = undefined;
  }

  /**
   * The link is lost.
   * @param open the calls in flight
   * @param peerSupportsRetry what the peer has announced on that link
   * @param last the call that was sent last
   */
  onLinkLost(
    open: readonly OutgoingRequest[],
    peerSupportsRetry: boolean,
    cause: unknown,
    last: OutgoingRequest | undefined,
  ): void {
    this.stop();
    this.#due.clear();
    // The link has died although these calls were not sent: they are never blamed again.
    for (const request of this.#onProbation) this.#recordOf(request).isCleared = true;
    this.#onProbation.clear();
    const suspect = this.#suspectOf(open, last);
    if (suspect !== undefined) this.#recordOf(suspect).blames += 1;
    for (const request of open) this.#keepOrFail(request, peerSupportsRetry, cause);
  }

  /** There is a link again: calls that may have run fail, when the peer has no record of them. */
  onLinkRestored({ peer, peerSupportsRetry }: RestoredLink): void {
    for (const request of [...this.#due, ...this.#onProbation]) {
      // A peer finds out that the call has run only if it has the operations of the session.
      if (request.method.idempotent || (peer !== "new" && peerSupportsRetry)) continue;
      this.#host.giveUp(request, "Indeterminate", undefined);
    }
    this.#startProbation();
  }

  /** Sends the calls again: same request id, same operation, same metadata. */
  pump(): void {
    for (const request of this.#due) {
      if (!this.#host.mayCall()) return;
      this.#resend(request);
    }
  }

  /** The latest call that may be blamed: sent not long ago, and never cleared. */
  #suspectOf(
    open: readonly OutgoingRequest[],
    last: OutgoingRequest | undefined,
  ): OutgoingRequest | undefined {
    const since = Math.floor(this.#clock.now()) - deadlyMs;
    const mayBe = (request: OutgoingRequest): boolean =>
      request.sinceMs >= since && this.#records.get(request)?.isCleared !== true;
    if (last === undefined) return undefined;
    return mayBe(last) ? last : open.findLast(mayBe);
  }

  #recordOf(request: OutgoingRequest): Record {
    let record = this.#records.get(request);
    if (record === undefined) {
      record = { blames: 0, bytes: 0, isCleared: false };
      this.#records.set(request, record);
    }
    return record;
  }

  #keepOrFail(request: OutgoingRequest, peerSupportsRetry: boolean, cause: unknown): void {
    const { channels, method } = request;
    const { blames = 0, bytes = 0, isCleared = false } = this.#records.get(request) ?? {};
    if (!peerSupportsRetry) {
      this.#host.giveUp(request, "ConnectionClosed", cause);
    } else if (blames > suspected) {
      const detail = `the link was lost ${blames} times right after this call of ${bytes} bytes was sent; it is not sent again`;
      channels?.endReceivers(linkLost(cause));
      this.#host.giveUp(request, "Indeterminate", cause, detail);
    } else if (channels === undefined) {
      this.#keep(request, !isCleared && blames >= suspected);
    } else if (!method.idempotent) {
      this.#host.giveUp(request, "Indeterminate", cause);
    } else if (!channels.isRepeatable) {
      this.#host.giveUp(request, "ConnectionClosed", cause, "what was sent on its channels is lost");
    } else {
      channels.suspend();
      this.#keep(request, !isCleared && blames >= suspected);
    }
  }

  #keep(request: OutgoingRequest, isSuspect: boolean): void {
    if (isSuspect) this.#onProbation.add(request);
    else this.#due.add(request);
  }

  /**
   * Sends one call after the other when the link has lived for a while. Alone, each shows whether it kills the link.
   */
  #startProbation(): void {
    if (this.#onProbation.size === 0) return;
    this.#timer = this.#clock.setTimer(probationMs, () => {
      this.#timer = undefined;
      const [request] = this.#onProbation;
      if (request !== undefined && this.#host.mayCall()) {
        this.#onProbation.delete(request);
        this.#resend(request);
      }
      this.#startProbation();
    });
  }

  #resend(request: OutgoingRequest): void {
    try {
      const bytes = this.#host.sendAgain(request);
      this.#due.delete(request);
      const record = this.#records.get(request);
      if (record !== undefined) record.bytes = bytes;
      request.channels?.bind();
    } catch (fault) {
      // The arguments have changed meanwhile. Whether the first call has run is not known.
      request.channels?.endReceivers(linkLost(fault));
      this.#host.giveUp(request, "Indeterminate", fault);
    }
  }
}
