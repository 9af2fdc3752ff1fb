/** What the extraction says of single types. Titles are the rows of `protocol/behaviours.md` §13. */
import {
  readSchemaPayload,
  resolveKind,
  type Schema,
  type SchemaKind,
  type SchemaPrimitive,
  type TypeRef,
  writeSchemaPayload,
} from "@voxrpc/runtime/internal/schema";
import { describe, expect, test } from "vitest";
import { compile } from "../compile.js";
import { memoryHost } from "../host/memory-host.js";
import { methodId, type SourceType, type TypeSchemas, typeSchemas } from "./index.js";

/** Schemas of a type expression beside declarations. */
function extract(root: string, declarations = ""): TypeSchemas {
  const path = "/types.vox";
  const text = `${declarations}\ntype RootOfTest = ${root}\n`;
  const { model, diagnostics } = compile(memoryHost({ [path]: text }), [path]);
  const alias = model?.files[0]?.types.find(({ name }) => name === "RootOfTest");
  if (alias?.kind !== "alias") throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return typeSchemas(alias.type);
}

function schemasOf(types: TypeSchemas): readonly Schema[] {
  return types.schemas.map(({ schema }) => schema);
}

function tags(types: TypeSchemas): readonly string[] {
  return schemasOf(types).map(({ kind }) => (kind.tag === "primitive" ? kind.primitiveType : kind.tag));
}

function last(types: TypeSchemas): Schema {
  const schema = schemasOf(types).at(-1);
  if (schema === undefined) throw new Error("no schema");
  return schema;
}

function kindAt(types: TypeSchemas, ref: TypeRef | undefined): SchemaKind | undefined {
  if (ref === undefined) return undefined;
  return resolveKind(ref, (id) => schemasOf(types).find((schema) => schema.id === id));
}

/** Narrows to the kind with this tag. */
function as<Tag extends SchemaKind["tag"]>(
  kind: SchemaKind | undefined,
  tag: Tag,
): Extract<SchemaKind, { tag: Tag }> {
  expect(kind?.tag).toBe(tag);
  return kind as Extract<SchemaKind, { tag: Tag }>;
}

function concrete(ref: TypeRef): Extract<TypeRef, { tag: "concrete" }> {
  expect(ref.tag).toBe("concrete");
  return ref as Extract<TypeRef, { tag: "concrete" }>;
}

const limits = { maxSchemaBytes: 10_000, maxSchemas: 100, maxSchemaDepth: 20 };
const u8: SourceType = { kind: "primitive", name: "u8" };

describe("primitives", () => {
  test.each(["u32", "string", "bool"] as const)("primitive_%s", (name) => {
    expect(schemasOf(extract(name)).map(({ kind }) => kind)).toEqual([
      { tag: "primitive", primitiveType: name },
    ]);
  });

  test("vec_u8_is_bytes", () => {
    expect(tags(extract("u8[]"))).toEqual(["bytes"]);
  });

  test("slice_u8_is_bytes", () => {
    expect(tags(typeSchemas({ kind: "slice", element: u8 }))).toEqual(["bytes"]);
  });

  test("cbor_payload_is_bytes", () => {
    expect(tags(extract("bytes"))).toEqual(["bytes"]);
  });

  test("opaque_payload_is_payload_primitive", () => {
    expect(tags(typeSchemas({ kind: "primitive", name: "payload" }))).toEqual(["payload"]);
  });

  test("infallible_is_never_primitive", () => {
    expect(tags(typeSchemas({ kind: "primitive", name: "never" }))).toEqual(["never"]);
  });

  test("primitive_content_hashes_are_stable", () => {
    const names =
      "bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 char string unit never bytes payload".split(" ");
    const idsOnce = names.map(
      (name) => last(typeSchemas({ kind: "primitive", name: name as SchemaPrimitive })).id,
    );
    const idsAgain = names.map(
      (name) => last(typeSchemas({ kind: "primitive", name: name as SchemaPrimitive })).id,
    );
    expect(idsAgain).toEqual(idsOnce);
    expect(new Set(idsOnce).size).toBe(19);
    // Source: `protocol/schemas.md` §8.
    expect(idsOnce[0]).toBe(0x178367a87f66fb46n);
    expect(idsOnce[18]).toBe(0x897ee6096f7bb726n);
  });
});

