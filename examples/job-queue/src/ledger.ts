/** What jobs have done to the world: a line in a file for each, written at once. */
import { appendFileSync, existsSync, readFileSync } from "node:fs";

export class Ledger {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get titles(): string[] {
    return existsSync(this.#file) ? readFileSync(this.#file, "utf8").split("\n").slice(0, -1) : [];
  }

  /** @returns the number of the entry */
  add(title: string): number {
    appendFileSync(this.#file, `${title}\n`);
    return this.titles.length;
  }
}
