import { describe, expect, it } from "vitest";
import type { Schema, SchemaKind, SchemaPayload, TypeRef } from "../schema/model.js";
import { encodeSchema } from "../schema/payload.js";
import { explainPlan } from "./plan-text.js";

const ref = (typeId: bigint, ...args: TypeRef[]): TypeRef => ({ tag: "concrete", typeId, args });
const schema = (id: bigint, kind: SchemaKind, typeParams: readonly string[] = []): Schema => ({
  id,
  typeParams,
  kind,
});
const field = (name: string, typeRef: TypeRef, required = true) => ({ name, typeRef, required });
const variant = (name: string, index: number) => ({ name, index, payload: { tag: "unit" } as const });

const common: readonly Schema[] = [
  schema(1n, { tag: "primitive", primitiveType: "u32" }),
  schema(2n, { tag: "primitive", primitiveType: "string" }),
  schema(3n, { tag: "list", element: { tag: "var", name: "T" } }, ["T"]),
];

const writer: SchemaPayload = {
  schemas: [
    ...common,
    schema(4n, { tag: "enum", name: "Kind", variants: [variant("Old", 0), variant("New", 1)] }),
    schema(5n, {
      tag: "struct",
      name: "Item",
      fields: [field("id", ref(1n)), field("tags", ref(3n, ref(2n))), field("kind", ref(4n))],
    }),
  ],
  root: ref(3n, ref(5n)),
};

const reader: SchemaPayload = {
  schemas: [
    ...common,
    schema(14n, { tag: "enum", name: "Kind", variants: [variant("Old", 0)] }),
    schema(15n, {
      tag: "struct",
      name: "Item",
      fields: [field("kind", ref(14n)), field("stock", ref(1n), false), field("id", ref(1n))],
    }),
  ],
  root: ref(3n, ref(15n)),
};

describe("explainPlan", () => {
  it("says what is read, skipped, filled in, and what fails only when it arrives", () => {
    const explained = explainPlan(writer, reader);
    expect(explained).toMatchObject({ isPossible: true, isIdentical: false, problems: [] });
    expect(explained.lines.map(({ path, action }) => `${action} ${path}`)).toEqual([
      "read ",
      "read .id",
      "skip .tags",
      "read .kind",
      "read .kind::Old",
      "impossible .kind::New",
      "default .stock",
    ]);
    expect(String(explained)).toBe(
      [
        "read the whole value: Vec<Item>",
        "read .id: u32",
        "skip .tags: Vec<String>",
        "read .kind: Kind",
        "read .kind::Old: Kind",
        "impossible at .kind::New: fails when it arrives: our Kind has Old",
        "default .stock: the peer's Item does not have it",
      ].join("\n"),
    );
  });

  it("gives every reason of what is impossible", () => {
    const other: SchemaPayload = {
      schemas: [
        ...common,
        schema(5n, {
          tag: "struct",
          name: "Item",
          fields: [field("id", ref(2n)), field("kind", ref(1n)), field("price", ref(1n))],
        }),
      ],
      root: ref(3n, ref(5n)),
    };
    const explained = explainPlan(writer, other);
    expect(explained.isPossible).toBe(false);
    expect(explained.problems.map(({ code, path, remote, local }) => [code, path, remote, local])).toEqual([
      ["kind", ".id", "u32", "String"],
      ["kind", ".kind", "Kind", "u32"],
      ["missing-field", "", "Item", "Item"],
    ]);
    expect(String(explained)).toMatch(/impossible at \.id: .* `u32`/);
  });

  it("tells when nothing changes, and takes bindings as generated code has them", () => {
    const binding = {
      root: writer.root,
      schemas: writer.schemas.map((one) => ({ id: one.id, bytes: encodeSchema(one) })),
    };
    const explained = explainPlan(binding, writer);
    expect(explained).toMatchObject({ isPossible: true, isIdentical: true });
    expect(String(explained).split("\n")[0]).toBe("both layouts are the same");
    expect(explainPlan(binding, reader).lines).toEqual(explainPlan(writer, reader).lines);
  });

  it("names a recursive type once", () => {
    const node: SchemaPayload = {
      schemas: [
        ...common,
        schema(9n, {
          tag: "struct",
          name: "Node",
          fields: [field("v", ref(1n)), field("c", ref(3n, ref(9n)))],
        }),
      ],
      root: ref(9n),
    };
    expect(explainPlan(node, node).lines.map(({ path }) => path)).toEqual(["", ".v", ".c"]);
  });
});
