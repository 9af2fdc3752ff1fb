/**
 * The memory of values in generated code: a number, and constants for the parts that depend on a type argument. The
 * figures are those of the runtime's `shape/decoded-bytes.ts`.
 */
import { leastEntryBytes, mapEntryBytes, setEntryBytes, slotBytes } from "@voxrpc/runtime/internal/schema";
import type { FileScope } from "./file-scope.js";
import { hasParameter, type ValueType } from "./value-type.js";

/** Memory of an element of a list or fixed array; undefined where it is its place alone, which readers assume. */
export function elementBytes(type: ValueType, file: FileScope): string | undefined {
  if (!hasKnownMemory(type)) return file.memory("elementBytes", type);
  const bytes = file.measures.elementBytes(type);
  return bytes === slotBytes ? undefined : String(bytes);
}

/** Memory of an element of a Set. */
export function setElementBytes(type: ValueType, file: FileScope): string {
  return entry(setEntryBytes, [type], file);
}

/** Memory of an entry of a Map. */
export function entryBytes(from: ValueType, to: ValueType, file: FileScope): string {
  return entry(mapEntryBytes, [from, to], file);
}

/** Memory of an option beyond its own when it is present; undefined for none. */
export function presentBytes(
  option: Extract<ValueType, { kind: "option" }>,
  file: FileScope,
): string | undefined {
  if (!hasKnownMemory(option)) return file.memory("presentBytes", option);
  const bytes = file.measures.presentBytes(option.element);
  return bytes === 0 ? undefined : String(bytes);
}

/** Counts what a variant, or a side of a result, takes beyond the smallest one; empty for nothing. */
export function spendExtra(type: ValueType, index: number, file: FileScope): readonly string[] {
  const extra = hasKnownMemory(type)
    ? file.measures.extraBytes(type, index)
    : file.memory("extraBytes", type, index);
  return extra === 0 ? [] : [`$.spend(r, ${extra});`];
}

/** What an entry of a Map or Set counts as: its own part and that of its values, and the least that one counts as. */
function entry(own: number, types: readonly ValueType[], file: FileScope): string {
  const known = types.filter(hasKnownMemory).map((type) => file.measures.decodedBytes(type));
  const total = known.reduce((bytes, each) => bytes + each, own);
  const unknown = types
    .filter((type) => !hasKnownMemory(type))
    .map((type) => file.memory("decodedBytes", type));
  return unknown.length === 0
    ? String(Math.max(leastEntryBytes, total))
    : `Math.max(${leastEntryBytes}, ${[total, ...unknown].join(" + ")})`;
}

/** Whether the memory of the smallest value does not depend on a type argument. */
export function hasKnownMemory(type: ValueType): boolean {
  return !hasParameter(type) || ["list", "map", "set"].includes(type.kind);
}
