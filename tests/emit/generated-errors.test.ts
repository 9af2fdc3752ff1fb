/** What generated encoders refuse, and the path that they name. */
import { readFileSync } from "node:fs";
import { CodecError } from "@voxrpc/runtime";
import { describe, expect, it } from "vitest";
import { codecOf, loadModel, modelOf } from "../support/generated.js";

const everything = readFileSync(new URL("../../schemas/everything.vox", import.meta.url), "utf8");
const generated = loadModel(modelOf({ "/everything.vox": everything }));

const point = { x: 1, y: 2 };
const cyclic: { id: number; next?: unknown } = { id: 1 };
cyclic.next = cyclic;

const maps = {
  byText: new Map(),
  byNumber: new Map(),
  byColor: new Map(),
  nested: new Map(),
  numbers: new Set(),
  texts: new Set(),
  table: new Map(),
};

const refused: readonly (readonly [type: string, value: unknown, path: string, reason: RegExp])[] = [
  ["Point", { x: 1.5, y: 0 }, "Point.x", /integer/],
  ["Point", { x: 2 ** 31, y: 0 }, "Point.x", /does not fit i32/],
  ["Point", { x: 1 }, "Point.y", /expected number/],
  ["Point", null, "Point", /expected an object/],
  ["Empty", "text", "Empty", /expected an object/],
  ["Chain", cyclic, "Chain.next", /nested deeper than 128/],
  ["Color", "Purple", "Color", /unknown variant/],
  ["Shape", { kind: "Square" }, "Shape", /unknown variant "Square" of Shape/],
  ["Shape", { kind: "Segment", value: [point] }, "Shape.value", /expected 2 elements, got 1/],
  [
    "Shape",
    { kind: "Group", value: [{ kind: "Circle", value: "1" }] },
    "Shape.value[0].value",
    /expected number/,
  ],
  [
    "Arrays",
    { triple: [1, 2], grid: [], raw: [], texts: [], points: [], long: [] },
    "Arrays.triple",
    /expected 3/,
  ],
  ["Maps", { ...maps, byNumber: new Map([[1n, { x: 0, y: "0" }]]) }, "Maps.byNumber", /expected number/],
  ["Maps", { ...maps, texts: ["a"] }, "Maps.texts", /expected a Set/],
  ["Wide", { unsigned: -1n, signed: 0n }, "Wide.unsigned", /does not fit u128/],
  ["Millis", 2 ** 53, "Millis", /does not fit u64 as a number/],
  [
    "Texts",
    { flag: true, letter: "ab", text: "", data: new Uint8Array(), nothing: undefined },
    "Texts.letter",
    /expected a string of one/,
  ],
  ["Texts", { flag: true, letter: "a", text: "\ud800", data: new Uint8Array() }, "Texts.text", /surrogate/],
  ["Options", { nested: 3, elements: [] }, "Options.nested", /expected \{ some/],
];

describe("generated encoders", () => {
  it.each(refused)("refuse a wrong %s: %o", (type, value, path, reason) => {
    const error = failure(() => codecOf(generated, type).encode(value));
    expect(error).toBeInstanceOf(CodecError);
    expect(error).toMatchObject({ code: "EncodeFailed", reason: expect.stringMatching(reason) });
    expect((error as CodecError).path).toContain(path);
  });

  it("write a following value as if nothing had failed", () => {
    const codec = codecOf(generated, "Chain");
    expect(failure(() => codec.encode(cyclic))).toBeInstanceOf(CodecError);
    expect([...codec.encode({ id: 7 })]).toStrictEqual([7, 0]);
  });

  it("refuse a set that changes while it is written", () => {
    const texts = new Set(["a"]);
    const numbers = new Set([1]);
    Object.defineProperty(numbers, "size", { value: 2 });
    const error = failure(() => codecOf(generated, "Maps").encode({ ...maps, texts, numbers }));
    expect(error).toMatchObject({ code: "EncodeFailed" });
  });
});

function failure(run: () => unknown): unknown {
  try {
    return { value: run() };
  } catch (error) {
    return error;
  }
}
