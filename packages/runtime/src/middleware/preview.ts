/** Values as short texts, for logs. */
import { Rx } from "../channel/rx.js";
import { Tx } from "../channel/tx.js";
import { bound, type OptionChecks } from "../options/checks.js";

/** How much of a value is shown. */
export interface PreviewLimits {
  /** Levels of nesting. Default 6. */
  readonly depth?: number | undefined;
  /** Characters (UTF-16 units) of a text. Default 120. */
  readonly text?: number | undefined;
  /** Items of a list, a map or a set, members of an object. Default 20. */
  readonly items?: number | undefined;
}

export const previewChecks: OptionChecks<PreviewLimits> = { depth: bound, text: bound, items: bound };

/**
 * A value of the `.vox` language in one line, like `{ id: 7n, tags: ["a", "b", … 3 more items] }`; bytes by their
 * number. Work and length are bounded by the limits, whatever the value is.
 */
export function preview(value: unknown, limits: PreviewLimits = {}): string {
  return new Preview(limits).show(value, limits.depth ?? 6);
}

class Preview {
  readonly #text: number;
  readonly #items: number;

  constructor({ text = 120, items = 20 }: PreviewLimits) {
    this.#text = text;
    this.#items = items;
  }

  show(value: unknown, depth: number): string {
    if (typeof value === "string") return this.#showText(value);
    if (typeof value === "bigint") return `${value}n`;
    if (typeof value !== "object" || value === null) return String(value);
    if (value instanceof Tx) return "<Tx>";
    if (value instanceof Rx) return "<Rx>";
    if (value instanceof Uint8Array) return `<${value.length} bytes>`;
    if (depth <= 0) return "…";
    if (Array.isArray(value) || ArrayBuffer.isView(value))
      return this.#showItems(value as ArrayLike<unknown>, depth);
    if (value instanceof Map)
      return this.#surround("Map {", value.entries(), value.size, "}", ([key, held]) =>
        this.#showEntry(key, held, depth),
      );
    if (value instanceof Set)
      return this.#surround("Set {", value.values(), value.size, "}", (item) => this.show(item, depth - 1));
    const keys = Object.keys(value);
    return this.#surround(
      "{",
      keys,
      keys.length,
      "}",
      (key) => `${key}: ${this.show(Reflect.get(value, key), depth - 1)}`,
    );
  }

  #showText(text: string): string {
    if (text.length <= this.#text) return JSON.stringify(text);
    return `${JSON.stringify(text.slice(0, this.#text))} … ${text.length - this.#text} more chars`;
  }

  #showItems(list: ArrayLike<unknown>, depth: number): string {
    // A typed array is no iterable by its type; of either only the first items are read.
    const first = Array.prototype.slice.call(list, 0, this.#items) as unknown[];
    return this.#surround("[", first, list.length, "]", (item) => this.show(item, depth - 1));
  }

  #showEntry(key: unknown, value: unknown, depth: number): string {
    return `${this.show(key, depth - 1)} => ${this.show(value, depth - 1)}`;
  }

  #surround<T>(
    open: string,
    items: Iterable<T>,
    count: number,
    close: string,
    show: (item: T) => string,
  ): string {
    if (count === 0) return `${open}${close}`;
    const shown: string[] = [];
    for (const item of items) {
      if (shown.length === this.#items) break;
      shown.push(show(item));
    }
    if (count > shown.length) shown.push(`… ${count - shown.length} more items`);
    const space = open === "[" ? "" : " ";
    return `${open}${space}${shown.join(", ")}${space}${close}`;
  }
}
