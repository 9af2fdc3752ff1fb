/** Arguments of calls as keys: equal arguments have equal keys, and a key is JSON. */

/** A part of a key. */
export type KeyPart =
  | null
  | boolean
  | number
  | string
  | readonly KeyPart[]
  | { readonly [name: string]: KeyPart };

/** Levels of lists and objects in an argument: more than schemas allow in values. */
const maxDepth = 128;

/**
 * The key of an argument. A value that JSON does not have becomes an object with one member, whose name begins with
 * `$`: names of a schema never do.
 * @throws TypeError for a function, a symbol, a stream, or a value that contains itself
 */
export function keyPart(value: unknown, depth = 0): KeyPart {
  switch (typeof value) {
    case "undefined":
      return null;
    case "boolean":
    case "string":
      return value;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? "-0" : String(value) };
    case "bigint":
      return { $bigint: String(value) };
    case "object":
      return value === null ? null : keyOfObject(value, depth + 1);
    default:
      throw new TypeError(`a ${typeof value} cannot be part of a key`);
  }
}

function keyOfObject(value: object, depth: number): KeyPart {
  if (depth > maxDepth) throw new TypeError(`an argument with more than ${maxDepth} levels cannot be a key`);
  if (Symbol.asyncIterator in value || Symbol.asyncDispose in value)
    throw new TypeError("a stream cannot be part of a key");
  if (Array.isArray(value)) return value.map((each) => keyPart(each, depth));
  if (ArrayBuffer.isView(value)) return { $bytes: hex(value) };
  if (value instanceof Map)
    return { $map: [...value].map(([key, item]) => [keyPart(key, depth), keyPart(item, depth)]) };
  if (value instanceof Set) return { $set: [...value].map((each) => keyPart(each, depth)) };
  const members: Record<string, KeyPart> = Object.create(null) as Record<string, KeyPart>;
  // A member that is undefined is absent on the wire.
  for (const [name, member] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    if (member !== undefined) members[name] = keyPart(member, depth);
  return members;
}

function hex({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  return Array.from(new Uint8Array(buffer, byteOffset, byteLength), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
