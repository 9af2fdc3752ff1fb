/** One call as a state. */
import { Watched } from "./watched.js";

/** A call as components see it. */
export type CallState<T> = {
  /** Calls again; the answer until then stays in `value`. */
  readonly again: () => void;
} & (
  | { readonly status: "pending"; readonly value: T | undefined; readonly error: undefined }
  | { readonly status: "success"; readonly value: T; readonly error: undefined }
  | { readonly status: "error"; readonly value: T | undefined; readonly error: unknown }
);

/** Makes a call while it is watched, and aborts the call when the last watcher leaves. */
export class CallStore<T> extends Watched<CallState<T>> {
  readonly #call: (signal: AbortSignal) => Promise<T>;
  readonly #onEnd: () => void;
  #run: AbortController | undefined = undefined;
  #settled: Promise<void> = Promise.resolve();

  /** @param onEnd called when the last watcher has left */
  constructor(call: (signal: AbortSignal) => Promise<T>, onEnd: () => void = () => {}) {
    super({ status: "pending", value: undefined, error: undefined, again: () => this.#again() });
    this.#call = call;
    this.#onEnd = onEnd;
  }

  /** Resolves, and never rejects, when the call that runs has settled. */
  get settled(): Promise<void> {
    return this.#settled;
  }

  protected start(): void {
    this.#settled = this.#make();
  }

  protected stop(): void {
    this.#run?.abort();
    this.#run = undefined;
    this.#onEnd();
  }

  #again(): void {
    if (!this.isAtWork) return;
    this.#run?.abort();
    const { value, again } = this.read();
    this.change({ status: "pending", value, error: undefined, again });
    this.#settled = this.#make();
  }

  async #make(): Promise<void> {
    const run = new AbortController();
    this.#run = run;
    const { again, value: before } = this.read();
    try {
      const value = await this.#call(run.signal);
      if (this.#run === run) this.change({ status: "success", value, error: undefined, again });
    } catch (error) {
      if (this.#run === run) this.change({ status: "error", value: before, error, again });
    }
  }
}
