/** What codecs say about values and bytes that they refuse: path, offset, reason. */
import { describe, expect, it } from "vitest";
import type { Type } from "../../packages/codegen/src/model/model.js";
import { depthReason } from "../../packages/runtime/src/postcard/nesting.js";
import { fromHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { GoldenTypes } from "./golden-types.js";

const types = new GoldenTypes([
  "struct Price { amount: u32, currency: string }",
  "struct Item { id: u64, price: Price, rank: i16? }",
  "struct Order { items: Item[], attributes: map<string, u32>, image: bytes, tag: u8?? }",
  "enum Availability { InStock, Backorder(u32), Range(u32, u32), Gone { since: i64 } }",
  "enum Color { Red, Green, Blue }",
  "struct Tree { label: u8, children: Tree[] }",
  "struct Sizes { size: f64[3] }",
]);

const item = { id: 1n, price: { amount: 1, currency: "EUR" }, rank: undefined };
const order = { items: [item], attributes: new Map(), image: new Uint8Array(0), tag: undefined };

const asNumber = (name: "u64" | "i64" | "u128" | "i128"): Type => ({
  kind: "primitive",
  name,
  asNumber: true,
});
const typed = (name: "f64" | "u16"): Type => ({
  kind: "list",
  element: { kind: "primitive", name, asNumber: false },
  typed: true,
});

type Refusal = readonly [type: string | Type, value: unknown, path: string, reason: string | RegExp];

const refusals: readonly Refusal[] = [
  ["u8", 256, "", "256 does not fit u8 (0 to 255)"],
  ["u8", -1, "", "-1 does not fit u8 (0 to 255)"],
  ["i8", 128, "", "128 does not fit i8 (-128 to 127)"],
  ["u16", 65536, "", "65536 does not fit u16 (0 to 65535)"],
  ["i16", -32769, "", "-32769 does not fit i16 (-32768 to 32767)"],
  ["u32", 4294967296, "", "4294967296 does not fit u32 (0 to 4294967295)"],
  ["i32", 2147483648, "", "2147483648 does not fit i32 (-2147483648 to 2147483647)"],
  ["u32", 1.5, "", "expected an integer for u32, got 1.5"],
  ["u32", Number.NaN, "", "expected an integer for u32, got NaN"],
  ["i32", Number.POSITIVE_INFINITY, "", "expected an integer for i32, got Infinity"],
  ["u32", "5", "", 'expected number for u32, got string "5"'],
  ["u32", 5n, "", "expected number for u32, got bigint 5n (write 5)"],
  ["u32", true, "", "expected number for u32, got true"],
  ["u8", undefined, "", "expected number for u8, got undefined"],
  ["i8", null, "", "expected number for i8, got null"],
  ["u16", { valueOf: () => 5 }, "", "expected number for u16, got object"],
  ["u32", Symbol("x"), "", "expected number for u32, got a symbol"],
  ["u64", 5, "", "expected bigint for u64, got number 5 (write 5n)"],
  ["u64", -1n, "", "-1n does not fit u64 (0 to 18446744073709551615)"],
  ["u64", 2n ** 64n, "", "18446744073709551616n does not fit u64 (0 to 18446744073709551615)"],
  ["i64", 2n ** 63n, "", /^9223372036854775808n does not fit i64/],
  ["i64", -(2n ** 63n) - 1n, "", /^-9223372036854775809n does not fit i64/],
  ["u128", 2n ** 128n, "", /does not fit u128/],
  ["i128", 2n ** 127n, "", /does not fit i128/],
  ["u64", 2n ** 100_000n, "", /^a huge bigint does not fit u64/],
  [asNumber("u64"), 2 ** 53, "", "9007199254740992 does not fit u64 as a number (0 to 9007199254740991)"],
  [asNumber("i64"), -(2 ** 53), "", /^-9007199254740992 does not fit i64 as a number/],
  [asNumber("u128"), -1, "", /^-1 does not fit u128 as a number|^-1 does not fit u64 as a number/],
  [asNumber("i64"), 5n, "", "expected number for i64, got bigint 5n (write 5)"],
  ["f32", 3.5e38, "", "3.5e+38 does not fit f32 (at most 3.4028234663852886e+38)"],
  ["f32", "1", "", 'expected number for f32, got string "1"'],
  ["f64", 1n, "", "expected number for f64, got bigint 1n"],
  ["bool", 1, "", "expected boolean, got number 1"],
  ["string", 5, "", "expected string, got number 5"],
  ["string", "a\ud800b", "", /^lone surrogate at index 1 of string "a/],
  ["string", `${"x".repeat(100)}\udc00`, "", /^lone surrogate at index 100 of string "x+…/],
  ["char", "ab", "", 'expected a string of one character for char, got string "ab"'],
  ["char", "", "", 'expected a string of one character for char, got string ""'],
  ["char", "\ud800", "", /^lone surrogate for char/],
  ["char", "e\u0301", "", /^expected a string of one character/],
  ["bytes", [1, 2], "", "expected Uint8Array, got array of 2"],
  ["bytes", new Uint16Array(2), "", "expected Uint8Array, got Uint16Array"],
  ["unit", null, "", "expected undefined, got null"],
  ["never", undefined, "", "never has no value"],
  ["Price", undefined, "Price", "expected an object for Price, got undefined"],
  ["Price", { amount: 1 }, "Price.currency", "expected string, got undefined"],
  [
    "Order",
    { ...order, items: [item, { ...item, price: { amount: -1, currency: "" } }] },
    "Order.items[1].price.amount",
    "-1 does not fit u32 (0 to 4294967295)",
  ],
  ["Order", { ...order, items: new Set() }, "Order.items", "expected an array, got Set"],
  [
    "Order",
    { ...order, attributes: new Map([["k", -1]]) },
    'Order.attributes["k"]',
    "-1 does not fit u32 (0 to 4294967295)",
  ],
  [
    "Order",
    { ...order, attributes: new Map([[5, 1]]) },
    "Order.attributes key 5",
    "expected string, got number 5",
  ],
  ["Order", { ...order, attributes: { k: 1 } }, "Order.attributes", "expected a Map, got object"],
  ["Order", { ...order, tag: 5 }, "Order.tag", "expected { some: value } or undefined, got number 5"],
  ["Order", { ...order, tag: { some: 300 } }, "Order.tag.some", "300 does not fit u8 (0 to 255)"],
  [
    "Availability",
    { kind: "Foo" },
    "Availability",
    'unknown variant "Foo" of Availability (expected one of InStock, Backorder, Range, Gone)',
  ],
  [
    "Availability",
    "InStock",
    "Availability",
    'expected an object with kind for Availability, got string "InStock"',
  ],
  [
    "Availability",
    { kind: "Backorder", value: 1.5 },
    "Availability.value",
    "expected an integer for u32, got 1.5",
  ],
  [
    "Availability",
    { kind: "Range", value: [1, -2] },
    "Availability.value[1]",
    "-2 does not fit u32 (0 to 4294967295)",
  ],
  ["Availability", { kind: "Range", value: [1] }, "Availability.value", "expected 2 elements, got 1"],
  [
    "Availability",
    { kind: "Gone", since: 1 },
    "Availability.since",
    "expected bigint for i64, got number 1 (write 1n)",
  ],
  ["Color", "Pink", "Color", 'unknown variant "Pink" of Color (expected one of Red, Green, Blue)'],
  ["Color", undefined, "Color", "unknown variant undefined of Color (expected one of Red, Green, Blue)"],
  ["Color", "toString", "Color", /^unknown variant "toString"/],
  ["Sizes", { size: [1, 2] }, "Sizes.size", "expected 3 elements, got 2"],
  ["Sizes", { size: [1, 2, "3"] }, "Sizes.size[2]", 'expected number for f64, got string "3"'],
  ["(u8, u8)", [1, 256], "[1]", "256 does not fit u8 (0 to 255)"],
  ["(u8, u8)", [1, 2, 3], "", "expected 2 elements, got 3"],
  ["u8[][]", [[1], [2, 300]], "[1][1]", "300 does not fit u8 (0 to 255)"],
  // biome-ignore lint/suspicious/noSparseArray: the hole is the point
  ["u8[]", [1, , 2], "[1]", "expected number for u8, got undefined"],
  ["set<u8>", new Set([1, 999]), "[1]", "999 does not fit u8 (0 to 255)"],
  ["set<u8>", [1], "", "expected a Set, got array of 1"],
  ["map<(u8, u8), u8>", new Map([[[1, 2], 999]]), "[#0]", "999 does not fit u8 (0 to 255)"],
  ["result<u8, string>", { ok: true, value: 256 }, "value", "256 does not fit u8 (0 to 255)"],
  ["result<u8, string>", { ok: false, error: 5 }, "error", "expected string, got number 5"],
  ["result<u8, string>", { ok: 1, value: 5 }, "", /^expected \{ ok: true, value \} or/],
  [typed("f64"), [1, 2], "", "expected Float64Array, got array of 2"],
  [typed("u16"), new Uint8Array(2), "", "expected Uint16Array, got Uint8Array"],
];

describe("encoding refuses", () => {
  it.each(refusals)("serialize_error_display_coverage, %s: %s", (type, value, path, reason) => {
    const codec = interpretedCodec(typeof type === "string" ? types.type(type) : type);
    const error = caught(() => codec.encode(value));
    expect(error).toMatchObject({ name: "CodecError", code: "EncodeFailed", path, offset: undefined });
    if (typeof reason === "string") expect(error.reason).toBe(reason);
    else expect(error.reason).toMatch(reason);
    expect(error.message).toBe(path === "" ? error.reason : `${path}: ${error.reason}`);
  });

  it("a value nested deeper than 128 levels, and one that contains itself", () => {
    const codec = interpretedCodec(types.type("Tree"));
    expect(codec.decode(codec.encode(nested(128)))).toStrictEqual(nested(128));
    const tooDeep = caught(() => codec.encode(nested(129)));
    expect(tooDeep.reason).toBe(depthReason);
    expect(tooDeep.path).toBe(`Tree${".children[0]".repeat(128)}`);
    const loop = { label: 1, children: [] as unknown[] };
    loop.children.push(loop, loop);
    expect(caught(() => codec.encode(loop)).reason).toBe(depthReason);
  });

  it("a value whose getter throws, with what it threw as cause", () => {
    const codec = interpretedCodec(types.type("Price"));
    const cause = new Error("no amount today");
    const value = {
      currency: "EUR",
      get amount(): number {
        throw cause;
      },
    };
    const error = caught(() => codec.encode(value));
    expect(error).toMatchObject({ code: "EncodeFailed", path: "Price.amount", cause });
    expect(error.reason).toBe("reading the value failed: no amount today");
  });

  it("a Map that changes while it is written", () => {
    const codec = interpretedCodec(types.type("map<string, Price>"));
    const map = new Map<string, unknown>();
    map.set("a", {
      currency: "EUR",
      get amount(): number {
        if (map.size === 1) map.set("b", { amount: 1, currency: "" });
        return 1;
      },
    });
    expect(caught(() => codec.encode(map))).toMatchObject({
      code: "EncodeFailed",
      reason: "expected 1 element, got 2",
    });
  });

  it("a value that is valid only at a second read is refused with the reason of the first", () => {
    const codec = interpretedCodec(types.type("Price"));
    let reads = 0;
    const value = {
      currency: "EUR",
      get amount(): number {
        return reads++ === 0 ? -1 : 1;
      },
    };
    expect(caught(() => codec.encode(value))).toMatchObject({
      code: "EncodeFailed",
      path: "Price",
      reason: "-1 does not fit u32 (0 to 4294967295)",
    });
  });
});

type Malformed = readonly [type: string | Type, bytes: string, path: string, offset: number, reason: string];

const malformed: readonly Malformed[] = [
  ["Price", "0501ff", "Price.currency", 2, "invalid UTF-8"],
  ["Price", "ffffffff1f0141", "Price.amount", 0, "8589934591 does not fit u32"],
  ["Order", "0101010141ff", "Order.items[0].rank", 5, "invalid option tag 0xff"],
  ["Order", "00010161ff", 'Order.attributes["a"]', 5, "unexpected EOF"],
  ["Order", "000102ff", "Order.attributes key #0", 3, "unexpected EOF"],
  ["Order", "0000000101", "Order.tag.some", 5, "unexpected EOF"],
  ["Availability", "04", "Availability", 0, "unknown remote enum variant index 4"],
  ["Availability", "0201", "Availability.value[1]", 2, "unexpected EOF"],
  ["Availability", `03${"ff".repeat(10)}`, "Availability.since", 1, "varint overflow"],
  ["result<u8, bool>", "0105", "error", 1, "invalid bool 0x05"],
  ["result<u8, never>", "01", "error", 1, "protocol error: received bytes for never primitive"],
  ["char", "026162", "", 1, "more than one character for char"],
  ["char", "05f09fa68061", "", 1, "more than one character for char"],
  ["u16", "ffff7f", "", 0, "2097151 does not fit u16"],
  ["i16", "808004", "", 0, "65536 does not fit i16"],
  ["u64", `${"80".repeat(9)}02`, "", 0, "varint overflow"],
  ["u128", `${"80".repeat(18)}04`, "", 0, "varint overflow"],
  [
    asNumber("u64"),
    "8080808080808010",
    "",
    0,
    "9007199254740992 of u64 does not fit a number (at most 9007199254740991)",
  ],
  [
    asNumber("u128"),
    `${"80".repeat(10)}01`,
    "",
    0,
    "1180591620717411303424 of u128 does not fit a number (at most 9007199254740991)",
  ],
  ["unit[]", "818004", "", 3, "more than 65536 elements without bytes"],
  ["unit[][]", "03ffff03ffff0300", "[1]", 7, "more than 65536 elements without bytes"],
];

describe("decoding refuses", () => {
  it.each(malformed)(
    "deserialize_error_display_coverage, %s from %s",
    (type, bytes, path, offset, reason) => {
      const codec = interpretedCodec(typeof type === "string" ? types.type(type) : type);
      const error = caught(() => codec.decode(fromHex(bytes)));
      expect(error).toMatchObject({ name: "CodecError", code: "DecodeFailed", path, offset, reason });
      expect(error.message).toBe(`${path === "" ? "" : `${path}: `}${reason} at byte ${offset}`);
    },
  );

  it("a value nested deeper than 128 levels", () => {
    const codec = interpretedCodec(types.type("Tree"));
    const bytes = fromHex("0101".repeat(200));
    const error = caught(() => codec.decode(bytes));
    expect(error).toMatchObject({
      code: "DecodeFailed",
      reason: depthReason,
      offset: 256,
    });
  });

  it("bytes behind the value, in strict mode only", () => {
    const codec = interpretedCodec(types.type("Price"));
    const bytes = fromHex("0101410000");
    expect(codec.decode(bytes)).toStrictEqual({ amount: 1, currency: "A" });
    expect(caught(() => codec.decode(bytes, { strict: true }))).toMatchObject({
      code: "DecodeFailed",
      offset: 3,
      reason: "trailing bytes: 2",
      path: "Price",
    });
  });

  it("what is no Uint8Array", () => {
    const codec = interpretedCodec(types.type("Price"));
    expect(caught(() => codec.decode([1] as never))).toMatchObject({
      code: "DecodeFailed",
      reason: expect.stringContaining("Uint8Array"),
    });
  });
});

function nested(levels: number): unknown {
  let tree = { label: 1, children: [] as unknown[] };
  for (let i = 1; i < levels; i++) tree = { label: 1, children: [tree] };
  return tree;
}

function caught(run: () => unknown): Error & { code: string; path: string; offset?: number; reason: string } {
  try {
    run();
  } catch (error) {
    return error as never;
  }
  throw new Error("nothing was thrown");
}
