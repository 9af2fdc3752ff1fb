/** Whose a session is: what an acceptor has found out about a peer, in a form that can be compared and kept. */
import { sha256 } from "@noble/hashes/sha2.js";
import { toHex } from "../session/session-id.js";
import { Metadata } from "../wire/metadata.js";

/** Bytes of the hash that are kept. */
const keptBytes = 16;
const deepest = 32;
/** UTF-16 units of what is hashed: a principal is a name, a few rights, no document. */
const longest = 1024 * 1024;

/**
 * The hash of what stands for a peer, 32 hexadecimal digits: the same for equal data, in whatever order the members of
 * objects stand. Data are texts, numbers, bigints, booleans, null, undefined, dates, bytes, metadata, and arrays, maps, sets
 * and plain objects of them.
 * @returns undefined for what is no data, like an instance of a class: two of them cannot be told to be the same
 */
export function identityOf(principal: unknown): string | undefined {
  const parts: string[] = [];
  const budget = { left: longest };
  try {
    write(principal, parts, budget, deepest);
  } catch {
    // Getters and proxies of the application may throw: what cannot be read is the same as nothing.
    return undefined;
  }
  return toHex(sha256(new TextEncoder().encode(parts.join("\n"))).subarray(0, keptBytes));
}

function write(value: unknown, parts: string[], budget: { left: number }, depth: number): void {
  const put = (part: string): void => {
    budget.left -= part.length + 1;
    if (budget.left < 0) throw new RangeError("too large");
    parts.push(part);
  };
  if (depth === 0) throw new RangeError("too deep");
  const all = (kind: string, items: readonly unknown[]): void => {
    put(`${kind} ${items.length}`);
    for (const item of items) write(item, parts, budget, depth - 1);
  };
  switch (typeof value) {
    case "string":
      return put(JSON.stringify(value));
    case "function":
    case "symbol":
      throw new TypeError("no data");
    case "object":
      if (value === null) return put("null");
      if (Array.isArray(value)) return all("list", value);
      if (value instanceof Date) return put(`date ${value.getTime()}`);
      if (value instanceof Uint8Array) return put(`bytes ${toHex(value)}`);
      if (value instanceof Map) return all("map", [...value].flat(1));
      if (value instanceof Set) return all("set", [...value]);
      if (value instanceof Metadata)
        return all(
          "metadata",
          [...value].flatMap(({ key, value: each }) => [key, each]),
        );
      return all("object", membersOf(value));
    default:
      return put(`${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}`);
  }
}

/** Names and values of a plain object. @throws TypeError for another one */
function membersOf(value: object): readonly unknown[] {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null)
    throw new TypeError("no data");
  if (prototype !== null && !Object.hasOwn(prototype as object, "hasOwnProperty"))
    throw new TypeError("no data");
  if (
    Object.getOwnPropertySymbols(value).some((each) =>
      Object.prototype.propertyIsEnumerable.call(value, each),
    )
  )
    throw new TypeError("no data");
  const names = Object.keys(value).sort();
  return names.flatMap((name) => [name, (value as Readonly<Record<string, unknown>>)[name]]);
}
