import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { channel } from "../index.js";
import { preview } from "./preview.js";

describe("preview", () => {
  it.each([
    ["a\n", '"a\\n"'],
    [7, "7"],
    [7n, "7n"],
    [undefined, "undefined"],
    [null, "null"],
    [true, "true"],
    [[], "[]"],
    [{}, "{}"],
    [[1, [2n]], "[1, [2n]]"],
    [{ kind: "Car", seats: 4 }, '{ kind: "Car", seats: 4 }'],
    [Uint8Array.of(1, 2, 3), "<3 bytes>"],
    [Float64Array.of(0.5), "[0.5]"],
    [new Map([["a", 1]]), 'Map { "a" => 1 }'],
    [new Set([1n]), "Set { 1n }"],
  ])("shows value %#", (value, text) => {
    expect(preview(value)).toBe(text);
  });

  it("shows channels by their kind", () => {
    const { tx, rx } = channel<number>();
    expect(preview([tx, rx])).toBe("[<Tx>, <Rx>]");
  });

  it("says what it leaves out", () => {
    const limits = { depth: 2, text: 3, items: 2 };
    expect(preview("abcde", limits)).toBe('"abc" … 2 more chars');
    expect(preview([1, 2, 3, 4], limits)).toBe("[1, 2, … 2 more items]");
    expect(preview(new Set([1, 2, 3]), limits)).toBe("Set { 1, 2, … 1 more items }");
    expect(preview({ a: 1, b: 2, c: 3 }, limits)).toBe("{ a: 1, b: 2, … 1 more items }");
    expect(preview([[[1]]], limits)).toBe("[[…]]");
  });

  it("is bounded, whatever the value", () => {
    const limits = { depth: 3, text: 5, items: 3 };
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true }),
        (value) => {
          expect(preview(value, limits).length).toBeLessThan(4000);
        },
      ),
    );
    const circle: unknown[] = [];
    circle.push(circle);
    expect(preview(circle, limits)).toBe("[[[…]]]");
  });
});
