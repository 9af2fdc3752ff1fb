import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SeenIds } from "./seen-ids.js";

describe("ids that have been seen", () => {
  it("are those that were added and not deleted, in whatever order", () => {
    const step = fc.tuple(fc.constantFrom("add", "delete"), fc.integer({ min: 1, max: 60 }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const ids = new SeenIds();
        const model = new Set<number>();
        for (const [what, id] of steps) {
          ids[what as "add" | "delete"](id);
          model[what as "add" | "delete"](id);
        }
        for (let id = 0; id <= 62; id++) expect(ids.has(id)).toBe(model.has(id));
      }),
    );
  });

  it("are never forgotten, however many gaps there are", () => {
    const ids = new SeenIds();
    for (let id = 1; id < 10_000; id += 2) ids.add(id);
    for (let n = 0n; n < 5000n; n++) ids.add(2n ** 53n + 2n * n);
    for (let id = 1; id < 10_000; id += 2) expect(ids.has(id)).toBe(true);
    for (let n = 0n; n < 5000n; n++) expect(ids.has(2n ** 53n + 2n * n)).toBe(true);
    expect(ids.has(9998)).toBe(false);
    expect(ids.has(10_001)).toBe(false);
    ids.clear();
    expect([ids.has(1), ids.has(2n ** 53n)]).toEqual([false, false]);
  });
});
