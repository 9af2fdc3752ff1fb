/** The clients of one virtual connection, counted as those of the root are. Source: `protocol/session.md` §5.4. */
import type { Caller, DrivenCaller } from "../call/caller.js";
import type { CloseOptions } from "../call/session-handle.js";
import { type Share, SharedCaller } from "../call/shared-caller.js";

/** The connection ends gracefully when the last of its clients is closed. */
export class ConnectionClients implements Share {
  readonly #driver: DrivenCaller;
  #holders = 0;

  constructor(driver: DrivenCaller) {
    this.#driver = driver;
  }

  hold(): Caller {
    this.#holders += 1;
    return new SharedCaller(this.#driver, this);
  }

  giveUp(options: CloseOptions): Promise<void> | undefined {
    this.#holders -= 1;
    return this.#holders > 0 ? undefined : this.#driver.connection.close(options);
  }
}
