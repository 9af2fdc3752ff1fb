/** What handlers know about the end of their connection before it comes. */

/** The beginning of a graceful end, as a signal that is made when it is read. */
export class Draining {
  private controller: AbortController | undefined = undefined;
  private hasBegun = false;

  /** Whether somebody has read the signal, and may do something about it. */
  get isWatched(): boolean {
    return this.controller !== undefined;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.hasBegun) this.abort(this.controller);
    }
    return this.controller.signal;
  }

  /** Harmless twice. A listener that throws cannot disturb us: the platform reports it. */
  begin(): void {
    if (this.hasBegun) return;
    this.hasBegun = true;
    if (this.controller !== undefined) this.abort(this.controller);
  }

  private abort(controller: AbortController): void {
    const reason = new Error("the connection is closing");
    reason.name = "AbortError";
    controller.abort(reason);
  }
}
