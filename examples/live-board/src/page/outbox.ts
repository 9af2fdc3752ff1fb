/** The marks of this tab: kept until the server has confirmed them, and sent again after a lost connection. */
import type { Tx } from "@voxrpc/runtime";
import type { Mark } from "../gen/board.vox.js";

export class Outbox {
  /** Mark 1 is the first. Confirmed marks stay: the page has few of them. */
  readonly #marks: Mark[] = [];
  readonly #listeners = new Set<() => void>();
  #confirmed = 0;

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly sent = (): number => this.#marks.length;

  add(column: number, row: number): void {
    this.#marks.push({ number: this.#marks.length + 1, column, row });
    for (const listener of [...this.#listeners]) listener();
  }

  /** @param number of the last mark that is in the server's journal */
  confirm(number: number): void {
    this.#confirmed = Math.max(this.#confirmed, number);
  }

  /** Sends what is not confirmed, and each new mark, until the stream is over. */
  async sendTo(marks: Tx<Mark>): Promise<void> {
    for (let next = this.#confirmed; !marks.signal.aborted; ) {
      const mark = this.#marks[next];
      if (mark === undefined) {
        await this.#another(marks.signal);
        continue;
      }
      await marks.send(mark);
      next++;
    }
  }

  #another(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        leave();
        signal.removeEventListener("abort", done);
        resolve();
      };
      const leave = this.subscribe(done);
      signal.addEventListener("abort", done);
    });
  }
}
