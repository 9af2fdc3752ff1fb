/** What generated code repeats: the start of a list, and the reader of an enum of literals. */
import type { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { readTag, unknownVariant, writeCount } from "./counts.js";
import { expectArray } from "./guards.js";

/** Bytes of a count at most. */
const countRoom = 5;

/** Writes the number of elements of a list; makes its own room. @throws EncodeFault when the value is no array */
export function writeLength(w: Writer, p: number, value: readonly unknown[]): number {
  expectArray(value);
  if (p + countRoom > w.limit) w.grow(p, countRoom);
  return writeCount(w, p, value.length);
}

/** Reads the position of a literal. @param names of the variants, in order */
export function readLiteral<T extends string>(r: Reader, names: readonly T[], typeName: string): T {
  const index = readTag(r);
  return index < names.length ? (names[index] as T) : unknownVariant(r, index, typeName);
}
