/**
 * Properties of codecs of random types: identity, truncation, mutation, and the same bytes with and without `Buffer`.
 */
import * as native from "@voxrpc/runtime/gen/v1";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { PrimitiveName, Type } from "../../packages/codegen/src/model/model.js";
import { toHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { isWrapped } from "../support/model-types.js";
import { GoldenTypes } from "./golden-types.js";

interface Sample {
  readonly type: Type;
  readonly value: unknown;
}

const types = new GoldenTypes([
  "struct Tree { label: string, children: Tree[] }",
  "enum Expr { Lit(i64), Neg(Expr), Add { l: Expr, r: Expr }, Call(string, Expr[]), Nil }",
  "enum Color { Red, Green, Blue }",
]);

const primitive = (name: PrimitiveName, asNumber = false): Type => ({ kind: "primitive", name, asNumber });
const wellFormed = fc.string({ unit: "binary", maxLength: 60 });
const f32 = fc.float({ noNaN: false });
const safe = (min: number): fc.Arbitrary<number> => fc.integer({ min, max: Number.MAX_SAFE_INTEGER });

const numbers: Readonly<Partial<Record<PrimitiveName, fc.Arbitrary<unknown>>>> = {
  u8: fc.integer({ min: 0, max: 255 }),
  i8: fc.integer({ min: -128, max: 127 }),
  u16: fc.integer({ min: 0, max: 65535 }),
  i16: fc.integer({ min: -32768, max: 32767 }),
  u32: fc.integer({ min: 0, max: 4294967295 }),
  i32: fc.integer({ min: -2147483648, max: 2147483647 }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  f32,
  f64: fc.double({ noNaN: false }),
};

const values: Readonly<Partial<Record<PrimitiveName, fc.Arbitrary<unknown>>>> = {
  ...numbers,
  bool: fc.boolean(),
  u128: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  i128: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  char: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  string: fc.oneof(wellFormed, fc.string({ unit: "binary-ascii", maxLength: 200 })),
  bytes: fc.uint8Array({ maxLength: 2000 }),
  unit: fc.constant(undefined),
};

const typedArrays: readonly (readonly [PrimitiveName, fc.Arbitrary<unknown>])[] = [
  ["u8", fc.uint8Array()],
  ["i8", fc.int8Array()],
  ["u16", fc.uint16Array()],
  ["i16", fc.int16Array()],
  ["u32", fc.uint32Array()],
  ["i32", fc.int32Array()],
  ["u64", fc.bigUint64Array()],
  ["i64", fc.bigInt64Array()],
  ["f32", fc.float32Array()],
  ["f64", fc.float64Array()],
];

const asNumbers: readonly (readonly [PrimitiveName, fc.Arbitrary<unknown>])[] = [
  ["u64", safe(0)],
  ["u128", safe(0)],
  ["i64", safe(Number.MIN_SAFE_INTEGER)],
  ["i128", safe(Number.MIN_SAFE_INTEGER)],
];

/** A type and a way to make its values. */
interface Maker {
  readonly type: Type;
  readonly value: fc.Arbitrary<unknown>;
}

const primitiveMakers: Maker[] = [
  ...Object.entries(values).map(([name, value]) => ({ type: primitive(name as PrimitiveName), value })),
  ...asNumbers.map(([name, value]) => ({ type: primitive(name, true), value })),
  ...typedArrays.map(([name, value]) => ({
    type: { kind: "list", element: primitive(name), typed: true } as Type,
    value,
  })),
];

function trees(depth: number): fc.Arbitrary<unknown> {
  const children = depth === 0 ? fc.constant([]) : fc.array(trees(depth - 1), { maxLength: 3 });
  return fc.record({ label: wellFormed, children }, { noNullPrototype: true });
}
const { expr } = fc.letrec<{ expr: unknown }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 6 },
    fc.constant({ kind: "Nil" }),
    fc.record(
      { kind: fc.constant("Lit"), value: numbers.i64 as fc.Arbitrary<unknown> },
      { noNullPrototype: true },
    ),
    fc.record({ kind: fc.constant("Neg"), value: tie("expr") }, { noNullPrototype: true }),
    fc.record({ kind: fc.constant("Add"), l: tie("expr"), r: tie("expr") }, { noNullPrototype: true }),
    fc.record(
      { kind: fc.constant("Call"), value: fc.tuple(wellFormed, fc.array(tie("expr"), { maxLength: 2 })) },
      { noNullPrototype: true },
    ),
  ),
}));
const namedMakers: Maker[] = [
  { type: types.type("Tree"), value: trees(3) },
  { type: types.type("Expr"), value: expr },
  { type: types.type("Color"), value: fc.constantFrom("Red", "Green", "Blue") },
];

/** Keys that a Map and a Set tell apart by value, and keep as they are (-0 would become 0). */
const keyMakers = primitiveMakers.filter(
  ({ type }) => type.kind === "primitive" && !["f32", "f64", "bytes", "unit"].includes(type.name),
);

