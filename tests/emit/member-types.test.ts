/** What a field is in TypeScript: bytes, numbers instead of bigints, names apart from the wire, required options. */
import { describe, expect, it } from "vitest";
import { codecOf, emitOne, loadModel, modelOf } from "../support/generated.js";

/** The members of the interface `P`, by name. */
function members(text: string): Readonly<Record<string, string>> {
  const [, body = ""] = /export interface P \{\n([\s\S]*?)\n\}/.exec(emitOne(text)) ?? [];
  return Object.fromEntries(
    body.split("\n").map((line) => line.trim().replace(/;$/, "").split(": ") as [string, string]),
  );
}

describe("a field's type in TypeScript", () => {
  it.each([
    ["a: u8[]", "Uint8Array"],
    ["a: u8[4]", "Uint8Array"],
    ["a: u8[3][]", "Uint8Array[]"],
    ["a: Byte[2]", "Uint8Array"],
    ["a: set<u8>", "Set<number>"],
    ["a: (u8, u8)", "[number, number]"],
    ["@js(array) a: u8[]", "number[]"],
    ["@js(array) a: u8[2][]", "[number, number][]"],
    ["@js(array) a: Digest", "number[]"],
    ["a: Of<u8>", "Of<number>"],
    ["a: u64", "bigint"],
    ["@js(number) a: u64[]", "number[]"],
    ["@typed a: u64[]", "BigUint64Array"],
    ["a: i8[]", "number[]"],
  ])("%s: %s", (field, type) => {
    const text = `type Byte = u8\ntype Digest = u8[32]\nstruct Of<T> { items: T[] }\nstruct P { ${field} }`;
    expect(members(text)["a"]).toBe(type);
  });

  it.each<readonly [string, Readonly<Record<string, string>>]>([
    ["@js(number) package a.b\nstruct P { a: u64, b: (i64, u8), @js(bigint) c: u64, d: map<u64, i128>, @typed e: u64[], f: u32 }",
      { a: "number", b: "[number, number]", c: "bigint", d: "Map<number, number>", e: "BigUint64Array", f: "number" }],
    ['@js(number, "*_ns", "count*", "a*z", "total") package a.b\nstruct P { x_ns: u64, ns: u64, count: u64, counter: u64, az: u64, abz: u64, ab: u64, total: u64, total2: u64 }',
      { xNs: "number", ns: "bigint", count: "number", counter: "number", az: "number", abz: "number", ab: "bigint", total: "number", total2: "bigint" }],
    ["@js(number) struct P { a: u64, @js(bigint) b: u64, c: string }", { a: "number", b: "bigint", c: "string" }],
    ['struct P { @ts("kind") a: u8, @ts("b_c") b: u8, kind: u8? }'.replace(", kind: u8?", ""), { kind: "number", b_c: "number" }],
  ])("%s", (text, expected) => {
    expect(members(text)).toEqual(expected);
  }); // biome-ignore format: a table

  it("name their format in the doc comment", () => {
    const written = emitOne(
      `@format(uuid) type Id = string\nstruct P {\n/// When.\n@format(date_time) a: string?[] }\nservice S { get(@format(email) mail: string) }`,
    );
    expect(written).toContain("/** Format: uuid. */\nexport type Id = string;");
    expect(written).toContain(" * When.\n   * Format: date-time.\n");
    expect(written).toContain("@param mail Format: email.");
  });

  it("keeps the wire's name of a field beside its own", () => {
    const text = `enum E { V { kind: string, @ts("own") other: u8 } }`;
    const codec = codecOf(loadModel(modelOf({ "/test.vox": text })), "E");
    const value = { kind: "V", kind_: "x", own: 3 };
    expect(codec.decode(codec.encode(value))).toStrictEqual(value);
    expect(() => codec.encode({ ...value, kind_: 1 })).toThrow("E.kind_: expected string");
    expect(emitOne(text)).toContain('"V(kind:kind_,other:own)"');
  });

  it.each([
    ["struct P { a: u8? }", false],
    ["@required struct P { a: u8? }", true],
    ["@required package a.b\nstruct P { a: u8? }", true],
    ["struct P { @required a: u8? }", true],
    ["@required struct P { a: u8? = none }", false],
  ])("%s: required %s", (text, isRequired) => {
    const [file] = modelOf({ "/test.vox": text }).files;
    const [declaration] = file?.types ?? [];
    expect(declaration?.kind === "struct" && declaration.fields[0]?.required).toBe(isRequired);
  });
});
