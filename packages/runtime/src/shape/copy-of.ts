/**
 * Copies of what an application gives and the runtime reads later: a call that waits, an item that waits, a call that
 * is made again. The application may use its own buffers and objects again at once.
 */

/** Nesting that is copied: that of encoders, which refuse what is deeper. */
const maxDepth = 128;

/** Marks the objects that are no data and travel as they are, such as the halves of channels. */
export const byReference: unique symbol = Symbol.for("@voxrpc/runtime/byReference") as never;

/**
 * A value with the same members that shares no memory with the one that was given. Never throws: a value that cannot be
 * read is given back, and its encoder says what is wrong with it.
 */
export function copyOf<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  try {
    return copy(value, 0) as T;
  } catch {
    return value;
  }
}

function copy(value: object, depth: number): object {
  if (depth > maxDepth) return value;
  if (Array.isArray(value)) return value.map((element: unknown) => copyMember(element, depth));
  if (ArrayBuffer.isView(value)) return copyView(value);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof Map)
    return new Map(
      Array.from(value, ([key, member]) => [copyMember(key, depth), copyMember(member, depth)] as const),
    );
  if (value instanceof Set) return new Set(Array.from(value, (element) => copyMember(element, depth)));
  return copyMembers(value, depth);
}

function copyMember(value: unknown, depth: number): unknown {
  return typeof value === "object" && value !== null ? copy(value, depth + 1) : value;
}

/** `slice` of a Node buffer shares its memory, that of the typed arrays does not. */
function copyView(view: ArrayBufferView): ArrayBufferView {
  const bytes = new Uint8Array(view.byteLength);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  if (view instanceof Uint8Array) return bytes;
  return new (view.constructor as new (buffer: ArrayBuffer) => ArrayBufferView)(bytes.buffer);
}

function copyMembers(value: object, depth: number): object {
  if (byReference in value) return value;
  const copied: Record<string, unknown> = { ...value };
  for (let kind = protoOf(value); kind !== null && kind !== Object.prototype; kind = protoOf(kind))
    readGetters(kind, value, copied);
  for (const name in copied) {
    const member = copied[name];
    if (typeof member === "object" && member !== null) copied[name] = copy(member, depth + 1);
  }
  return copied;
}

/** Reads what a class computes: the copy has no class, and no private fields. */
function readGetters(kind: object, value: object, copied: Record<string, unknown>): void {
  for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(kind)))
    if (get !== undefined && !(name in copied)) copied[name] = Reflect.get(kind, name, value);
}

function protoOf(value: object): object | null {
  return Object.getPrototypeOf(value) as object | null;
}
