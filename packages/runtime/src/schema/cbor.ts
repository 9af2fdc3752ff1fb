/**
 * CBOR as the protocol uses it: the handshake and schema payloads. The only file that imports the CBOR library, through
 * its entry without `eval`, so that a strict content-security policy has nothing to report. Source:
 * `protocol/wire.md` §4.1.
 */
import { Decoder, Encoder } from "cbor-x/index-no-eval";
import { loneSurrogateIndex } from "../bytes/utf8.js";
import { CodecError } from "../errors.js";
import { type CborLimits, checkCbor } from "./cbor-check.js";

/**
 * A value of the subset.
 *
 * Integers are a number when their magnitude is below 2^32, else a bigint, whatever form they arrived in. A map is a
 * `Map` in wire order, so that no key can touch a prototype; of equal keys the last value wins. `undefined` stands for
 * what the protocol never uses (floats, tags, other simple values): readers skip it or refuse it, and it cannot be
 * written.
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

const options = { useRecords: false, mapsAsObjects: false, tagUint8Array: false } as const;
const encoder: Encoder = /*@__PURE__*/ new Encoder(options);
const decoder: Decoder = /*@__PURE__*/ new Decoder(options);

/** A map with text keys, in the order given: the form of every struct. */
export function cborMap(...entries: readonly (readonly [key: string, value: CborValue])[]): CborMap {
  return new Map<CborValue, CborValue>(entries);
}

/**
 * Encodes a value: definite lengths, shortest integers, map entries in the order of the `Map`.
 *
 * @throws CodecError `EncodeFailed` for what the subset does not hold: fractions, integers beyond 64 bits, lone
 * surrogates, `undefined`.
 */
export function encodeCbor(value: CborValue): Uint8Array {
  // The library returns a view of its own buffer.
  return new Uint8Array(encoder.encode(prepare(value)));
}

/**
 * Decodes a document of which nothing is trusted; see `checkCbor` for what is refused.
 *
 * @throws CodecError `DecodeFailed` with the byte offset.
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits): CborValue {
  return decoder.decode(checkCbor(bytes, limits)) as CborValue;
}

/** The same value in the JavaScript types for which the library writes the wanted bytes. */
function prepare(value: CborValue): unknown {
  switch (typeof value) {
    case "number":
    case "bigint":
      return prepareInteger(value);
    case "string":
      if (loneSurrogateIndex(value) >= 0) throw new CodecError("EncodeFailed", "lone surrogate in text");
      return value;
    case "boolean":
      return value;
    case "object":
      return value === null || value instanceof Uint8Array ? value : prepareContainer(value);
    default:
      throw new CodecError("EncodeFailed", `a value of type ${typeof value} has no CBOR form`);
  }
}

function prepareContainer(value: readonly CborValue[] | CborMap): unknown {
  if (isList(value)) return value.map(prepare);
  const prepared = new Map<unknown, unknown>();
  for (const [key, member] of value) prepared.set(prepare(key), prepare(member));
  return prepared;
}

/** The library writes the short forms for numbers below 2^32 only, and nine bytes for every bigint. */
function prepareInteger(value: number | bigint): number | bigint {
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    throw new CodecError("EncodeFailed", `${value} is no integer`);
  }
  if (value >= -0x1_0000_0000 && value < 0x1_0000_0000) return Number(value) + 0;
  if (value >= 1n << 64n || value < -(1n << 64n)) {
    throw new CodecError("EncodeFailed", `${value} does not fit 64 bits`);
  }
  return BigInt(value);
}

/** Narrows a container: `Array.isArray` does not narrow read-only arrays. */
export function isList(value: CborValue): value is readonly CborValue[] {
  return Array.isArray(value);
}
