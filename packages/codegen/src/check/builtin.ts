/** Names that the language itself gives a meaning. */
import type { PrimitiveName } from "../model/model.js";

const primitives: ReadonlySet<string> = new Set<PrimitiveName>([
  "bool", "u8", "u16", "u32", "u64", "u128", "i8", "i16", "i32", "i64", "i128",
  "f32", "f64", "char", "string", "bytes", "unit", "never", "duration", "timedelta", "value",
]); // biome-ignore format: a table

export function isPrimitive(name: string): name is PrimitiveName {
  return primitives.has(name);
}

/** Generic types of the language → number of type arguments. */
const containers: ReadonlyMap<string, number> = new Map([
  ["map", 2],
  ["set", 1],
  ["result", 2],
  ["Tx", 1],
  ["Rx", 1],
]);

/** Number of type arguments of `map`, `set`, `result`, `Tx`, `Rx`; undefined for every other name. */
export function containerArity(name: string): number | undefined {
  return containers.get(name);
}

export function isBuiltin(name: string): boolean {
  return primitives.has(name) || containers.has(name);
}

/** For suggestions. */
export const builtinNames: readonly string[] = [...primitives, ...containers.keys()];

/** Names under which people look for file descriptors. */
const descriptorNames: ReadonlySet<string> = new Set([
  "fd", "Fd", "FD", "RawFd", "OwnedFd", "BorrowedFd", "FileDescriptor", "file_descriptor", "Handle", "OwnedHandle",
  "RawHandle", "RawSocket", "OwnedSocket",
]); // biome-ignore format: a table

export function isDescriptorName(name: string): boolean {
  return descriptorNames.has(name);
}
