/** What applications ask about a session now and then: its states in a loop, and the round-trip time. */
import type { SessionHandle, SessionState } from "../call/session-handle.js";
import type { Clock } from "../clock.js";
import { SessionError } from "../errors.js";
import type { WireId } from "../wire/message.js";
import { writePing } from "../wire/session-messages.js";
import type { SessionCore } from "./session-core.js";

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** The states of a session, the present one first. A slow loop gets the latest state and skips those between. */
export class States implements AsyncIterator<SessionState, undefined> {
  readonly #session: SessionHandle;
  #given: SessionState | undefined = undefined;
  #isOver = false;
  /** Ends the waiting of `next`. */
  readonly #wakers = new Set<() => void>();

  constructor(session: SessionHandle) {
    this.#session = session;
  }

  async next(): Promise<IteratorResult<SessionState, undefined>> {
    for (;;) {
      if (this.#isOver) return over;
      const { state } = this.#session;
      if (state !== this.#given) {
        this.#given = state;
        this.#isOver = state.kind === "closed";
        return { done: false, value: state };
      }
      await this.#change();
    }
  }

  return(): Promise<IteratorResult<SessionState, undefined>> {
    this.#isOver = true;
    for (const wake of this.#wakers) wake();
    return Promise.resolve(over);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stop();
        this.#wakers.delete(wake);
        resolve();
      };
      const stop = this.#session.onStateChanged(wake);
      this.#wakers.add(wake);
    });
  }
}

/** Nonces of keepalive count from 1 on. */
const firstNonce = 2 ** 40;

/** Pings of one session that wait for their answers. */
class Pings {
  readonly #waiting = new Map<WireId, () => void>();
  #nonce = firstNonce;

  constructor(core: SessionCore) {
    core.onPong = (nonce) => this.#waiting.get(nonce)?.();
  }

  /** @returns what forgets the ping */
  send({ outbox }: SessionCore, onPong: () => void): () => void {
    const nonce = this.#nonce++;
    this.#waiting.set(nonce, onPong);
    outbox.traffic.countPingOut();
    outbox.commit(writePing(outbox.writer, outbox.begin(), nonce));
    return () => void this.#waiting.delete(nonce);
  }
}

const pingsOf = /*@__PURE__*/ new WeakMap<SessionCore, Pings>();

/**
 * @param over aborted when the time of the attempt is over
 * @returns the milliseconds until the answer to a ping is here
 */
export function roundTrip(
  session: SessionHandle,
  core: SessionCore,
  clock: Clock,
  over: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // The attempt may be over before this code is loaded.
    over.throwIfAborted();
    const lost = lossOf(session.state);
    if (lost !== undefined) throw lost;
    const stop = session.onStateChanged((state) => reject(lossOf(state) ?? relinked()));
    const pings = pingsOf.get(core) ?? new Pings(core);
    pingsOf.set(core, pings);
    const sentMs = clock.now();
    const forget = pings.send(core, () => resolve(clock.now() - sentMs));
    over.addEventListener("abort", () => {
      stop();
      forget();
    });
  });
}

/** Why nothing can be measured; undefined for a session with a link. */
function lossOf(state: SessionState): SessionError | undefined {
  if (state.kind === "open") return undefined;
  if (state.kind === "closed")
    return new SessionError("Protocol", "protocol error: session closed", { cause: state.error });
  const cause = "error" in state ? state.error : undefined;
  return new SessionError("Io", "io error: the session has no link at the moment", { cause });
}

function relinked(): SessionError {
  return new SessionError("Io", "io error: the link was lost before the peer has answered");
}
