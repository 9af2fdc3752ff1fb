/** The states of one session, and who is told of them. */
import { keepContext } from "../call/async-context.js";
import { callOut, ignore } from "../call/call-out.js";
import type { SessionState } from "../call/session-handle.js";
import { notify, type Observer } from "../observer.js";

/** Keeps the current state; tells the observer and those who have subscribed. */
export class StateLog {
  private readonly observer: Observer | undefined;
  private readonly listeners = new Set<(state: SessionState) => unknown>();
  private state: SessionState = { kind: "open", reconnects: 0, isResumed: false };

  constructor(observer: Observer | undefined) {
    this.observer = observer;
  }

  get current(): SessionState {
    return this.state;
  }

  /** @param link in words where the session leads */
  change(state: SessionState, link: string, sessionId: string): void {
    this.state = state;
    notify(this.observer, "onStateChanged", { link, sessionId, state });
    for (const listener of [...this.listeners]) callOut(() => listener(state), ignore);
  }

  /** @returns what ends the subscription */
  subscribe(listener: (state: SessionState) => void): () => void {
    // A subscription of its own each time, also for a function that is there already.
    const kept = keepContext(listener);
    const own = (state: SessionState) => kept(state);
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  }
}
