import { describe, expect, it } from "vitest";
import type { Schema, SchemaKind, TypeRef } from "./model.js";
import { encodeSchema } from "./payload.js";
import { hasOtherUnderSameId, isCoveredByIds } from "./uncovered.js";

const ref = (typeId: bigint, ...args: readonly TypeRef[]): TypeRef => ({ tag: "concrete", typeId, args });
const schema = (id: bigint, kind: SchemaKind, ...typeParams: readonly string[]): Schema => ({
  id,
  typeParams,
  kind,
});
const struct = (id: bigint, name: string, fields: Readonly<Record<string, TypeRef>>): Schema =>
  schema(id, {
    tag: "struct",
    name,
    fields: Object.entries(fields).map(([field, typeRef]) => ({ name: field, typeRef, required: true })),
  });

const text = schema(1n, { tag: "primitive", primitiveType: "string" });
const list = schema(2n, { tag: "list", element: { tag: "var", name: "T" } }, "T");
const leaf = struct(3n, "Leaf", { label: ref(1n) });
const tree = struct(4n, "Tree", { label: ref(1n), children: ref(2n, ref(4n)) });
const page = struct(5n, "Page", { tree: ref(4n) });

describe("isCoveredByIds", () => {
  it("holds where references lead to what came before", () => {
    expect(isCoveredByIds([])).toBe(true);
    expect(isCoveredByIds([text, list, leaf, struct(6n, "Page", { leaves: ref(2n, ref(3n)) })])).toBe(true);
  });

  it("does not hold for a type that contains itself, in an argument too, nor for one that holds such a type", () => {
    expect(isCoveredByIds([struct(6n, "Loop", { next: ref(6n) })])).toBe(false);
    expect(isCoveredByIds([text, list, tree])).toBe(false);
    expect(isCoveredByIds([text, list, tree, page])).toBe(false);
  });

  it("does not hold for a circle", () => {
    const circle = [struct(7n, "C", { a: ref(9n) }), struct(8n, "B", { c: ref(7n) })];
    expect(isCoveredByIds([...circle, struct(9n, "A", { b: ref(8n) })])).toBe(false);
  });
});

describe("hasOtherUnderSameId", () => {
  const announced = [text, list, tree, page].map((one) => ({ id: one.id, bytes: encodeSchema(one) }));
  const find =
    (...schemas: readonly Schema[]) =>
    (id: bigint): Schema | undefined =>
      schemas.find((one) => one.id === id);

  it("compares what both sides have", () => {
    expect(hasOtherUnderSameId(announced, find(text, list, tree, page))).toBe(false);
    expect(hasOtherUnderSameId(announced, find(page))).toBe(false);
    const other = struct(5n, "Page", { tree: ref(44n) });
    expect(hasOtherUnderSameId(announced, find(text, list, other))).toBe(true);
    expect(hasOtherUnderSameId([], find(other))).toBe(false);
  });

  it("sees a longer and a shorter description", () => {
    const longer = struct(5n, "Page", { tree: ref(4n), title: ref(1n) });
    expect(hasOtherUnderSameId(announced, find(longer))).toBe(true);
    expect(hasOtherUnderSameId(announced, find(struct(5n, "Page", {})))).toBe(true);
  });
});
