/** Values of the `.vox` language in a form for JSON, for logs. */

const deepest = 8;
const longestList = 100;

/**
 * Turns a value into one that `JSON.stringify` takes: integers as decimal texts, maps as lists of pairs, bytes as their
 * count. Bounded in depth and length, whatever the value is.
 */
export function toJson(value: unknown, depth = deepest): unknown {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth <= 0) return "…";
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  const next = (each: unknown): unknown => toJson(each, depth - 1);
  if (Array.isArray(value)) return value.slice(0, longestList).map(next);
  if (value instanceof Map) return [...value].slice(0, longestList).map(next);
  if (value instanceof Set) return [...value].slice(0, longestList).map(next);
  if ("toJSON" in value && typeof value.toJSON === "function") return value;
  if (value instanceof Error) return { name: value.name, message: value.message };
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, longestList)
      .map(([name, member]) => [name, next(member)]),
  );
}
