/** Reports when a store for peers that may come back is nearly full, and is about to forget entries. */
import { notify, type Observer, type StorePressureEvent } from "../observer.js";

/** `high`: the part of the bound at which the event is sent. Below `low`, the event may be sent again. */
const high = 0.8;
const low = 0.6;

/** One bound of one store. */
export class Pressure {
  readonly #observer: Observer | undefined;
  readonly #what: Omit<StorePressureEvent, "used">;
  #isHigh = false;

  constructor(observer: Observer | undefined, what: Omit<StorePressureEvent, "used">) {
    this.#observer = observer;
    this.#what = what;
  }

  /** @param used how much of the bound is taken */
  note(used: number): void {
    const { limit } = this.#what;
    if (this.#isHigh) {
      if (used < low * limit) this.#isHigh = false;
      return;
    }
    if (used < high * limit) return;
    this.#isHigh = true;
    notify(this.#observer, "onStorePressure", { ...this.#what, used });
  }
}
