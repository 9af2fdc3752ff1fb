/** Types of the schema kind `payload`: their bytes are those that 0.8.2 writes, and nothing reads them by guessing. */
import * as $ from "@voxrpc/runtime/gen/v1";
import { describe, expect, it } from "vitest";
import { compareModels } from "../../packages/codegen/src/diff/compare.js";
import { depthReason } from "../../packages/runtime/src/postcard/nesting.js";
import { modelOf } from "../support/generated.js";
import { toHex } from "../support/golden-values.js";
import { planFor, VoxType } from "../support/vox-types.js";

type Typed = readonly [declarations: string, root: string];

const encoded = ([declarations, root]: Typed, value: unknown): string =>
  toHex(new VoxType(declarations, root).encode(value));

const pass = (from: Typed, to: Typed, value: unknown): unknown =>
  new VoxType(...to).readFrom(new VoxType(...from), value);

const corr = "@payload type Corr = string";

describe("bytes of payloads", () => {
  // Seen from 0.8.2: `Duration`, `TimeDelta`, `facet_value::Value`, `opaque` with `proxy = String`.
  it.each<readonly [Typed, unknown, string]>([
    [["", "duration"], 1500, "0180cab5ee01"],
    [["", "duration"], 0, "0000"],
    [["", "duration"], 0.000_001, "0001"],
    [["", "duration"], 999.999_999_9, "0100"],
    [["", "timedelta"], 1500, "028094ebdc03"],
    [["", "timedelta"], -1500, "01ff93ebdc03"],
    [["", "timedelta"], -500, "00ff93ebdc03"],
    [["", "value"], null, "00"],
    [["", "value"], true, "0101"],
    [["", "value"], -5, "0209"],
    [["", "value"], 1.5, "04000000000000f83f"],
    [["", "value"], 2n ** 63n, "0380808080808080808001"],
    [["", "value"], "hi", "05026869"],
    [["", "value"], Uint8Array.of(1, 2), "06020102"],
    [["", "value"], [null, "a"], "070200050161"],
    [["", "value"], { a: 1, b: undefined }, "080101610202"],
    [[corr, "Corr"], "hi", "026869"],
    [["@payload type Pair = (u64, u32)", "Pair?"], [1n, 2], "010102"],
  ])("%o: %o", (type, value, hex) => {
    expect(encoded(type, value)).toBe(hex);
    const read = pass(type, type, value);
    expect(encoded(type, read)).toBe(hex);
  }); // biome-ignore format: a table

  it.each(["duration", "timedelta", "value", "Corr"])("%s is announced as payload", (root) => {
    const { payload } = new VoxType(corr, root);
    expect(payload.root.tag === "concrete" && payload.root.typeId).toBe(0x897ee6096f7bb726n);
    expect(payload.schemas).toHaveLength(1);
  });

  it.each<readonly [string, unknown, string]>([
    ["duration", -1, "duration takes 0 to 9007199254740991 milliseconds"],
    ["duration", Number.NaN, "duration takes"],
    ["duration", 5n, "expected a number of milliseconds for duration"],
    ["timedelta", 2 ** 53, "timedelta takes"],
    ["value", { a: [1, undefined] }, "expected a JSON-like value at .a[1], got undefined"],
    ["value", { a: new Map() }, "expected a plain object, an array or a primitive at .a"],
    ["value", Number.POSITIVE_INFINITY, "expected a finite number, got Infinity"],
    ["value", 2n ** 64n, "an integer of more than 64 bits"],
    ["value", () => 1, "expected a JSON-like value"],
  ])("%s refuses %o", (root, value, text) => {
    expect(() => encoded(["", root], value)).toThrow(text);
  });

  it("bounds the depth of a value, and keeps the prototype out of it", () => {
    let deep: unknown = null;
    for (let depth = 0; depth < 200; depth++) deep = [deep];
    expect(() => encoded(["", "value"], deep)).toThrow(depthReason);
    const bytes = Uint8Array.from([...Array.from({ length: 200 }, () => [7, 1]).flat(), 0]);
    const r = new $.Reader();
    r.reset(bytes);
    expect(() => $.readValue(r)).toThrow(depthReason);
    const polluting = pass(["", "value"], ["", "value"], JSON.parse('{"__proto__": {"polluted": true}}'));
    expect(Object.getPrototypeOf(polluting)).toBe(Object.prototype);
    expect(JSON.stringify(polluting)).toBe('{"__proto__":{"polluted":true}}');
  });

  it("refuses durations that no number of milliseconds holds, and kinds that it does not know", () => {
    const read = (hex: number[], reader: (r: $.Reader) => unknown) => () => {
      const r = new $.Reader();
      r.reset(Uint8Array.from(hex));
      return reader(r);
    };
    expect(read([255, 255, 255, 255, 255, 255, 255, 255, 255, 1, 0], $.readDuration)).toThrow(
      "2^53 milliseconds",
    );
    expect(read([9, 0], $.readValue)).toThrow("unknown kind 9");
    expect(read([], $.readValue)).toThrow("unexpected EOF");
  });
});

describe("payloads through a plan", () => {
  const event = (fields: string): Typed => [`${corr}\nstruct Event { ${fields} }`, "Event"];

  it("reads them where both sides declare them, beside fields that moved", () => {
    const from = event("corr: Corr, took: duration, n: u8");
    const to = event("n: u8, extra: string?, took: duration, corr: Corr");
    expect(pass(from, to, { corr: "x", took: 5, n: 1 })).toEqual({
      n: 1,
      extra: undefined,
      took: 5,
      corr: "x",
    });
  });

  it.each<readonly [Typed, Typed]>([
    [event("n: u8, corr: Corr"), event("n: u8")],
    [event("n: u8, corr: Corr?"), event("n: u8")],
    [event("n: u8, all: map<u8, (Corr, u8)>"), event("n: u8")],
    [event("n: u8, took: duration[]"), event("n: u8")],
  ])("refuses to skip one: %j as %j", (from, to) => {
    const { plan, problems } = planFor(new VoxType(...from), new VoxType(...to));
    expect(plan).toBeUndefined();
    expect(problems[0]?.code).toBe("payload");
    expect(problems[0]?.reason).toContain("declare the field");
  });

  it.each(["string", "bytes", "(u64, u32)", "u64"])("is no %s", (other) => {
    const { plan } = planFor(new VoxType(corr, "Corr"), new VoxType("", other));
    expect(plan).toBeUndefined();
  });
});

describe("breaking", () => {
  const verdict = (older: string, newer: string): number => {
    const service = "service S { get(corr: Corr) -> Corr }";
    const [before, after] = [
      modelOf({ "/old/a.vox": `${older}\n${service}` }),
      modelOf({ "/new/a.vox": `${newer}\n${service}` }),
    ];
    return compareModels(before, after, { oldBase: "/old", newBase: "/new" }).findings.length;
  };

  it("tells when the bytes of a payload change, which no schema says", () => {
    expect(verdict(corr, corr)).toBe(0);
    expect(verdict(corr, "@payload type Corr = u64")).toBeGreaterThan(0);
    expect(verdict(corr, "type Corr = string")).toBeGreaterThan(0);
    expect(verdict("type Corr = duration", "type Corr = timedelta")).toBeGreaterThan(0);
    const inner = (fields: string): string => `struct In { ${fields} } @payload type Corr = In`;
    expect(verdict(inner("a: u8"), inner("a: u8, b: u8?"))).toBeGreaterThan(0);
  });
});
