/** The rows on evolution plans of `protocol/behaviours.md` §14: values through a plan. */
import {
  buildPlan,
  decodeCbor,
  encodeSchemaList,
  problemText,
  ReceiveState,
  readSchemaList,
  readSchemaPayload,
  writeSchemaPayload,
} from "@voxrpc/runtime/internal/schema";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { planFor, VoxType } from "../support/vox-types.js";

const cborLimits = { maxBytes: 10_000, maxDepth: 32 };

/** What `to` reads of a value that `from` writes; each is declarations and a root. */
function pass(from: readonly [string, string], to: readonly [string, string], value: unknown): unknown {
  return new VoxType(...to).readFrom(new VoxType(...from), value);
}

/** Problems of a pair, as texts. */
function refusal(from: readonly [string, string], to: readonly [string, string]): string {
  const { plan, problems } = planFor(new VoxType(...from), new VoxType(...to));
  expect(plan).toBeUndefined();
  return problems.map(problemText).join("; ");
}

/** The same type on both sides. */
function same(declarations: string, root: string, value: unknown): void {
  expect(pass([declarations, root], [declarations, root], value)).toEqual(value);
}

describe("structs through a plan", () => {
  it("translation_identity_plan_matches_direct", () => {
    const point = ["struct Point { x: f64, y: f64 }", "Point"] as const;
    expect(planFor(new VoxType(...point), new VoxType(...point)).plan?.root.same).toBe(true);
    same(...point, { x: 1, y: 2 });
  });

  it("translation_bytes_and_list_u8_are_compatible", () => {
    const list = new VoxType("", "set<u8>");
    const bytes = new VoxType("", "bytes");
    expect(planFor(list, bytes).plan?.root.same).toBe(true);
    expect(bytes.readFrom(list, new Set([1, 2, 3, 4]))).toEqual(Uint8Array.of(1, 2, 3, 4));
    expect(list.readFrom(bytes, Uint8Array.of(1, 2, 3, 4))).toEqual(new Set([1, 2, 3, 4]));
  });

  it("translation_never_and_unit_are_incompatible", () => {
    expect(refusal(["", "result<u8, never>"], ["", "result<u8, unit>"])).toBe(
      "at ::Err: structural mismatch: remote is `never`, local is `()`",
    );
  });

  it("translation_error_kind_mismatch", () => {
    const text = refusal(["struct P { a: u32 }", "P"], ["", "u32"]);
    expect(text).toBe("structural mismatch: remote is `P`, local is `u32`");
    expect(text).toContain("struct");
  });

  it("translation_struct_name_mismatch_errors", () => {
    expect(refusal(["struct Foo { x: u32 }", "Foo"], ["struct Bar { x: u32 }", "Bar"])).toContain(
      "name mismatch",
    );
  });

  it("translation_remote_has_extra_field", () => {
    const from = ["struct P { x: f64, y: f64, z: f64 }", "P"] as const;
    expect(pass(from, ["struct P { x: f64, z: f64 }", "P"], { x: 1, y: 2, z: 3 })).toEqual({ x: 1, z: 3 });
  });

  it("translation_remote_missing_field_with_default", () => {
    const to = ["struct P { x: f64, y: f64 = 0.0 }", "P"] as const;
    expect(pass(["struct P { x: f64 }", "P"], to, { x: 42 })).toEqual({ x: 42, y: 0 });
  });

  it("translation_missing_required_field_errors", () => {
    const text = refusal(["struct P { x: f64 }", "P"], ["struct P { x: f64, y: f64 }", "P"]);
    expect(text).toBe("required field 'y' (type f64) missing from remote 'P' (remote has fields: x)");
  });

  it("translation_error_includes_context", () => {
    const inner = "struct Inner { v: u8 }";
    const text = refusal(
      [`${inner} struct Outer { inner: Inner }`, "Outer"],
      [`${inner} struct Outer { inner: Inner, missing: u32 }`, "Outer"],
    );
    expect(text).toMatch(/required field 'missing' .* missing from remote 'Outer'/);
  });

  it("translation_field_reorder", () => {
    const value = { b: "hello", a: 42 };
    const to = ["struct P { a: u32, b: string }", "P"] as const;
    expect(pass(["struct P { b: string, a: u32 }", "P"], to, value)).toEqual(value);
  });

  it("translation_combined_add_remove_reorder", () => {
    const from = ["struct P { a: u32, b: string, c: bool }", "P"] as const;
    const to = ["struct P { c: bool, d: u64 = 0, a: u32 }", "P"] as const;
    expect(pass(from, to, { a: 42, b: "dropped", c: true })).toEqual({ c: true, d: 0n, a: 42 });
  });

  it("translation_skip_complex_field", () => {
    const from = ["struct P { id: u32, tags: string[], name: string }", "P"] as const;
    const value = { id: 99, tags: ["a", "bb", "ccc"], name: "test" };
    expect(pass(from, ["struct P { id: u32, name: string }", "P"], value)).toEqual({ id: 99, name: "test" });
  });

  it("translation_struct_field_reorder_with_nested_struct", () => {
    const inner = "struct Inner { text: string }";
    const value = { inner: { text: "hello" }, id: 42 };
    const from = [`${inner} struct P { inner: Inner, id: u32 }`, "P"] as const;
    expect(pass(from, [`${inner} struct P { id: u32, inner: Inner }`, "P"], value)).toEqual(value);
  });

  it.each([
    ["translation_struct_with_array_field", "f64[3]", [1, 2, 3]],
    ["translation_struct_with_map_field", "map<string, u32>", new Map([["x", 10]])],
    ["translation_struct_with_pointer_field", "string", "hello"],
  ])("%s", (_name, type, f) => {
    const value = { f, id: 7 };
    const to = [`struct P { id: u32, f: ${type} }`, "P"] as const;
    expect(pass([`struct P { f: ${type}, id: u32 }`, "P"], to, value)).toEqual(value);
  });

  it("deserialize_into_with_plan, borrowed_deserialization_with_plan", () => {
    const from = ["struct P { y: f64, x: f64 }", "P"] as const;
    expect(pass(from, ["struct P { x: f64, y: f64 }", "P"], { y: 2, x: 1 })).toEqual({ x: 1, y: 2 });
    const extra = ["struct P { extra: u32, name: string }", "P"] as const;
    expect(pass(extra, ["struct P { name: string }", "P"], { extra: 99, name: "hello" })).toEqual({
      name: "hello",
    });
  });
});

