/** Changes to a text that leave everything else as it is, byte for byte. */

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class TextEdits {
  readonly #edits: Edit[] = [];

  /** Ranges must not overlap. Texts for the same place come in the order of the calls. */
  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  insert(at: number, text: string): void {
    this.replace(at, at, text);
  }

  apply(text: string): string {
    let result = "";
    let copied = 0;
    // Stable: edits at one place keep their order.
    for (const { start, end, text: replacement } of [...this.#edits].sort((a, b) => a.start - b.start)) {
      result += text.slice(copied, start) + replacement;
      copied = end;
    }
    return result + text.slice(copied);
  }
}