describe("structs and enums", () => {
  test("simple_struct", () => {
    const { name, fields } = as(last(extract("Point", "struct Point { x: f64, y: f64 }")).kind, "struct");
    expect(name).toBe("Point");
    expect(fields.map((field) => field.name)).toEqual(["x", "y"]);
    expect(fields[0]?.required).toBe(true);
    expect(fields[0]?.typeRef).toEqual(fields[1]?.typeRef);
  });

  test("simple_enum", () => {
    const { variants } = as(last(extract("Color", "enum Color { Red, Green, Blue }")).kind, "enum");
    expect(variants.map(({ name, index }) => [name, index])).toEqual([
      ["Red", 0],
      ["Green", 1],
      ["Blue", 2],
    ]);
    expect(variants[0]?.payload).toEqual({ tag: "unit" });
  });

  test("enum_with_payloads", () => {
    const types = extract("Shape", "enum Shape { Circle(f64), Rect { w: f64, h: f64 }, Empty }");
    const { variants } = as(last(types).kind, "enum");
    expect(variants.map(({ payload }) => payload.tag)).toEqual(["newtype", "struct", "unit"]);
    const rect = variants[1]?.payload;
    expect(rect?.tag === "struct" && rect.fields.map(({ name }) => name)).toEqual(["w", "h"]);
  });

  test("deduplication_two_u32_fields", () => {
    expect(tags(extract("Two", "struct Two { a: u32, b: u32 }"))).toEqual(["u32", "struct"]);
  });

  test("extract_schemas_returns_all_kinds", () => {
    const types = extract("Mixed", "struct Mixed { count: u32, tags: string[], pair: (u8, u8) }");
    expect(tags(types)).toEqual(["u32", "string", "list", "u8", "tuple", "struct"]);
  });
});

describe("containers", () => {
  test("container_vec", () => {
    expect(tags(extract("u32[]"))).toEqual(["u32", "list"]);
  });

  test("container_option", () => {
    expect(tags(extract("string?"))).toEqual(["string", "option"]);
  });

  test.each(["container_map", "map_schema_is_generic"])("%s", () => {
    const { typeParams, kind } = last(extract("map<string, u32>"));
    expect(typeParams).toHaveLength(2);
    const { key, value } = as(kind, "map");
    expect([key, value]).toEqual(typeParams.map((name) => ({ tag: "var", name })));
  });

  test("container_array", () => {
    expect(as(last(extract("u32[4]")).kind, "array").length).toBe(4n);
  });

  test("tuple_type", () => {
    const types = extract("(u32, string)");
    const { elements } = as(kindAt(types, types.root), "tuple");
    expect(elements).toHaveLength(2);
    expect(elements[0]).not.toEqual(elements[1]);
  });

  test("generic_tuple_uses_vars_in_body", () => {
    const { typeParams, kind } = last(extract("(u32, string)"));
    expect(typeParams).toEqual(["T0", "T1"]);
    expect(as(kind, "tuple").elements.map(({ tag }) => tag)).toEqual(["var", "var"]);
  });

  test.each([
    ["generic_vec_uses_var_in_body", "u32[]", "list"],
    ["generic_option_uses_var_in_body", "string?", "option"],
  ] as const)("%s", (_, root, tag) => {
    const { typeParams, kind } = last(extract(root));
    expect(typeParams).toEqual(["T"]);
    expect(as(kind, tag).element).toEqual({ tag: "var", name: "T" });
  });

  test.each([
    ["vec_of_option_of_u32_deduplicates", "u32?[]", ["u32", "option", "list"]],
    ["nested_generic_vec_of_vec_of_u32", "u32[][]", ["u32", "list"]],
  ])("%s", (_, root, expected) => {
    expect(tags(extract(root))).toEqual(expected);
  });

  test("vec_u32_and_vec_string_share_one_list_schema", () => {
    const types = extract("Both", "struct Both { a: u32[], b: string[] }");
    expect(tags(types).filter((tag) => tag === "list")).toHaveLength(1);
  });

  test("resolve_kind_substitutes_vars", () => {
    const types = extract("u32[]");
    const element = as(kindAt(types, types.root), "list").element;
    expect(element).toEqual({ tag: "concrete", typeId: 0x281c5be4f2ee63b4n, args: [] });
  });

  test("unary_tuple_root_preserves_nested_tuple", () => {
    const types = extract("((i32, string),)");
    const outer = as(kindAt(types, types.root), "tuple").elements;
    expect(outer).toHaveLength(1);
    expect(as(kindAt(types, outer[0]), "tuple").elements).toHaveLength(2);
    expect(tags(types).filter((tag) => tag === "tuple")).toHaveLength(2);
  });
});

describe("responses", () => {
  const declarations = "enum Failure<E> { User(E), UnknownMethod }";

  test("generic_vox_error_uses_var_in_user_payload", () => {
    const { variants } = as(last(extract("Failure<bool>", declarations)).kind, "enum");
    expect(variants[0]?.payload).toEqual({ tag: "newtype", typeRef: { tag: "var", name: "E" } });
  });

  test("extract_result_tuple_root_preserves_ok_tuple", () => {
    const { root } = extract("result<(string, i32), Failure<bool>>", declarations);
    const { args } = concrete(root);
    expect(args).toHaveLength(2);
    expect(args[0] && concrete(args[0]).args).toHaveLength(2);
  });

  test("result_ok_tuple_uses_generic_tuple_schema", () => {
    const types = extract("result<(string, i32), Failure<bool>>", declarations);
    const ok = as(kindAt(types, types.root), "enum").variants[0]?.payload;
    const tuple = as(kindAt(types, ok?.tag === "newtype" ? ok.typeRef : undefined), "tuple");
    expect(tuple.elements).toHaveLength(2);
    expect(schemasOf(types).find(({ kind }) => kind.tag === "tuple")?.typeParams).toEqual(["T0", "T1"]);
  });
});

