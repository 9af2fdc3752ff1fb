import { describe, expect, test } from "vitest";
import { nearestName } from "./suggest.js";

describe("nearestName", () => {
  test.each([
    ["Prodct", ["Product", "Price"], "Product"],
    ["u46", ["u16", "u64", "u8"], "u64"],
    ["Strng", ["string", "Stream"], "string"],
    ["get_al", ["get_all", "getAll"], "getAll"],
    ["idempotant", ["deprecated", "idempotent", "persist"], "idempotent"],
    ["PRODUCT_ID", ["ProductId"], "ProductId"],
    ["Widget", ["Product", "Price"], undefined],
    ["A", ["B", "C"], "B"],
    ["T", ["Tree"], undefined],
    ["", ["A"], undefined],
    ["_", ["A"], undefined],
    ["x".repeat(100), ["x".repeat(99)], undefined],
  ])("%s among %j", (name, candidates, expected) => {
    expect(nearestName(name, candidates)).toBe(expected);
    expect(nearestName(name, [...candidates].reverse())).toBe(expected);
  });
});
