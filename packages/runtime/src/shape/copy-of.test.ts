import { describe, expect, it } from "vitest";
import { byReference, copyOf } from "./copy-of.js";

describe("copyOf", () => {
  const views = [
    Uint8Array.of(1, 2),
    Int16Array.of(1, -2),
    Float64Array.of(0.5, 2),
    BigInt64Array.of(1n, -2n),
    Buffer.from([1, 2]),
    new Uint8Array(Uint8Array.of(9, 1, 2, 9).buffer, 1, 2),
  ];

  it.each(views.map((view) => [view.constructor.name, view] as const))("shares no memory: %s", (_, view) => {
    const copy = copyOf<ArrayLike<unknown>>(view);
    const before = Array.from(view, String);
    new Uint8Array(view.buffer, view.byteOffset, view.byteLength).fill(0);
    expect(Array.from(copy, String)).toEqual(before);
  });

  it("copies any value inside of any other", () => {
    const inner = Uint8Array.of(7);
    const given = {
      list: [{ inner }],
      map: new Map([["key", { inner }]]),
      set: new Set([inner]),
      some: { some: inner },
      none: undefined,
      nothing: null,
      text: "text",
      big: 5n,
    };
    const copy = copyOf(given);
    expect(copy).toEqual(given);
    inner[0] = 8;
    given.list.push({ inner });
    given.text = "other";
    expect([copy.list, copy.text]).toEqual([[{ inner: Uint8Array.of(7) }], "text"]);
    expect([...copy.map.values()]).toEqual([{ inner: Uint8Array.of(7) }]);
    expect([...copy.set]).toEqual([Uint8Array.of(7)]);
    expect(copy.some.some).toEqual(Uint8Array.of(7));
  });

  it("reads what a class computes from its private fields", () => {
    class Product {
      name = "apple";
      #price = 5;
      get price(): number {
        return this.#price;
      }
    }
    class Offer extends Product {
      get label(): string {
        return `${this.name} ${this.price}`;
      }
    }
    expect(copyOf(new Offer())).toEqual({ name: "apple", price: 5, label: "apple 5" });
  });

  it("leaves what travels as it is, and what cannot be read", () => {
    const half = { [byReference]: true };
    expect(copyOf([half])[0]).toBe(half);
    const broken = {
      get bad(): never {
        throw new Error("no");
      },
    };
    expect(copyOf(broken)).toBe(broken);
    const circle: { self?: unknown } = {};
    circle.self = circle;
    expect(copyOf(circle)).toMatchObject({ self: { self: {} } });
  });
});
