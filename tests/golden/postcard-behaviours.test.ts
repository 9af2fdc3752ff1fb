/** Rows of the reference's own round-trip tests, by name. Source: protocol/behaviours.md §15. */
import { describe, expect, it } from "vitest";
import { fromHex, toHex } from "../support/golden-values.js";
import { interpretedCodec } from "../support/interpreted-codec.js";
import { GoldenTypes } from "./golden-types.js";

const types = new GoldenTypes([
  "struct Empty {}",
  "struct Named { name: string, count: u32 }",
  "struct WithBytes { id: u32, data: bytes }",
  "struct BytesFirst { data: bytes, id: u32 }",
  "struct Point { x: f64, y: f64 }",
  "struct Inner { n: u32 }",
  "struct Outer { name: string, inner: Inner, tags: string[] }",
  "enum Color { Red, Green, Blue }",
  "enum Figure { Circle(f64), Rect { w: f64, h: f64 }, Empty }",
]);

const text = (value: string): string => toHex(new TextEncoder().encode(value));
const float = (value: number): string => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value, true);
  return toHex(new Uint8Array(view.buffer));
};
const counted = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => i + 1);

const rows: readonly (readonly [name: string, type: string, value: unknown, bytes: string])[] = [
  ["round_trip_bool", "bool", true, "01"],
  ["round_trip_bool", "bool", false, "00"],
  ["round_trip_u32", "u32", 42, "2a"],
  ["round_trip_unit", "unit", undefined, ""],
  ["round_trip_unit_struct", "Empty", {}, ""],
  ["round_trip_u8", "u8", 0, "00"],
  ["round_trip_u8", "u8", 255, "ff"],
  ["round_trip_u16", "u16", 65535, "ffff03"],
  ["round_trip_u64", "u64", 2n ** 64n - 1n, `${"ff".repeat(9)}01`],
  ["round_trip_i8", "i8", -128, "80"],
  ["round_trip_i16", "i16", -32768, "ffff03"],
  ["round_trip_i16", "i16", 32767, "feff03"],
  ["round_trip_i32", "i32", -(2 ** 31), "ffffffff0f"],
  ["round_trip_i64", "i64", -(2n ** 63n), `${"ff".repeat(9)}01`],
  ["round_trip_negative_i32", "i32", -12345, "f1c001"],
  ["round_trip_u128", "u128", 2n ** 128n - 1n, `${"ff".repeat(18)}03`],
  ["round_trip_i128", "i128", -(2n ** 127n), `${"ff".repeat(18)}03`],
  ["round_trip_u128_zero", "u128", 0n, "00"],
  ["round_trip_f32", "f32", Math.fround(3.14), "c3f54840"],
  ["round_trip_f64", "f64", Math.PI, "182d4454fb210940"],
  ["round_trip_char", "char", "🦀", "04f09fa680"],
  ["round_trip_string", "string", "hello world", `0b${text("hello world")}`],
  ["round_trip_empty_string", "string", "", "00"],
  ["round_trip_large_string", "string", "x".repeat(8192), `8040${"78".repeat(8192)}`],
  ["round_trip_boxed_str", "string", "hello", `05${text("hello")}`],
  ["round_trip_cow_str", "string", "hello cow", `09${text("hello cow")}`],
  ["round_trip_struct_with_cow_str", "Named", { name: "test", count: 42 }, `04${text("test")}2a`],
  ["round_trip_vec", "u32[]", [1, 2, 3, 100, 0], "050102036400"],
  ["round_trip_vec_u8", "bytes", fromHex("ff0042ab"), "04ff0042ab"],
  ["round_trip_borrowed_slice_u32", "u32[]", [10, 20, 30], "030a141e"],
  ["round_trip_struct_with_bytes_field", "WithBytes", { id: 42, data: counted(5) }, "2a050102030405"],
  ["round_trip_borrowed_slice_in_struct", "BytesFirst", { data: counted(5), id: 42 }, "0501020304052a"],
  [
    "round_trip_struct_with_large_borrowed_bytes",
    "WithBytes",
    { id: 1, data: new Uint8Array(8192).fill(0xab) },
    `018040${"ab".repeat(8192)}`,
  ],
  ["round_trip_array", "u32[4]", [1, 2, 3, 4], "01020304"],
  ["round_trip_tuple", "(u32, string, bool)", [42, "hello", true], "2a0568656c6c6f01"],
  ["round_trip_option", "u32?", 42, "012a"],
  ["round_trip_option", "u32?", undefined, "00"],
  ["round_trip_hashmap", "map<string, u32>", new Map([["one", 1]]), `0103${text("one")}01`],
  [
    "round_trip_btreemap",
    "map<string, u32>",
    new Map([
      ["alpha", 1],
      ["beta", 2],
      ["gamma", 3],
    ]),
    `0305${text("alpha")}0104${text("beta")}0205${text("gamma")}03`,
  ],
  ["round_trip_hashset", "set<u32>", new Set([42]), "012a"],
  ["round_trip_struct", "Point", { x: 1.5, y: -2.5 }, float(1.5) + float(-2.5)],
  [
    "round_trip_nested",
    "Outer",
    { name: "test", inner: { n: 99 }, tags: ["a", "bb"] },
    "047465737463020161026262",
  ],
  ["round_trip_borrowed_identity", "(u32, string)", [42, "hello"], `2a05${text("hello")}`],
  ["round_trip_transparent_wrapper", "u32", 42, "2a"],
  ["round_trip_enum", "Color[]", ["Red", "Green", "Blue"], "03000102"],
  ["round_trip_enum_with_payload", "Figure", { kind: "Circle", value: Math.PI }, `00${float(Math.PI)}`],
  ["round_trip_enum_with_payload", "Figure", { kind: "Rect", w: 10, h: 20 }, `01${float(10)}${float(20)}`],
  ["round_trip_enum_with_payload", "Figure", { kind: "Empty" }, "02"],
  ["cross_compat_with_facet_postcard", "u32", 300, "ac02"],
  ["cross_compat_with_facet_postcard", "i32", -42, "53"],
  ["cross_compat_with_facet_postcard", "f64", Math.E, "6957148b0abf0540"],
  ["cross_compat_struct", "Point", { x: 1, y: 2 }, float(1) + float(2)],
  ["cross_compat_enum", "Color", "Blue", "02"],
  ["round_trip_result_u64_ok_31", "result<u64, unit>", { ok: true, value: 31n }, "001f"],
  ["round_trip_result_u64_err_unit", "result<u64, unit>", { ok: false, error: undefined }, "01"],
];

describe("round trips", () => {
  it.each(rows)("%s (%s)", (_name, type, value, bytes) => {
    const codec = interpretedCodec(types.type(type));
    expect(toHex(codec.encode(value))).toBe(bytes);
    expect(codec.decode(fromHex(bytes), { strict: true })).toStrictEqual(value);
  });
});

const failures: readonly (readonly [name: string, type: string, bytes: string, message: string])[] = [
  ["decode_eof_on_empty_input", "u32", "", "unexpected EOF at byte 0"],
  ["decode_invalid_option_tag", "u32?", "02", "invalid option tag 0x02 at byte 0"],
  ["decode_invalid_bool", "bool", "02", "invalid bool 0x02 at byte 0"],
  ["truncated_struct_input_errors", "(u32, string)", "2a", "[1]: unexpected EOF at byte 1"],
  ["truncated_list_input_errors", "u32[]", "0501", "unexpected EOF at byte 2"],
];

describe("refused inputs", () => {
  it.each(failures)("%s", (_name, type, bytes, message) => {
    const codec = interpretedCodec(types.type(type));
    expect(() => codec.decode(fromHex(bytes))).toThrow(
      expect.objectContaining({ code: "DecodeFailed", message }),
    );
  });
});
