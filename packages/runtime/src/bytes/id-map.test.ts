import { describe, expect, it, vi } from "vitest";
import { IdMap } from "./id-map.js";

const ids: readonly (number | bigint)[] = [
  0,
  1,
  2,
  3,
  -1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 1,
  2n ** 53n,
  2n ** 64n - 1n,
];

describe("IdMap", () => {
  it("keeps every id apart", () => {
    const map = new IdMap<number | bigint>();
    for (const id of ids) map.set(id, id);
    expect(map.size).toBe(ids.length);
    expect(ids.map((id) => map.get(id))).toEqual(ids);
    expect([...map.values()]).toEqual(ids);
    expect(ids.map((id) => map.delete(id))).toEqual(ids.map(() => true));
    expect(ids.some((id) => map.has(id))).toBe(false);
    map.set(7, 7);
    map.clear();
    expect(map.size).toBe(0);
  });

  it("keeps them under keys that differ from process to process, and never under the id itself", async () => {
    const keysOf = async (): Promise<unknown[]> => {
      vi.resetModules();
      const { IdMap: Fresh } = await import("./id-map.js");
      const map = new Fresh<number>();
      const set = vi.spyOn(Map.prototype, "set");
      for (const id of ids) map.set(id, 0);
      const keys = set.mock.calls.map(([key]) => key);
      set.mockRestore();
      return keys;
    };
    const [one, other] = [await keysOf(), await keysOf()];
    expect(one).toHaveLength(ids.length);
    // A text has a seed of the platform's.
    expect(one.filter((key) => typeof key === "number")).not.toEqual(
      other.filter((key) => typeof key === "number"),
    );
    expect(one.some((key) => typeof key === "bigint")).toBe(false);
    expect(one.filter((key) => typeof key === "string").every((key) => /^i\d+$/.test(key as string))).toBe(
      true,
    );
  });
});
