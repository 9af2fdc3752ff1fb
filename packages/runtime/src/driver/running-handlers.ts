/** How many handlers of one connection have not ended. Handlers whose calls are over count, too. */
import type { ConnectionHost } from "../session/connection.js";

/** Counts them. A connection that has ended lingers in its session until its last handler has ended. */
export class RunningHandlers {
  count = 0;
  readonly #host: Pick<ConnectionHost, "lingering" | "decoded">;
  #isLingering = false;

  constructor(host: Pick<ConnectionHost, "lingering" | "decoded">) {
    this.#host = host;
  }

  /** The connection has ended. */
  linger(): void {
    if (this.#isLingering || this.count === 0) return;
    this.#isLingering = true;
    this.#host.lingering += 1;
  }

  /** An asynchronous handler has started. @param decodedBytes memory of its arguments */
  started(decodedBytes: number): void {
    this.count += 1;
    this.#host.decoded.hold(decodedBytes);
  }

  /** An asynchronous handler has ended. */
  ended(decodedBytes: number): void {
    this.count -= 1;
    this.#host.decoded.hold(-decodedBytes);
    if (!this.#isLingering || this.count !== 0) return;
    this.#isLingering = false;
    this.#host.lingering -= 1;
  }
}
