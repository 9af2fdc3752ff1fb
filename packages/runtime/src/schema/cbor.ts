/** CBOR as the protocol uses it: the handshake and schema payloads. Source: `protocol/wire.md` §4.1. */

/**
 * A value of the subset.
 *
 * Integers are a number when their magnitude is below 2^32, else a bigint, whatever form they arrived in. A map is a
 * `Map` in wire order, so that no key can touch a prototype; for equal keys the last value wins. `undefined` represents
 * values that the protocol never uses (floats, tags, other simple values): readers skip it or refuse it, and it cannot
 * be written.
 */
export type CborValue =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CborValue[]
  | CborMap;

/** A CBOR map in wire order. Structs and enums have text keys; an unknown member may hold any map. */
export interface CborMap extends ReadonlyMap<CborValue, CborValue> {}

/** A map with text keys, in the order given: the form of every struct. */
export function cborMap(...entries: readonly (readonly [key: string, value: CborValue])[]): CborMap {
  return new Map<CborValue, CborValue>(entries);
}

/** Narrows a container: `Array.isArray` does not narrow read-only arrays. */
export function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}
