/**
 * Checks of the kind of a JavaScript value where a composite is expected. Generated encoders call them where they would
 * otherwise write a wrong value as if it were right, or fail with an error of the platform.
 */
import { Misfit } from "./faults.js";

function refuse(expected: string, value: unknown): never {
  throw new Misfit(expected, value);
}

/** The value, if it is an array. @throws EncodeFault otherwise */
export function expectArray<T>(value: readonly T[]): readonly T[] {
  return Array.isArray(value) ? value : refuse("an array", value);
}

/** The value, if it is a Map. @throws EncodeFault otherwise */
export function expectMap<K, V>(value: ReadonlyMap<K, V>): ReadonlyMap<K, V> {
  return value instanceof Map ? value : refuse("a Map", value);
}

/** The value, if it is a Set. @throws EncodeFault otherwise */
export function expectSet<T>(value: ReadonlySet<T>): ReadonlySet<T> {
  return value instanceof Set ? value : refuse("a Set", value);
}

/** The value, if it is an object. @throws EncodeFault otherwise */
export function expectObject<T>(value: T, typeName: string): T {
  if (typeof value !== "object" || value === null) refuse(`an object for ${typeName}`, value);
  return value;
}

/** @throws EncodeFault always: `value` names no variant of the enum `typeName` */
export function badVariant(value: unknown, typeName: string): never {
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
  throw new Misfit(`a variant of ${typeName}`, kind ?? value);
}
