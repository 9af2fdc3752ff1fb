/**
 * Takes a decoded CBOR value apart: each function returns what it expects or throws a CodecError that names the place.
 * Unknown members of a struct are skipped, because no function requests them. Source: `protocol/wire.md` §4.1.
 */
import { CodecError } from "../errors.js";
import { type CborMap, type CborValue, isList } from "./cbor.js";

/** @throws CodecError `DecodeFailed` always. */
export function refuse(reason: string, path: string): never {
  throw new CodecError("DecodeFailed", reason, { path });
}

/** What a value is, for error texts. */
function describe(value: CborValue): string {
  if (value === undefined) return "a float, tag or simple value";
  if (value === null) return "null";
  if (isList(value)) return "an array";
  if (value instanceof Uint8Array) return "a byte string";
  if (typeof value === "object") return "a map";
  if (typeof value === "boolean") return "a boolean";
  if (typeof value === "string") return "a text string";
  return value < 0 ? "a negative integer" : "an unsigned integer";
}

function mismatch(expected: string, value: CborValue, path: string): never {
  return refuse(`type mismatch: expected ${expected}, got ${describe(value)}`, path);
}

/** A struct, or any other map. */
export function asMap(value: CborValue, path: string): CborMap {
  if (typeof value !== "object" || value === null || isList(value) || value instanceof Uint8Array) {
    return mismatch("a map", value, path);
  }
  return value;
}

/** A list, tuple or fixed array. */
export function asList(value: CborValue, path: string): readonly CborValue[] {
  return isList(value) ? value : mismatch("an array", value, path);
}

export function asText(value: CborValue, path: string): string {
  return typeof value === "string" ? value : mismatch("a text string", value, path);
}

export function asBytes(value: CborValue, path: string): Uint8Array {
  return value instanceof Uint8Array ? value : mismatch("a byte string", value, path);
}

export function asBoolean(value: CborValue, path: string): boolean {
  return typeof value === "boolean" ? value : mismatch("a boolean", value, path);
}

/** An unsigned integer of at most 32 bits; a larger one is refused, not truncated. */
export function asU32(value: CborValue, path: string): number {
  if (typeof value === "number" && value >= 0) return value;
  if (typeof value === "bigint" && value >= 0n) return refuse(`${value} does not fit u32`, path);
  return mismatch("an unsigned integer", value, path);
}

/** An unsigned integer of at most 64 bits. */
export function asU64(value: CborValue, path: string): bigint {
  if ((typeof value === "number" || typeof value === "bigint") && value >= 0) return BigInt(value);
  return mismatch("an unsigned integer", value, path);
}

/** A member that has no default. */
export function member(map: CborMap, name: string, path: string): CborValue {
  if (!map.has(name)) return refuse(`missing member '${name}'`, path);
  return map.get(name);
}

/** An externally tagged enum: a map of one entry, variant name to payload. */
export function asVariant(
  value: CborValue,
  path: string,
): { readonly name: string; readonly payload: CborValue } {
  const map = asMap(value, path);
  const [entry] = map;
  if (entry === undefined || map.size !== 1) {
    return refuse(`expected map with 1 entry for enum, got ${map.size}`, path);
  }
  return { name: asText(entry[0], path), payload: entry[1] };
}

/** The payload of an externally tagged unit variant. */
export function asNull(value: CborValue, path: string): null {
  return value === null ? null : mismatch("null", value, path);
}

/** The text for a variant name that the enum does not have. */
export function unknownVariant(name: string, path: string): never {
  return refuse(`unknown enum variant: ${name}`, path);
}
