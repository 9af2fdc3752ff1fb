import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EndedIds } from "./ended-ids.js";

describe("EndedIds", () => {
  it("remembers exactly the ids that ended, in any order", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(200)), (indexes) => {
        const ended = new EndedIds(2, 1000);
        const over = new Set<number>();
        for (const index of indexes) {
          const id = 2 + 2 * index;
          ended.add(id);
          over.add(id);
        }
        for (let id = 2; id <= 402; id += 2) expect(ended.has(id)).toBe(over.has(id));
      }),
    );
  });

  it("stays bounded when a peer leaves gaps: the oldest gaps count as over", () => {
    const ended = new EndedIds(1, 2);
    for (const id of [5, 9, 13]) ended.add(id);
    expect([5, 9, 13].every((id) => ended.has(id))).toBe(true);
    expect(ended.has(1)).toBe(true);
    expect(ended.has(15)).toBe(false);
  });
});
