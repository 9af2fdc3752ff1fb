/**
 * Calls of components that suspend. React throws the state of such a component away while it waits, so the call is kept
 * here, by client and key.
 */
import { type Clock, systemClock } from "@voxrpc/runtime/link";
import { CallStore } from "./call-store.js";

/** How long an answer waits for a component, ms: one boundary may wait for several calls. */
const answerKeptMs = 60_000;
/** How long a failure is kept without a component, ms: React renders again before it shows an error boundary. */
const failureKeptMs = 1000;
/** Calls of one client that no component watches. One more ends the oldest of them. */
const maxUnwatched = 1000;

/** The calls of one client. */
export class CallCache {
  readonly #clock: Clock;
  readonly #calls = new Map<string, CallStore<unknown>>();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** The call with a key, which is made when it is not there. */
  get(key: string, call: (signal: AbortSignal) => Promise<unknown>): CallStore<unknown> {
    const known = this.#calls.get(key);
    if (known !== undefined) return known;
    const store: CallStore<unknown> = new CallStore(call, () => {
      if (this.#calls.get(key) === store) this.#calls.delete(key);
    });
    this.#calls.set(key, store);
    this.#endOldest();
    store.begin();
    void store.settled.then(() => this.#endLater(store));
    return store;
  }

  #endLater(store: CallStore<unknown>): void {
    const { status } = store.read();
    this.#clock.setTimer(status === "error" ? failureKeptMs : answerKeptMs, () => {
      if (!store.isWatched) store.end();
    });
  }

  #endOldest(): void {
    if (this.#calls.size <= maxUnwatched) return;
    const unwatched = [...this.#calls.values()].filter(({ isWatched }) => !isWatched);
    if (unwatched.length > maxUnwatched) unwatched[0]?.end();
  }
}

const caches = /*@__PURE__*/ new WeakMap<object, CallCache>();

/** The calls of a client. */
export function callsOf(client: object): CallCache {
  let calls = caches.get(client);
  if (calls === undefined) {
    calls = new CallCache();
    caches.set(client, calls);
  }
  return calls;
}
