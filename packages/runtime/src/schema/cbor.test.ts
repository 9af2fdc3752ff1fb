/** CBOR against an independent library: what we write and read, it writes and reads alike. */
import { readFileSync } from "node:fs";
import { Decoder, Encoder } from "cbor-x/index-no-eval";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loneSurrogateIndex } from "../bytes/utf8.js";
import { CodecError } from "../errors.js";
import { type CborValue, isList } from "./cbor.js";
import { decodeCbor } from "./cbor-decode.js";
import { encodeCbor } from "./cbor-encode.js";

const options = { useRecords: false, mapsAsObjects: false, tagUint8Array: false } as const;
const theirEncoder = new Encoder(options);
const theirDecoder = new Decoder(options);
const limits = { maxBytes: 1 << 20, maxDepth: 64 };

/** The library writes the short forms for numbers below 2^32 only, and nine bytes for every bigint. */
function forLibrary(value: CborValue): unknown {
  if (typeof value === "number" || typeof value === "bigint")
    return value >= -0x1_0000_0000 && value < 0x1_0000_0000 ? Number(value) : BigInt(value);
  if (isList(value)) return value.map(forLibrary);
  if (value instanceof Map)
    return new Map([...value].map(([key, member]) => [forLibrary(key), forLibrary(member)]));
  return value;
}

/** What the library read, with integers and bytes as we have them. */
function fromLibrary(value: unknown): unknown {
  if (typeof value === "bigint" && value >= -0x1_0000_0000n && value < 0x1_0000_0000n) return Number(value);
  if (typeof value === "number" && !(value >= -0x1_0000_0000 && value < 0x1_0000_0000)) return BigInt(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(fromLibrary);
  if (value instanceof Map)
    return new Map([...value].map(([key, member]) => [fromLibrary(key), fromLibrary(member)]));
  return value;
}

function holdsUnread(value: CborValue): boolean {
  if (value === undefined) return true;
  if (isList(value)) return value.some(holdsUnread);
  if (value instanceof Map) return [...value].flat().some(holdsUnread);
  return false;
}

const text = fc
  .oneof(fc.string({ unit: "grapheme", maxLength: 40 }), fc.string({ unit: "binary", maxLength: 300 }))
  .filter((candidate) => loneSurrogateIndex(candidate) < 0 && !candidate.startsWith("\uFEFF"));
const edges = [23, 24, 255, 256, 65_535, 65_536, 0xffff_ffff].flatMap((edge) => [edge, -edge, -1 - edge]);
const integer = fc.oneof(
  fc.constantFrom(...edges),
  fc.integer(),
  fc.bigInt({ min: 1n << 32n, max: (1n << 64n) - 1n }),
  // The library writes -2^64 as a big number, though it has a short form.
  fc.bigInt({ min: 1n - (1n << 64n), max: -(1n << 32n) - 1n }),
);
const { value: anyValue } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom(null, true, false),
    integer,
    text,
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 30 }),
    fc.array(fc.tuple(text, tie("value")), { maxLength: 30 }).map((entries) => new Map(entries)),
  ),
}));

/** A document with a few bytes replaced, left out or added. */
const damaged = fc
  .tuple(anyValue, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.nat({ max: 2 })), { maxLength: 4 }))
  .map(([value, damages]) => {
    const bytes = [...encodeCbor(value)];
    for (const [at, byte, kind] of damages)
      bytes.splice(at % (bytes.length + 1), kind === 2 ? 0 : 1, ...(kind === 1 ? [] : [byte]));
    return Uint8Array.from(bytes);
  });

/** Every text of hexadecimal digits in a golden file that is whole CBOR. */
function goldenDocuments(name: string): Uint8Array[] {
  const path = new URL(`../../../../fixtures/golden/${name}`, import.meta.url);
  const found = readFileSync(path, "utf8").match(/"([0-9a-f]{2})+"/g) ?? [];
  return found.map((quoted) => Uint8Array.from(Buffer.from(quoted.slice(1, -1), "hex")));
}

function decodeOrNothing(bytes: Uint8Array): { readonly value: CborValue } | undefined {
  try {
    return { value: decodeCbor(bytes, limits) };
  } catch (error) {
    expect(error).toBeInstanceOf(CodecError);
    return undefined;
  }
}

describe("CBOR", () => {
  it("is written as the library writes it, byte for byte", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(encodeCbor(value)).toEqual(new Uint8Array(theirEncoder.encode(forLibrary(value))));
      }),
      { numRuns: 500 },
    );
  });

  it("is read back, by us and by the library", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeCbor(value);
        expect(decodeCbor(bytes, limits)).toEqual(value);
        expect(fromLibrary(theirDecoder.decode(bytes))).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it("means the same to the library wherever a damaged document is accepted, and is refused with a typed error elsewhere", () => {
    let accepted = 0;
    fc.assert(
      fc.property(damaged, (bytes) => {
        const own = decodeOrNothing(bytes);
        if (own === undefined || holdsUnread(own.value)) return;
        accepted += 1;
        expect(fromLibrary(theirDecoder.decode(bytes))).toEqual(own.value);
      }),
      { numRuns: 2000 },
    );
    expect(accepted).toBeGreaterThan(200);
  });

  it.each(["handshake.json", "schemas.json"])("of %s means the same to the library", (name) => {
    const documents = goldenDocuments(name);
    let read = 0;
    for (const bytes of documents) {
      const own = decodeOrNothing(bytes);
      if (own === undefined || holdsUnread(own.value)) continue;
      read += 1;
      expect(fromLibrary(theirDecoder.decode(bytes))).toEqual(own.value);
    }
    expect(read).toBeGreaterThan(50);
  });

  it("keeps a byte order mark, which the library drops", () => {
    const marked = `\uFEFF${"x".repeat(100)}`;
    expect(decodeCbor(encodeCbor(marked), limits)).toBe(marked);
  });

  it("of bytes shares no memory with the document", () => {
    const document = encodeCbor(Uint8Array.of(1, 2, 3));
    const bytes = decodeCbor(Buffer.from(document), limits);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
    document.fill(0);
    expect(bytes).toEqual(Uint8Array.of(1, 2, 3));
  });
});
