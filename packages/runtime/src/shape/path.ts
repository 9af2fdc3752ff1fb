/** Paths of values in error texts, like `Product.price.currency` or `items[3].id`. */
import { shorten } from "../postcard/problems.js";

/** A path that grows and shrinks while a value is walked. */
export class Path {
  readonly #steps: string[] = [];

  /** Goes down one step: `.member`, `[3]`, `["key"]`, ` key "k"`. */
  push(step: string): void {
    this.#steps.push(step);
  }

  /** Goes up one step. Not called when the walk fails: the path then says where. */
  pop(): void {
    this.#steps.pop();
  }

  /** The whole path, without the dot of its first member. */
  toString(): string {
    const text = this.#steps.join("");
    return text.startsWith(".") ? text.slice(1) : text;
  }
}

/** Step to a struct's member. */
export function memberStep(member: string): string {
  return `.${member}`;
}

/** Step to an element. */
export function indexStep(index: number): string {
  return `[${index}]`;
}

/** How a map key is written in a path: by its value where that is short, else by its position. */
export function keyText(key: unknown, index: number): string {
  switch (typeof key) {
    case "string":
      return JSON.stringify(shorten(key));
    case "number":
    case "boolean":
      return String(key);
    case "bigint":
      return shorten(`${key}n`);
    default:
      return `#${index}`;
  }
}

/** Puts a label, such as a type's name or `Catalog.get args`, in front of a path. */
export function labelled(label: string, path: string): string {
  if (label === "" || path === "") return label + path;
  return path.startsWith("[") || path.startsWith(" ") ? label + path : `${label}.${path}`;
}
