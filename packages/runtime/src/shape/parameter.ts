/** How a generic type uses the codec of a type argument that is known only at run time. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { writeNone, writeSome } from "../postcard/flags.js";
import { expectObject } from "../postcard/guards.js";
import { readLargeOptionTag } from "../postcard/memory.js";
import { minBytes } from "./analysis.js";
import { optionShape } from "./build.js";
import type { Codec } from "./codec.js";
import { presentBytes } from "./decoded-bytes.js";
import type { Option, Some } from "./option.js";
import type { OptionShape, Shape } from "./shape.js";

/** Shape, writer and reader of `T?` of a type argument. */
export interface OptionOf<T> {
  readonly shape: OptionShape;
  readonly write: (w: Writer, p: number, value: Option<T> | undefined) => number;
  readonly read: (r: Reader) => Option<T>;
}

/** `T?` of a type argument: a present value is `{ some }` where the argument's own values include `undefined`. */
export function optionOf<T>({ shape, write, read }: Codec<T>): OptionOf<T> {
  const isWrapped = shape.kind === "option" || (shape.kind === "primitive" && shape.type === "unit");
  const option = optionShape(shape, isWrapped);
  const bytes = presentBytes(option);
  return {
    shape: option,
    write(w: Writer, p: number, value: Option<T> | undefined): number {
      if (p + 1 > w.limit) w.grow(p, 1);
      if (value === undefined) return writeNone(w, p);
      if (!isWrapped) return write(w, writeSome(w, p), value as T);
      expectObject(value, "Some");
      return write(w, writeSome(w, p), (value as Some<T>).some);
    },
    read(r: Reader): Option<T> {
      if (!readLargeOptionTag(r, bytes)) return undefined as Option<T>;
      const value = read(r);
      return (isWrapped ? { some: value } : value) as Option<T>;
    },
  };
}

/** What `readCount` is given for elements of this shape. */
export function leastBytes(shape: Shape): number {
  const bytes = minBytes(shape);
  return Number.isFinite(bytes) ? bytes : 1;
}

/** Types whose values JavaScript compares as the wire does. */
const keyTypes: ReadonlySet<string> = /*@__PURE__*/ new Set([
  "bool", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128", "char", "string",
]); // biome-ignore format: a table

/**
 * Refuses a type argument that cannot be the key of a map or an element of a set.
 * @throws TypeError
 */
export function expectKey({ shape }: Codec<never>, parameter: string): void {
  if (isKey(shape)) return;
  const kind = shape.kind === "primitive" ? shape.type : shape.kind;
  throw new TypeError(
    `${parameter} is the key of a map or an element of a set: a type of kind ${kind} cannot be one`,
  );
}

function isKey(shape: Shape): boolean {
  if (shape.kind === "tupleStruct") {
    const [only] = shape.elements();
    return shape.isValue && only !== undefined && isKey(only);
  }
  return (shape.kind === "primitive" && keyTypes.has(shape.type)) || (shape.kind === "enum" && shape.literal);
}
