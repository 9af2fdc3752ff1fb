/** The marks on disk: one line each, so that they survive a server that is killed. */
import { existsSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";

/** A file of lines that only grows. */
export class Journal<T> {
  /** What was in the file at the start. */
  readonly found: readonly T[];
  readonly #file: number;

  constructor(path: string) {
    const text = existsSync(path) ? readFileSync(path, "utf8") : "";
    // A line without an end was being written when the server was killed, and was never confirmed.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    this.found = whole
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as T);
    this.#file = openSync(path, "a");
  }

  /** Returns when the system has the line: it survives the end of this process. */
  append(value: T): void {
    writeSync(this.#file, `${JSON.stringify(value)}\n`);
  }
}
