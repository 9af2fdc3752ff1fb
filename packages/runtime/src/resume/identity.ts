/** The identity of a peer, as the acceptor has found it out, in a form that can be compared and stored. */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../session/session-id.js";
import { Metadata } from "../wire/metadata.js";

/** Bytes of the hash that are kept. */
const keptBytes = 16;
const deepest = 32;
/** UTF-16 units of data that are hashed at most. A principal is a name and a few rights, not a document. */
const longest = 1024 * 1024;

/**
 * The hash of a principal, 32 hexadecimal digits. It is the same for equal data; the order of object members does not
 * count. Data are texts, numbers, bigints, booleans, null, undefined, dates, bytes, metadata, and arrays, maps, sets
 * and plain objects of them.
 * @returns undefined for a value that is not data, like an instance of a class, which cannot be compared
 */
export function identityOf(principal: unknown): string | undefined {
  try {
    const text = new DataText();
    text.write(principal, deepest);
    return toHex(sha256(new TextEncoder().encode(text.parts.join("\n"))).subarray(0, keptBytes));
  } catch {
    // Getters and proxies of the application may throw: a value that cannot be read is not data.
    return undefined;
  }
}

/** Data as texts, one for each value, in an order that depends on the data alone. */
class DataText {
  readonly parts: string[] = [];
  #left = longest;

  /** @throws TypeError for a value that is not data; RangeError for too much of it */
  write(value: unknown, depth: number): void {
    if (depth === 0) throw new RangeError("too deep");
    if (typeof value === "function" || typeof value === "symbol") throw new TypeError("no data");
    if (typeof value === "string") this.#put(JSON.stringify(value));
    else if (typeof value === "object" && value !== null) this.#writeObject(value, depth - 1);
    else this.#put(`${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}`);
  }

  #writeObject(value: object, depth: number): void {
    if (value instanceof Date) this.#put(`date ${value.getTime()}`);
    else if (value instanceof Uint8Array) this.#put(`bytes ${toHex(value)}`);
    else if (Array.isArray(value)) this.#writeAll("list", value, depth);
    else if (value instanceof Map) this.#writeAll("map", [...value].flat(), depth);
    else if (value instanceof Set) this.#writeAll("set", [...value], depth);
    else if (value instanceof Metadata)
      this.#writeAll(
        "metadata",
        [...value].flatMap((entry) => [entry.key, entry.value]),
        depth,
      );
    else this.#writeAll("object", membersOf(value), depth);
  }

  #writeAll(kind: string, items: readonly unknown[], depth: number): void {
    this.#put(`${kind} ${items.length}`);
    for (const item of items) this.write(item, depth);
  }

  #put(part: string): void {
    this.#left -= part.length + 1;
    if (this.#left < 0) throw new RangeError("too large");
    this.parts.push(part);
  }
}

/** Names and values of a plain object, also of another realm. @throws TypeError for other objects */
function membersOf(value: object): readonly unknown[] {
  const prototype = Object.getPrototypeOf(value) as object | null;
  const isPlain =
    prototype === null ||
    (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "hasOwnProperty"));
  if (!isPlain || Object.getOwnPropertySymbols(value).length > 0) throw new TypeError("no data");
  const names = Object.keys(value).sort();
  return names.flatMap((name) => [name, (value as Readonly<Record<string, unknown>>)[name]]);
}
