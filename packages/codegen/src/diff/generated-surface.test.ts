import { describe, expect, it } from "vitest";
import { compile } from "../compile.js";
import { memoryHost } from "../host/memory-host.js";
import { type Surface, surfacesOf } from "./generated-surface.js";

function surfaces(text: string): ReadonlyMap<string, Surface> {
  const { model } = compile(memoryHost({ "/a.vox": text }), ["/a.vox"]);
  if (model === undefined) throw new Error("does not compile");
  const [file] = model.files;
  return file === undefined ? new Map() : surfacesOf(file);
}

const long = Array.from({ length: 30 }, (_, i) => `AVariantWithALongName${i}`);
const found = surfaces(`
/// Documented; with a semicolon.
struct P { /// A member;
  id: u64, note: string?, list: map<string, (u8, u8)[]>, item: Page<P>? }
struct Page<T> { items: T[] }
struct Empty {}
enum Kind { A, B }
enum Long { ${long.join(", ")} }
enum Shape { Circle(f64), Rect { w: f64, h: f64? }, Pair(u8, map<u8, (string, u8)>), None,
  Wide { ${long.map((name) => `${name.toLowerCase()}: string`).join(", ")} } }
type Id = u64
service Shop {
  get(id: Id, shape: Shape, ${long
    .slice(0, 6)
    .map((name) => `${name.toLowerCase()}: string`)
    .join(", ")}) -> P throws Kind
  count() -> u64
}
`);

const members = (name: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...(found.get(name)?.members ?? [])].map(([member, { text }]) => [member, text]));

describe("surfacesOf", () => {
  it("lists what applications import", () => {
    const types = ["Empty", "Id", "Kind", "Long", "P", "Page", "Shape"];
    expect([...found.keys()].sort()).toEqual(
      [
        ...types,
        ...types.map((name) => (name === "Page" ? "pageCodec" : `${name}Codec`)),
        ...["Shop", "ShopClient", "ShopHandler", "ShopTryClient", "shopCount", "shopDispatcher", "shopGet"],
      ].sort(),
    );
  });

  it("has the members of interfaces, without their docs", () => {
    expect(members("P")).toEqual({
      id: "id: bigint",
      note: "note?: string | undefined",
      list: "list: Map<string, [number, number][]>",
      item: "item?: Page<P> | undefined",
    });
    expect(found.get("Page")).toMatchObject({ kind: "interface", arity: 1 });
  });

  it("has the variants of unions, however they are laid out", () => {
    expect(members("Kind")).toEqual({ A: '"A"', B: '"B"' });
    expect(Object.keys(members("Long"))).toEqual(long);
    expect(Object.keys(members("Shape"))).toEqual(["Circle", "Rect", "Pair", "None", "Wide"]);
    expect(members("Shape")["Pair"]).toBe('{ kind: "Pair"; value: [number, Map<number, [string, number]>] }');
  });

  it("has the text of other types", () => {
    expect(found.get("Id")).toMatchObject({ kind: "type", type: "bigint" });
    expect(found.get("Empty")).toMatchObject({ kind: "type", type: "Record<string, never>" });
  });

  it("has the signatures of clients and handlers, also broken ones", () => {
    expect(members("ShopClient")["count"]).toBe("count(options?: $.CallOptions): Promise<bigint>");
    expect(members("ShopClient")["get"]).toMatch(/^get\( ?id: bigint, shape: Shape, .*\): Promise<P>$/);
    expect(Object.keys(members("ShopHandler"))).toEqual(["get", "count"]);
    expect(Object.keys(members("ShopClient"))).toEqual(["get", "count"]);
  });
});
