import { describe, expect, it } from "vitest";
import { fingerprint } from "./fingerprint.js";

function of(bytes: Uint8Array, methodId = 7n): string {
  return fingerprint(methodId, bytes, 0, bytes.length);
}

function bitsOf(text: string): bigint {
  return BigInt(`0x${text}`);
}

function differingBits(one: string, other: string): number {
  return (bitsOf(one) ^ bitsOf(other)).toString(2).replaceAll("0", "").length;
}

describe("fingerprint", () => {
  it("depends on the bytes between start and end, not on where they lie", () => {
    const bytes = Uint8Array.of(9, 1, 2, 3, 9);
    expect(fingerprint(7n, bytes, 1, 4)).toBe(of(Uint8Array.of(1, 2, 3)));
    expect(of(Uint8Array.of(1, 2, 3))).toMatch(/^[0-9a-f]{32}$/);
  });

  it("keeps its value: stores hold it longer than a process lives", () => {
    expect([
      of(new Uint8Array(0), 0n),
      of(Uint8Array.of(1, 2, 3)),
      of(new Uint8Array(40).fill(255), 2n ** 64n - 1n),
    ]).toEqual([
      "abb87f61119da8dcd97641416f567496",
      "3cbd93e42f4e80eb67b25de055080544",
      "da0b99f108dcd28cb7219ce211ef2616",
    ]);
  });

  it("differs for another method, another length of zeros, and any other bit", () => {
    const seen = new Set<string>([of(new Uint8Array(0), 8n)]);
    let count = 1;
    for (let length = 0; length <= 64; length++) {
      const bytes = new Uint8Array(length);
      seen.add(of(bytes));
      count += 1;
      for (let bit = 0; bit < 8 * length; bit++) {
        bytes[bit >> 3] = 1 << (bit & 7);
        seen.add(of(bytes));
        bytes[bit >> 3] = 0;
        count += 1;
      }
    }
    expect(seen.size).toBe(count);
  });

  it("changes about half of its bits with each bit of the input, in each quarter", () => {
    const bytes = Uint8Array.from({ length: 40 }, (_, at) => (at * 151 + 7) & 255);
    const before = of(bytes);
    for (let quarter = 0; quarter < 4; quarter++) {
      const part = (text: string): string => text.slice(8 * quarter, 8 * quarter + 8);
      let sum = 0;
      for (let bit = 0; bit < 320; bit++) {
        const other = bytes.slice();
        other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7));
        sum += differingBits(part(before), part(of(other)));
      }
      expect(sum / 320).toBeGreaterThan(14.5);
      expect(sum / 320).toBeLessThan(17.5);
    }
  });
});
