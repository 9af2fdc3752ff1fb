/** Codecs of generic types: what they write is what the generator writes for the type with its arguments put in. */
import type * as $ from "@voxrpc/runtime/gen/v1";
import { describe, expect, it } from "vitest";
import { compareModels } from "../../packages/codegen/src/diff/compare.js";
import { codecOf, type Exports, emitOne, loadModel, modelOf } from "../support/generated.js";
import { toHex } from "../support/golden-values.js";

type Factory = (...codecs: readonly $.Codec<unknown>[]) => $.Codec<unknown>;

/** Arguments, with a value that each has. */
const given: Readonly<Record<string, { readonly type: string; readonly value: unknown }>> = {
  number: { type: "u32", value: 300 },
  text: { type: "string", value: "é" },
  option: { type: "u8?", value: 7 },
  none: { type: "string?", value: undefined },
  unit: { type: "unit", value: undefined },
  struct: { type: "Point", value: { x: 1, y: -2 } },
  plain: { type: "Color", value: "Green" },
  generic: { type: "Page<Point>", value: { items: [{ x: 3, y: 4 }], next: undefined, by: new Map() } },
  wide: { type: "u64", value: 1n << 60n },
  list: { type: "bytes[]", value: [new Uint8Array([1, 2])] },
};

const optionOf = (name: string, value: unknown): unknown =>
  value === undefined ? undefined : name === "option" ? { some: value } : value;

/** Generic declarations, with a value of each for an argument. */
const forms: Readonly<
  Record<string, { readonly text: string; readonly of: (value: unknown, name: string) => unknown }>
> = {
  Page: {
    text: "struct Page<T> { items: T[], next: u32?, by: map<string, T> = [] }",
    of: (value) => ({ items: [value, value], next: 9, by: new Map([["a", value]]) }),
  },
  Maybe: {
    text: "struct Maybe<T> { one: T?, list: T?[], two: T?? }",
    of: (value, name) => {
      const one = optionOf(name, value);
      return { one, list: [one, undefined], two: { some: one } };
    },
  },
  Tree: {
    text: "struct Tree<T> { value: T, children: Tree<T>[] }",
    of: (value) => ({ value, children: [{ value, children: [] }] }),
  },
  Answer: {
    text: "enum Answer<T> { One(T), Pair(T, u8), Rec { list: T[3], many: T[9] }, Ended }",
    of: (value) => ({
      kind: "Rec",
      list: [value, value, value],
      many: Array.from({ length: 9 }, () => value),
    }),
  },
  Both: { text: "type Both<T> = (T, result<T, string>)", of: (value) => [value, { ok: true, value }] },
  Outer: {
    text: "struct Outer<T> { page: Page<T>, inner: Both<Maybe<T>> }",
    of: (value, name) => {
      const maybe = forms["Maybe"]?.of(value, name);
      return { page: forms["Page"]?.of(value, name), inner: [maybe, { ok: true, value: maybe }] };
    },
  },
  Phantom: { text: "struct Phantom<T> { n: u8 }", of: () => ({ n: 1 }) },
  Kinds: { text: "enum Kinds<T> { A, B }", of: () => "B" },
};

const names = Object.keys(forms);
const declarations = ["struct Point { x: i32, y: i32 }", "enum Color { Red, Green }"];
const text = [
  ...declarations,
  ...Object.values(forms).map((form) => form.text),
  ...Object.entries(given).map(([name, { type }]) => `type Arg_${name} = ${type}`),
  ...names.flatMap((form) =>
    Object.entries(given).map(([name, { type }]) => `type ${form}_${name} = ${form}<${type}>`),
  ),
].join("\n");
const exports: Exports = loadModel(modelOf({ "/test.vox": text }));

const factory = (of: Exports, name: string): Factory => of[`${name}Codec`] as Factory;

describe("codecs of generic types", () => {
  const cases = names.flatMap((form) => Object.keys(given).map((name) => [form, name] as const));
  it.each(cases)("%s of %s", (form, name) => {
    const argument = given[name];
    const value = forms[form]?.of(argument?.value, name);
    const made = factory(exports, form[0]?.toLowerCase() + form.slice(1))(codecOf(exports, `Arg_${name}`));
    const written = codecOf(exports, `${form}_${name}`);
    const bytes = made.encode(value);
    expect(toHex(bytes)).toBe(toHex(written.encode(value)));
    expect(made.decode(bytes, { strict: true })).toStrictEqual(written.decode(bytes));
    // Every cut is refused in the same place.
    for (let end = 0; end < bytes.length; end++)
      expect(failure(made, bytes.subarray(0, end))).toStrictEqual(failure(written, bytes.subarray(0, end)));
  });

  it("names the place of what does not fit", () => {
    const page = factory(exports, "page")(codecOf(exports, "Point"));
    expect(() => page.encode({ items: [{ x: 1, y: "2" }], next: undefined, by: new Map() })).toThrow(
      "Page.items[0].y: expected number for i32",
    );
  });

  it("counts the depth of a recursive argument", () => {
    const recursive = loadModel(
      modelOf({ "/test.vox": "struct Node { page: Page<Node>? }\nstruct Page<T> { items: T[] }" }),
    );
    const page = factory(recursive, "page")(codecOf(recursive, "Node"));
    let value: unknown = { items: [] };
    for (let depth = 0; depth < 200; depth++) value = { items: [{ page: value }] };
    expect(() => page.encode(value)).toThrow(/nest|deep/);
  });

  it("refuses an argument that cannot be compared", () => {
    const made = loadModel(
      modelOf({
        "/test.vox": `struct Table<K, V> { rows: map<K, V> } struct Names<T> { all: set<T> } struct Outer<T> { in: Names<T> }
          struct Point { x: u8 } enum Color { Red } error enum Lost { A } type Name = string type Ratio = f64`,
      }),
    );
    for (const key of ["Point", "Lost", "Ratio"]) {
      const codec = codecOf(made, key);
      expect(() => factory(made, "table")(codec, codecOf(made, "Name"))).toThrow("K is the key of a map");
      expect(() => factory(made, "names")(codec)).toThrow(TypeError);
      expect(() => factory(made, "outer")(codec)).toThrow(TypeError);
    }
    for (const key of ["Name", "Color"])
      expect(factory(made, "table")(codecOf(made, key), codecOf(made, "Point"))).toBeDefined();
  });

  it("has none for types that hold channels, and names that are free", () => {
    const written = emitOne(
      `struct Sub<T> { feed: Tx<u8>, last: T }
       struct Page<T> { items: T[] } service Page_ { t_codec(a: u8) }
       struct tCodec { page: Page<u8> } struct pageCodec { a: u8 }`,
    );
    expect(written).not.toContain("subCodec");
    expect(written).toContain("export function Page_codec<T>(tCodec_: $.Codec<T>): $.Codec<Page<T>> {");
  });

  it("is part of what `breaking --level source` compares", () => {
    const before = modelOf({ "/old/a.vox": "struct Page<T> { items: T[] }" });
    const after = modelOf({ "/new/a.vox": "struct Page { items: u8[] }" });
    const options = { oldBase: "/old", newBase: "/new", level: "source" } as const;
    const { findings } = compareModels(before, after, options);
    expect(JSON.stringify(findings)).toContain("`pageCodec` is no longer exported");
  });
});

function failure(codec: $.Codec<unknown>, bytes: Uint8Array): unknown {
  try {
    codec.decode(bytes);
    return "none";
  } catch (error) {
    const { reason, offset, path } = error as { reason: string; offset: number; path: string };
    return { reason, offset, path: path.replace(/^\w+/, "") };
  }
}
