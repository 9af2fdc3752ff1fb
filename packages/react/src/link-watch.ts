/** Whether a session has lost its link since a stream began. */
import type { SessionHandle, SessionState } from "@voxrpc/runtime";

/**
 * Watches the link of a session for one run of a stream. When the link is lost, the run is over: a session repeats
 * `@idempotent` calls by itself, with the arguments of before, and a stream that goes on behind its last item has
 * others.
 */
export class LinkWatch {
  /** Why the run is over. */
  error: unknown = undefined;
  readonly #run = new AbortController();
  readonly #outer: AbortSignal;
  readonly #stop: () => void;
  /** A run that begins without a link waits for the next one, which is its first. */
  #hasLink: boolean;
  #isLost = false;

  /** @param outer ends the run, too */
  constructor(session: SessionHandle, outer: AbortSignal) {
    this.#outer = outer;
    this.#hasLink = session.state.kind === "open";
    this.#stop = session.onStateChanged(this.#onState);
    outer.addEventListener("abort", this.#onOuterAbort);
  }

  /** Aborted when the run is over; ends its call, if that goes on. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** The run is over: stops watching. */
  leave(): void {
    this.#run.abort();
    this.#stop();
    this.#outer.removeEventListener("abort", this.#onOuterAbort);
  }

  readonly #onState = (state: SessionState): void => {
    if (state.kind === "open") this.#hasLink = true;
    if (state.kind !== "recovering" || !this.#hasLink || this.#isLost) return;
    this.#isLost = true;
    this.error = state.error;
    this.#run.abort();
  };

  readonly #onOuterAbort = (): void => this.#run.abort(this.#outer.reason);
}
