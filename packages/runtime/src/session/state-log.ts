/** The states of one session, and the listeners that get them. */
import { keepContext } from "../call/async-context.js";
import { callOut, ignore } from "../call/call-out.js";
import type { SessionState } from "../call/session-handle.js";
import { notify, type Observer } from "../observer.js";

/** Keeps the current state, and passes each new one to the observer and to all listeners. */
export class StateLog {
  readonly #observer: Observer | undefined;
  readonly #listeners = new Set<(state: SessionState) => unknown>();
  #state: SessionState = { kind: "open", reconnects: 0, isResumed: false };

  constructor(observer: Observer | undefined) {
    this.#observer = observer;
  }

  get current(): SessionState {
    return this.#state;
  }

  /** @param link a description of the link */
  change(state: SessionState, link: string, sessionId: string): void {
    this.#state = state;
    notify(this.#observer, "onStateChanged", { link, sessionId, state });
    for (const listener of [...this.#listeners]) callOut(() => listener(state), ignore);
  }

  /** @returns what ends the subscription */
  subscribe(listener: (state: SessionState) => void): () => void {
    // Each call makes its own subscription, even for a function that is subscribed already.
    const kept = keepContext(listener);
    const own = (state: SessionState) => kept(state);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }
}
