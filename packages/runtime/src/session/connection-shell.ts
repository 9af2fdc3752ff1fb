/** The shell of a connection: ends it gracefully. */

import { checkCloseOptions } from "../call/option-checks.js";
import type { CloseOptions, CloseReason, DrivenConnection, SessionEnd } from "../call/session-handle.js";
import type { Clock } from "../clock.js";
import type { SessionError } from "../errors.js";
import { rootConnectionId } from "../wire/message.js";
import type { Connection } from "./connection.js";
import type { SessionCore } from "./session-core.js";

/** How long calls in flight may take to finish when a connection closes, ms. */
export const defaultDrainMs = 5000;

/** One connection as its callers see it. */
export class ConnectionShell implements DrivenConnection {
  readonly closed: Promise<SessionEnd>;
  readonly #connection: Connection;
  readonly #core: SessionCore;
  readonly #clock: Clock;
  /** Closing the root connection is closing the session. */
  readonly #closeSession: (options: CloseOptions) => Promise<void>;
  #resolveClosed: (end: SessionEnd) => void = () => {};
  #isEnding = false;
  /** Resolves when no call needs it any more. */
  #idle: Promise<unknown>;

  constructor(
    connection: Connection,
    core: SessionCore,
    clock: Clock,
    closeSession: (options: CloseOptions) => Promise<void>,
  ) {
    this.#connection = connection;
    this.#core = core;
    this.#clock = clock;
    this.#closeSession = closeSession;
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    this.#idle = this.closed;
    connection.onEnded = (reason, error) => this.#onEnded(reason, error);
  }

  get id(): number | bigint {
    return this.#connection.id;
  }

  get isOpen(): boolean {
    return !this.#isEnding;
  }

  async close(options: CloseOptions = {}): Promise<void> {
    checkCloseOptions(options);
    if (this.id === rootConnectionId) {
      await this.#closeSession(options);
      return;
    }
    if (!this.#isEnding) {
      this.#isEnding = true;
      this.#idle = this.#drain(options.timeoutMs ?? defaultDrainMs);
    }
    await this.#idle;
  }

  /** Ends the connection when its calls have finished and its channels have ended, or when the time is over. */
  async #drain(timeoutMs: number): Promise<void> {
    const end = (): void => this.#core.close(this.#connection, "Local", undefined);
    const timer = this.#clock.setTimer(timeoutMs, end);
    const idle = new Promise<void>((resolve) => {
      const { sink } = this.#connection;
      // Without a link nothing that is in flight can finish.
      if (sink === undefined || this.#core.isDisconnected) end();
      else
        sink.onDraining(() => {
          resolve();
          // As the root connection does: it lives as long as its channels.
          sink.onDraining(end, true);
        });
    });
    await Promise.race([idle, this.closed]);
    this.#clock.clearTimer(timer);
  }

  #onEnded(reason: CloseReason, error: SessionError | undefined): void {
    this.#isEnding = true;
    this.#resolveClosed({ reason, error });
  }
}
