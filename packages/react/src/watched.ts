/** A state outside of React, for `useSyncExternalStore`: it works while it is watched. */

/**
 * Keeps a state and its listeners. The first listener starts the work, and the work stops a microtask after the last
 * one has left: React's strict mode leaves and comes back within one task, and starts nothing twice.
 */
export abstract class Watched<S> {
  readonly #listeners = new Set<() => void>();
  #state: S;
  #isAtWork = false;

  constructor(state: S) {
    this.#state = state;
  }

  /** The current state, the same object until it changes. */
  readonly read = (): S => this.#state;

  /** @returns a function that ends the subscription; calling it twice is harmless */
  readonly subscribe = (listener: () => void): (() => void) => {
    // Each call makes its own subscription, even for a function that is subscribed already.
    const own = (): void => listener();
    this.#listeners.add(own);
    this.begin();
    return () => {
      if (!this.#listeners.delete(own) || this.isWatched) return;
      queueMicrotask(() => {
        if (!this.isWatched) this.end();
      });
    };
  };

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }

  protected get isAtWork(): boolean {
    return this.#isAtWork;
  }

  /** Starts the work, unless it runs. */
  begin(): void {
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    this.start();
  }

  /** Stops the work, if it runs. */
  end(): void {
    if (!this.#isAtWork) return;
    this.#isAtWork = false;
    this.stop();
  }

  protected change(state: S): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  protected abstract start(): void;
  protected abstract stop(): void;
}
