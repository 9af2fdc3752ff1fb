/** Collects the lines of a generated file. */
import { type Layout, render } from "./layout.js";

/** Lines of a generated file, in order, with one blank line where a gap was requested. */
export class TextWriter {
  readonly #lines: string[] = [];
  #gap = false;

  /** Adds pieces. Each one starts on a new line. */
  add(...pieces: readonly Layout[]): this {
    for (const piece of pieces) {
      if (this.#gap && this.#lines.length > 0) this.#lines.push("");
      this.#gap = false;
      this.#lines.push(render(piece, 0));
    }
    return this;
  }

  /** Leaves one line blank before the next piece. Repeated calls add no more lines. */
  gap(): this {
    this.#gap = true;
    return this;
  }

  /** The text with `\n` line ends, the last line ended too. */
  toString(): string {
    return `${this.#lines.join("\n")}\n`;
  }
}