function makers(depth: number): fc.Arbitrary<Maker> {
  const leaf = fc.constantFrom(...primitiveMakers, ...namedMakers);
  if (depth === 0) return leaf;
  const inner = makers(depth - 1);
  const key = fc.constantFrom(...keyMakers);
  return fc.oneof(
    leaf,
    inner.map(({ type, value }) => ({
      type: { kind: "option", element: type },
      value: fc.option(isWrapped(type) ? value.map((some) => ({ some })) : value, { nil: undefined }),
    })),
    inner.map(({ type, value }) => ({
      type: { kind: "list", element: type, typed: false },
      value: fc.array(value, { maxLength: 5 }),
    })),
    fc.tuple(inner, fc.nat(3)).map(([{ type, value }, length]) => ({
      type: { kind: "array", element: type, length, typed: false },
      value: fc.array(value, { minLength: length, maxLength: length }),
    })),
    fc.array(inner, { minLength: 1, maxLength: 4 }).map((elements) => ({
      type: { kind: "tuple", elements: elements.map((element) => element.type) },
      value: fc.tuple(...elements.map((element) => element.value)),
    })),
    fc.tuple(key, inner).map(([k, v]) => ({
      type: { kind: "map", key: k.type, value: v.type },
      value: fc.array(fc.tuple(k.value, v.value), { maxLength: 5 }).map((entries) => new Map(entries)),
    })),
    key.map(({ type, value }) => ({
      type: { kind: "set", element: type },
      value: fc.array(value, { maxLength: 5 }).map((items) => new Set(items)),
    })),
    fc.tuple(inner, inner).map(([ok, error]) => ({
      type: { kind: "result", ok: ok.type, error: error.type },
      value: fc.oneof(
        ok.value.map((value) => ({ ok: true, value })),
        error.value.map((e) => ({ ok: false, error: e })),
      ),
    })),
  ) as fc.Arbitrary<Maker>;
}

const samples: fc.Arbitrary<Sample> = makers(3).chain(({ type, value }) =>
  value.map((v) => ({ type, value: v })),
);

describe("codecs of random types", () => {
  let portable: typeof native = native;

  beforeAll(async () => {
    vi.stubGlobal("Buffer", undefined);
    vi.resetModules();
    portable = await import("@voxrpc/runtime/gen/v1");
    vi.unstubAllGlobals();
    expect(portable.writeString).not.toBe(native.writeString);
  });

  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it("decode what they encode, byte for byte the same with and without Buffer", () => {
    fc.assert(
      fc.property(samples, ({ type, value }) => {
        const bytes = interpretedCodec(type).encode(value);
        const other = interpretedCodec(type, portable);
        expect(toHex(other.encode(value))).toBe(toHex(bytes));
        expect(interpretedCodec(type).decode(bytes, { strict: true })).toStrictEqual(value);
        expect(other.decode(bytes, { strict: true })).toStrictEqual(value);
      }),
      { numRuns: 1000 },
    );
  });

  it("refuse every proper prefix of an encoding as cut short", () => {
    fc.assert(
      fc.property(samples, ({ type, value }) => {
        const codec = interpretedCodec(type);
        const bytes = codec.encode(value);
        for (let length = 0; length < bytes.length; length += 1 + (bytes.length >> 7)) {
          const outcome = attempt(codec, bytes.subarray(0, length));
          expect(outcome).toMatchObject({ error: { reason: "unexpected EOF" } });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("decode every single-byte mutation or refuse it with a typed error, as the path without Buffer does", () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 255 }), ({ type, value }, change) => {
        const codec = interpretedCodec(type);
        const other = interpretedCodec(type, portable);
        const bytes = codec.encode(value).slice();
        for (let at = 0; at < bytes.length; at += 1 + (bytes.length >> 7)) {
          for (const flip of [change, 0x80, 0x01]) {
            bytes[at] = (bytes[at] as number) ^ flip;
            const outcome = attempt(codec, bytes);
            expect(attempt(other, bytes)).toStrictEqual(outcome);
            if ("value" in outcome) {
              const again = codec.encode(outcome.value);
              expect(toHex(codec.encode(codec.decode(again)))).toBe(toHex(again));
            }
            bytes[at] = (bytes[at] as number) ^ flip;
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("decode random bytes or refuse them with a typed error", () => {
    fc.assert(
      fc.property(makers(3), fc.uint8Array({ maxLength: 60 }), ({ type }, bytes) => {
        attempt(interpretedCodec(type), bytes);
      }),
      { numRuns: 2000 },
    );
  });
});

type Outcome = { readonly value: unknown } | { readonly error: Readonly<Record<string, unknown>> };

/** What decoding gives; fails when it throws anything but the typed error with an offset inside the input. */
function attempt(codec: native.Codec<unknown>, bytes: Uint8Array): Outcome {
  try {
    return { value: codec.decode(bytes) };
  } catch (thrown) {
    const { name, code, path, offset, reason } = thrown as Readonly<Record<string, unknown>>;
    expect({ name, code }).toEqual({ name: "CodecError", code: "DecodeFailed" });
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset).toBeLessThanOrEqual(bytes.length);
    return { error: { path, offset, reason } };
  }
}