describe("ids", () => {
  const node = "struct Node { value: u32, next: Node? }";

  test.each(["recursive_type_terminates", "recursive_type_with_option_box"])("%s", () => {
    const types = extract("Node", node);
    expect(as(last(types).kind, "struct").name).toBe("Node");
    const options = schemasOf(types).filter(({ kind }) => kind.tag === "option");
    expect(options.map(({ kind }) => as(kind, "option").element.tag)).toEqual(["var"]);
    expect(schemasOf(types).some(({ id }) => id === 0n)).toBe(false);
  });

  test("recursive_type_hash_is_deterministic", () => {
    const tree = "struct TreeNode { label: string, children: TreeNode[] }";
    expect(extract("TreeNode", tree).root).toEqual(extract("TreeNode", tree).root);
    expect(schemasOf(extract("TreeNode", tree)).every(({ id }) => id !== 0n)).toBe(true);
  });

  test("struct_hash_is_deterministic", () => {
    const point = "struct Point { x: f64, y: f64 }";
    expect(extract("Point", point).root).toEqual(extract("Point", point).root);
  });

  test("type_ids_are_content_hashes", () => {
    expect(extract("(u32, string)").root).toEqual(extract("(u32, string)").root);
    expect(extract("(u64, string)").root).not.toEqual(extract("(u32, string)").root);
  });

  test.each(["cbor_round_trip", "schema_payload_cbor_round_trip"])("%s", () => {
    const types = extract("Node", node);
    const payload = { schemas: schemasOf(types), root: types.root };
    expect(readSchemaPayload(writeSchemaPayload(payload), limits)).toEqual(payload);
    const root = concrete({
      tag: "concrete",
      typeId: 123n,
      args: [{ tag: "concrete", typeId: 456n, args: [] }],
    });
    expect(readSchemaPayload(writeSchemaPayload({ schemas: [], root }), limits)).toEqual({
      schemas: [],
      root,
    });
  });

  test("an alias leaves no trace, a declaration keeps its name", () => {
    expect(extract("Id", "type Id = u64").root).toEqual(extract("u64").root);
    const one = extract("A", "struct A { x: u8 }").root;
    expect(extract("B", "struct B { x: u8 }").root).not.toEqual(one);
  });

  test("method_id_name_only_is_stable_across_case_variations", () => {
    const id = methodId("MyService", "DoThingFast");
    expect(methodId("my-service", "do-thing-fast")).toBe(id);
    expect(methodId("MY_SERVICE", "DO_THING_FAST")).toBe(id);
  });

  test("method_id_name_only_different_methods_produce_different_ids", () => {
    expect(methodId("Svc", "alpha")).not.toBe(methodId("Svc", "beta"));
  });
});

describe("types inside of themselves, as a compiled crate announces them", () => {
  function order(root: string, declarations: string): readonly string[] {
    return schemasOf(extract(root, declarations)).map(({ kind }) =>
      kind.tag === "primitive" ? kind.primitiveType : "name" in kind ? kind.name : kind.tag,
    );
  }

  test("a list that is being looked at is described after what leads back to it", () => {
    const block = "enum Block { Text(string), List(Block[]) }";
    expect(order("Doc", `struct Doc { body: Block[] } ${block}`)).toEqual(["string", "Block", "list", "Doc"]);
    expect(order("Block", block)).toEqual(["string", "list", "Block"]);
  });

  test("an option of a type is another one than that inside of the type, which has a box in Rust", () => {
    const nested = "struct Nested { deep: Nested?, color: u32 }";
    expect(order("Nested?[]", nested)).toEqual(["option", "u32", "Nested", "list"]);
    expect(order("Nested", nested)).toEqual(["option", "u32", "Nested"]);
    const option = schemasOf(extract("Nested?[]", nested))[0];
    expect(option?.id).toBe(0xdcafd4de6b7969bbn);
    expect(option?.id).toBe(last(extract("u32?")).id);
  });

  test("of a generic type in itself, the inner instantiation is described", () => {
    const types = extract("Page<Page<bool>>", "struct Page<T> { items: T[], next: u32? }");
    expect(order("Page<Page<bool>>", "struct Page<T> { items: T[], next: u32? }")).toEqual([
      "bool",
      "list",
      "u32",
      "option",
      "Page",
    ]);
    expect(last(types).id.toString(16)).toBe("538c3a4af403856f");
  });
});
