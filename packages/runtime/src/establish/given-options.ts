/** Options that are read after the call that they were given to: for later links, or for later clients. */
import { copyOf } from "../shape/copy-of.js";
import { Metadata } from "../wire/metadata.js";

/** Options that are sets or lists. All others are single values, functions, or objects of the application. */
interface Groups {
  readonly limits?: unknown;
  readonly keepalive?: unknown;
  readonly webSocket?: unknown;
  readonly origins?: unknown;
  readonly reconnect?: unknown;
  readonly resumable?: unknown;
  readonly tls?: unknown;
  readonly middleware?: unknown;
  readonly metadata?: unknown;
}

/** Sets and lists of plain data. */
const data = ["limits", "keepalive", "webSocket", "origins"] as const;
/** Sets and lists whose members may be objects of the application. */
const holders = ["reconnect", "resumable", "tls", "middleware"] as const;

/** A copy of checked options: the application may change its own at once, and use them for another call. */
export function givenSet<T extends object>(options: T & Groups): T {
  const given = { ...options } as Record<string, unknown>;
  for (const name of data) if (given[name] !== undefined) given[name] = copyOf(given[name]);
  for (const name of holders) {
    const value = given[name];
    if (Array.isArray(value)) given[name] = [...(value as unknown[])];
    else if (typeof value === "object" && value !== null) given[name] = { ...value };
  }
  if (given["metadata"] instanceof Metadata) given["metadata"] = new Metadata(given["metadata"]);
  return given as T;
}
