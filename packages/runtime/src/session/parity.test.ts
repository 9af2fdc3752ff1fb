import { describe, expect, it } from "vitest";
import { hasParity, IdAllocator, oppositeParity } from "./parity.js";

describe("parity", () => {
  it("allocates odd ids from 1 and even ids from 2, in steps of two", () => {
    const odd = new IdAllocator("Odd");
    const even = new IdAllocator("Even");
    expect([odd.next(), odd.next(), odd.next()]).toEqual([1, 3, 5]);
    expect([even.next(), even.next(), even.next()]).toEqual([2, 4, 6]);
  });

  it("never gives 0", () => {
    expect(hasParity(0, "Odd")).toBe(false);
    expect(hasParity(0, "Even")).toBe(false);
    expect(hasParity(0n, "Even")).toBe(false);
  });

  it.each([
    [1, "Odd", true],
    [2, "Odd", false],
    [2, "Even", true],
    [2 ** 52 + 1, "Odd", true],
    [2n ** 63n + 1n, "Odd", true],
    [2n ** 63n, "Even", true],
    [2n ** 63n, "Odd", false],
  ] as const)("%s belongs to %s: %s", (id, parity, expected) => {
    expect(hasParity(id, parity)).toBe(expected);
  });

  it("knows the other side", () => {
    expect(oppositeParity("Odd")).toBe("Even");
    expect(oppositeParity("Even")).toBe("Odd");
  });
});