describe("tuples through a plan", () => {
  it("translation_tuple_identity, translation_nested_unary_tuple_identity", () => {
    same("", "(u32, string)", [42, "hello"]);
    same("", "((u32, string),)", [[42, "hello"]]);
  });

  it("schema_deserialize_args_handles_nested_unary_tuple", () => {
    const type = new VoxType("", "((u32, string),)");
    const received = new ReceiveState(defaultLimits, readSchemaPayload);
    received.record(1n, "args", writeSchemaPayload(type.payload));
    const byId = new Map(type.payload.schemas.map((schema) => [schema.id, schema]));
    const { plan } = buildPlan(
      received.requireRoot(1n, "args"),
      (id) => received.schema(id),
      type.payload.root,
      (id) => byId.get(id),
    );
    expect(plan?.root.kind).toBe("tuple");
    expect(plan?.root.same).toBe(true);
    expect(type.readFrom(type, [[42, "hello"]])).toEqual([[42, "hello"]]);
  });

  it("translation_tuple_length_mismatch_errors", () => {
    expect(refusal(["", "(u32, string)"], ["", "(u32, string, bool)"])).toContain("tuple length");
  });
});

describe("enums through a plan", () => {
  it("translation_enum_variant_added", () => {
    expect(pass(["enum E { Start, Stop }", "E"], ["enum E { Start, Stop, Restart }", "E"], "Stop")).toBe(
      "Stop",
    );
  });

  it("translation_enum_unknown_variant_errors_at_runtime", () => {
    const from = ["enum E { Start, Stop, Restart }", "E"] as const;
    const to = ["enum E { Start, Stop }", "E"] as const;
    expect(pass(from, to, "Start")).toBe("Start");
    expect(() => pass(from, to, "Restart")).toThrow(
      "unknown remote enum variant index 2: the peer's E::Restart; we know Start, Stop at byte 0",
    );
  });

  it("translation_enum_struct_variant_with_plan", () => {
    const from = ["enum S { Circle { radius: f64 }, Rect { w: f64, h: f64 } }", "S"] as const;
    const to = ["enum S { Triangle, Circle { radius: f64 }, Rect { h: f64, w: f64 } }", "S"] as const;
    expect(pass(from, to, { kind: "Rect", w: 3, h: 4 })).toEqual({ kind: "Rect", w: 3, h: 4 });
  });

  it("translation_enum_tuple_variant, translation_enum_newtype_variant", () => {
    const from = ["enum E { Pair(u32, string), Text(string), Number(u32), Data(bytes) }", "E"] as const;
    const to = ["enum E { Data(bytes), Number(u32), Text(string), Pair(u32, string) }", "E"] as const;
    for (const value of [
      { kind: "Pair", value: [42, "hi"] },
      { kind: "Text", value: "hello" },
      { kind: "Number", value: 42 },
      { kind: "Data", value: Uint8Array.of(1, 2, 3) },
    ]) {
      expect(pass(from, to, value)).toEqual(value);
      same(...from, value);
    }
  });
});

