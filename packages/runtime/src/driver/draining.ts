/** Tells handlers that their connection is about to end. */

/** The beginning of a graceful end, as a signal that is made when it is read. */
export class Draining {
  #controller: AbortController | undefined = undefined;
  #hasBegun = false;

  /** Whether a handler has read the signal, and may react to it. */
  get isWatched(): boolean {
    return this.#controller !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#hasBegun) this.#abort(this.#controller);
    }
    return this.#controller.signal;
  }

  /** Harmless twice. When a listener throws, the platform reports it, and nothing else happens. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    if (this.#controller !== undefined) this.#abort(this.#controller);
  }

  #abort(controller: AbortController): void {
    const reason = new Error("the connection is closing");
    reason.name = "AbortError";
    controller.abort(reason);
  }
}
