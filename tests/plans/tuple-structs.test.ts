/** Tuple structs between peers: their ids are those of the reference, and versions of them are read by position. */
import { describe, expect, it } from "vitest";
import { compareModels } from "../../packages/codegen/src/diff/compare.js";
import { modelOf } from "../support/generated.js";
import { planFor, VoxType } from "../support/vox-types.js";

type Typed = readonly [declarations: string, root: string];

const pass = (from: Typed, to: Typed, value: unknown): unknown =>
  new VoxType(...to).readFrom(new VoxType(...from), value);

const rootId = (declarations: string, root: string): string => {
  const { root: ref } = new VoxType(declarations, root).payload;
  return ref.tag === "var" ? "" : ref.typeId.toString(16);
};

describe("ids of tuple structs", () => {
  // Source: fixtures/golden/schemas.json, tuple_struct_1, tuple_struct_2, and the table of constants.
  it.each([
    ["struct UserId(u64)", "UserId", "de69b13dbe16811b"],
    ["struct Rgb(u8, u16, u8)", "Rgb", "6b9ba42bab1de8ce"],
    ["@transparent struct Path(string)", "Path", "6d7dce914ee150e8"],
    ["@transparent struct Outer(Inner)\n@transparent struct Inner(u64)", "Outer", "d9356298b81639ac"],
  ])("%s", (declarations, root, id) => {
    expect(rootId(declarations, root)).toBe(id);
  });

  it("keep newtypes apart where a map asks whether its key and value are one type", () => {
    const declarations = "@transparent struct Path(string)\n@transparent struct Text(string)";
    expect(rootId(declarations, "map<Path, Text>")).toBe("d2090ac76e20f7e9");
    expect(rootId(declarations, "map<Path, Text>")).not.toBe(rootId(declarations, "map<Path, Path>"));
    expect(rootId(declarations, "map<Path, Path>")).toBe(rootId("", "map<string, string>"));
  });

  it("differ from those of the tuple without a name", () => {
    expect(rootId("struct Id(u64)", "Id")).not.toBe(rootId("", "(u64,)"));
  });
});

describe("tuple structs through a plan", () => {
  const node = (id: string): string => `struct Node { id: ${id}, children: Node[] }`;
  const value = { id: 7n, children: [{ id: 8n, children: [] }] };

  it.each<readonly [string, Typed, Typed, unknown, unknown]>([
    ["a brand and a tuple of one", ["struct Id(u64)", "Id"], ["", "(u64,)"], 5n, [5n]],
    ["another name", ["struct Id(u64)", "Id"], ["struct RunId(u64)", "RunId"], 5n, 5n],
    ["a tuple of one and a brand", ["", "(u64,)"], ["struct Id(u64)", "Id"], [5n], 5n],
    ["a transparent struct and its element", ["@transparent struct Id(u64)", "Id"], ["", "u64"], 5n, 5n],
    ["fields inside that moved",
      ["struct P { x: u8, y: u8 } struct Pair(P, string)", "Pair"],
      ["struct P { y: u8, x: u8, z: u8 = 9 } struct Pair(P, string)", "Pair"],
      [{ x: 1, y: 2 }, "a"], [{ y: 2, x: 1, z: 9 }, "a"]],
    ["fields inside a brand that moved",
      ["struct P { x: u8, y: u8 } struct W(P)", "W"],
      ["struct P { y: u8, x: u8 } @transparent struct V(P) struct W(V)", "W"],
      { x: 1, y: 2 }, { y: 2, x: 1 }],
    ["a recursive type", [`struct Id(u64) ${node("Id")}`, "Node"], [`struct Id(u64) ${node("Id")}`, "Node"], value, value],
    ["a recursive type with another layout",
      [`struct Id(u64) ${node("Id")}`, "Node"],
      ["struct Id(u64) struct Node { children: Node[], id: Id, note: string? }", "Node"],
      value, { children: [{ children: [], id: 8n, note: undefined }], id: 7n, note: undefined }],
    ["a tuple struct that contains itself",
      ["struct P { x: u8, y: u8 } struct Chain(P, Chain?)", "Chain"],
      ["struct P { y: u8, x: u8 } struct Chain(P, Chain?)", "Chain"],
      [{ x: 1, y: 2 }, [{ x: 3, y: 4 }, undefined]], [{ y: 2, x: 1 }, [{ y: 4, x: 3 }, undefined]]],
  ])("%s", (_title, from, to, written, read) => {
    expect(pass(from, to, written)).toStrictEqual(read);
  }); // biome-ignore format: a table

  it.each<readonly [Typed, Typed, string]>([
    [["struct Id(u64)", "Id"], ["", "u64"], "structural mismatch: remote is `(u64,)`, local is `u64`"],
    [["struct Id(u64)", "Id"], ["struct Id(u32)", "Id"], "at .0: structural mismatch: remote is `u64`, local is `u32`"],
    [["struct P(u8, u8)", "P"], ["struct P(u8)", "P"], "tuple length mismatch"],
  ])("%j as %j is refused", (from, to, text) => {
    const { plan } = planFor(new VoxType(...from), new VoxType(...to));
    expect(plan).toBeUndefined();
    expect(() => pass(from, to, from[1] === "P" ? [1, 2] : 1n)).toThrow(text);
  }); // biome-ignore format: a table
});

describe("breaking", () => {
  const service = "service S { get(id: Id) -> Id }";
  const verdicts = (older: string, newer: string): readonly string[] => {
    const [before, after] = [
      modelOf({ "/old/a.vox": `${older}\n${service}` }),
      modelOf({ "/new/a.vox": `${newer}\n${service}` }),
    ];
    const { findings } = compareModels(before, after, { oldBase: "/old", newBase: "/new" });
    return findings.map((found) => JSON.stringify(found));
  };

  it.each([
    ["struct Id(u64)", "type Id = (u64,)", false],
    ["@transparent struct Id(u64)", "type Id = u64", false],
    ["struct Id(u64)", "struct Id(u64)", false],
    ["struct Id(u64)", "@transparent struct Id(u64)", true],
    ["struct Id(u64)", "struct Id(u32)", true],
    ["struct Id(u64)", "struct Id(u64, u64)", true],
    ["struct Id(u64)", "struct Id { value: u64 }", true],
    ["struct Id(Id[])", "struct Id(Id[])", false],
  ])("%s to %s", (older, newer, isBreaking) => {
    expect(verdicts(older, newer).length > 0).toBe(isBreaking);
  });
});