describe("results through a plan", () => {
  const voxError =
    "enum VoxError<E> { User(E), UnknownMethod, InvalidPayload(string), Cancelled, ConnectionClosed, " +
    "SessionShutdown, SendFailed, Indeterminate }";

  it("translation_result_ok_round_trip, translation_result_err_round_trip", () => {
    same("", "result<string, u32>", { ok: true, value: "hello" });
    same("", "result<string, u32>", { ok: false, error: 42 });
  });

  it("translation_result_with_enum_error", () => {
    const from = ["enum E { NotFound, Forbidden(string) }", "result<u32, E>"] as const;
    const to = ["enum E { Forbidden(string), Gone, NotFound }", "result<u32, E>"] as const;
    for (const value of [
      { ok: true, value: 42 },
      { ok: false, error: { kind: "Forbidden", value: "nope" } },
    ]) {
      expect(pass(from, to, value)).toEqual(value);
      same(...from, value);
    }
  });

  it("translation_result_with_vox_error_shape, translation_result_with_vox_error_err_variant", () => {
    same(voxError, "result<string, VoxError<never>>", { ok: true, value: "hello" });
    const error = { kind: "InvalidPayload", value: "bad data" };
    same(voxError, "result<string, VoxError<never>>", { ok: false, error });
  });

  it("translation_nested_struct_in_result", () => {
    const value = { ok: true, value: { id: 1, name: "test" } };
    same(`struct P { id: u32, name: string } ${voxError}`, "result<P, VoxError<never>>", value);
  });
});

describe("containers through a plan", () => {
  const full = "struct B { x: u32, extra: string }";
  const lean = "struct B { x: u32 }";

  it.each([
    ["translation_through_vec_skips_extra_field", "B[]", (b: (x: number) => unknown) => [b(1), b(2)], 99],
    ["translation_through_option_skips_extra_field", "B?", (b: (x: number) => unknown) => b(1), 77],
    [
      "translation_through_result_skips_extra_field",
      "result<B, u8>",
      (b: (x: number) => unknown) => ({ ok: true, value: b(1) }),
      55,
    ],
    [
      "translation_through_map_value_skips_extra_field",
      "map<string, B>",
      (b: (x: number) => unknown) => new Map([["k", b(1)]]),
      55,
    ],
  ] as const)("%s", (_name, type, make, id) => {
    const holder = `struct P { held: ${type}, id: u32 }`;
    const written = { held: make((x) => ({ x, extra: "gone" })), id };
    const read = { held: make((x) => ({ x })), id };
    expect(pass([`${full} ${holder}`, "P"], [`${lean} ${holder}`, "P"], written)).toEqual(read);
  });

  it("translation_nested_three_levels_deep", () => {
    const rest = "struct B { c: C[] } struct A { b: B[] }";
    const from = [`struct C { x: u32, extra: string } ${rest}`, "A"] as const;
    const written = { b: [{ c: [{ x: 42, extra: "gone" }] }] };
    expect(pass(from, [`struct C { x: u32 } ${rest}`, "A"], written)).toEqual({ b: [{ c: [{ x: 42 }] }] });
  });

  it("translation_recursive_type_terminates", () => {
    const tree = {
      value: 1,
      children: [
        { value: 2, children: [{ value: 4, children: [] }] },
        { value: 3, children: [] },
      ],
    };
    same("struct Node { value: u32, children: Node[] }", "Node", tree);
    const to = ["struct Node { children: Node[], value: u32 }", "Node"] as const;
    expect(pass(["struct Node { value: u32, children: Node[] }", "Node"], to, tree)).toEqual(tree);
  });
});

