import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { Metadata } from "../wire/metadata.js";
import { identityOf } from "./identity.js";

class User {
  readonly name: string;
  readonly #secret = 1;
  constructor(name: string) {
    this.name = name;
  }
  get secret(): number {
    return this.#secret;
  }
}

const data: readonly unknown[] = [
  undefined,
  null,
  true,
  false,
  0,
  -0,
  1,
  NaN,
  1n,
  "",
  "1",
  "null",
  "a\nb",
  [],
  [[]],
  ["a", "b"],
  ["a,b"],
  {},
  { a: 1 },
  { a: "1" },
  { a: 1, b: 2 },
  { a: { b: 2 } },
  [1, 2],
  [[1], 2],
  [1, [2]],
  new Date(0),
  new Date(1),
  Uint8Array.of(),
  Uint8Array.of(1),
  new Map([["a", 1]]),
  new Set(["a"]),
  new Set(["a", "b"]),
  new Metadata(),
  new Metadata({ a: "b" }),
  new Metadata({ a: "b", c: "d" }),
  new Metadata([
    ["a", "b"],
    ["a", "b"],
  ]),
  { __proto__: null, constructor: "x" },
];

describe("the identity of a peer", () => {
  it("is one for equal data, and another for any other data", () => {
    const all = data.map(identityOf);
    expect(all).not.toContain(undefined);
    expect(new Set(all).size).toBe(data.length);
    expect(data.map((value) => identityOf(structuredCloneOf(value)))).toEqual(all);
  });

  it("does not depend on the order of members, nor on the realm", () => {
    expect(identityOf({ b: 2, a: 1 })).toBe(identityOf({ a: 1, b: 2 }));
    expect(identityOf(runInNewContext("({ b: 2, a: 1 })"))).toBe(identityOf({ a: 1, b: 2 }));
  });

  const circle: unknown[] = [];
  circle.push(circle);
  const none: readonly [string, unknown][] = [
    ["an instance of a class", new User("alice")],
    ["a function", () => "alice"],
    ["a symbol", Symbol("alice")],
    ["an object with one of them", { user: new User("alice") }],
    ["a promise", Promise.resolve("alice")],
    ["an object that contains itself", circle],
    ["an object with a symbol for a key", { [Symbol("a")]: 1 }],
    [
      "what throws when it is read",
      {
        get a(): never {
          throw new Error("no");
        },
      },
    ],
    ["more than a megabyte", "a".repeat(1024 * 1024)],
  ];

  it.each(none)("is none of %s", (_name, value) => {
    expect(identityOf(value)).toBeUndefined();
  });
});

function structuredCloneOf(value: unknown): unknown {
  return value instanceof Metadata ? new Metadata(value) : structuredClone(value);
}