it("schema_set_from_schemas_works", () => {
  const { payload } = new VoxType("", "u32[][]");
  const list = readSchemaList(decodeCbor(encodeSchemaList(payload.schemas), cborLimits), "schemas", 10);
  const root = list.at(-1);
  expect(root?.kind.tag).toBe("list");
  expect(payload.root).toMatchObject({ tag: "concrete", typeId: root?.id });
});

it("translation_error_display_coverage", () => {
  const own = new VoxType("struct P { foo: u32[] }", "P");
  const { schemas, root } = own.payload;
  const pair = (from: VoxType, to: VoxType) => planFor(from, to).problems;
  const dangling = buildPlan(
    { tag: "concrete", typeId: 1n, args: [] },
    () => undefined,
    root,
    () => undefined,
  );
  const unbound = buildPlan(
    root,
    (id) => {
      const schema = schemas.find((one) => one.id === id);
      return schema?.kind.tag === "list" ? { ...schema, typeParams: [] } : schema;
    },
    root,
    (id) => schemas.find((one) => one.id === id),
  );
  const all = [
    ...pair(new VoxType("struct A {}", "A"), new VoxType("struct B {}", "B")),
    ...pair(new VoxType("", "u8"), new VoxType("", "u16")),
    ...pair(new VoxType("struct P {}", "P"), own),
    ...pair(new VoxType("enum E { A }", "E"), new VoxType("enum E { A(u8) }", "E")),
    ...dangling.problems,
    ...pair(new VoxType("", "(u8, u8)"), new VoxType("", "(u8,)")),
    ...unbound.problems,
    ...pair(new VoxType("struct P { foo: u16[] }", "P"), own),
  ];
  expect(all.map(({ code }) => code)).toEqual([
    "name",
    "kind",
    "missing-field",
    "variant-payload",
    "unknown-schema",
    "tuple-length",
    "unresolved-variable",
    "kind",
  ]);
  for (const problem of all) expect(problemText(problem)).not.toBe("");
  expect(all.slice(6).map(problemText)).toEqual([
    'at .foo: unresolved type variable TypeParamName("T") on remote side — Var substitution failed',
    "at .foo: structural mismatch: remote is `u16`, local is `u32`",
  ]);
});

describe("fields that the reader does not know", () => {
  const declarations =
    "enum Two { First, Second } enum Shape { Circle(f64), Rect { w: f64, h: f64 }, Empty } enum Event { Click(i32, i32), Key(string) } struct Pair { a: f64, b: f64 }";

  it.each([
    ["skip_struct_field", "Pair", { a: 1.5, b: -2.5 }],
    ["skip_enum_field", "Two", "Second"],
    ["skip_option_field", "string?", "present"],
    ["skip_option_field", "string?", undefined],
    [
      "skip_map_field",
      "map<string, u32>",
      new Map([
        ["a", 1],
        ["b", 2],
      ]),
    ],
    ["skip_array_field", "f64[3]", [1, 2, 3]],
    ["skip_tuple_field", "(string, u32)", ["hello", 999]],
    ["skip_unit_field", "unit", undefined],
    ["skip_char_field", "char", "Z"],
    ["skip_u128_field", "u128", 2n ** 128n - 1n],
    ["skip_i128_field", "i128", -(2n ** 127n)],
    ["skip_f32_field", "f32", Math.fround(3.14)],
    ["skip_enum_with_newtype_payload", "Shape", { kind: "Circle", value: 5 }],
    ["skip_enum_with_newtype_payload", "Shape", { kind: "Rect", w: 3, h: 4 }],
    ["skip_enum_with_newtype_payload", "Shape", { kind: "Empty" }],
    ["skip_enum_tuple_variant_field", "Event", { kind: "Click", value: [10, 20] }],
    ["skip_enum_tuple_variant_field", "Event", { kind: "Key", value: "enter" }],
  ] as const)("%s (%s)", (_name, type, extra) => {
    const from = `${declarations} struct P { id: u32, extra: ${type}, name: string }`;
    const written = { id: 7, extra, name: "after" };
    expect(pass([from, "P"], ["struct P { id: u32, name: string }", "P"], written)).toEqual({
      id: 7,
      name: "after",
    });
  });
});
