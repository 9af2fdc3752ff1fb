/** What `verify rust` says about announcements of a Rust side, here made of another version of the schema. */
import { compile, type Model, memoryHost } from "@voxrpc/codegen";
import { type RustAnnouncement, verifyRust } from "@voxrpc/codegen/rust";
import { assemblePayload } from "@voxrpc/runtime/internal/schema";
import { describe, expect, test } from "vitest";
import { methodId, typeSchemas } from "../../packages/codegen/src/schema/index.js";

function modelOf(text: string): Model {
  const { model, diagnostics } = compile(memoryHost({ "/a.vox": text }), ["/a.vox"]);
  if (model === undefined) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return model;
}

type AnyType = Parameters<typeof typeSchemas>[0];

function hex(type: AnyType): string {
  const { root, schemas } = typeSchemas(type);
  return Buffer.from(
    assemblePayload(
      schemas.map(({ cbor }) => cbor),
      root,
    ),
  ).toString("hex");
}

/** What a Rust crate with the services of a schema announces. */
function announced(text: string): readonly RustAnnouncement[] {
  return modelOf(text).files.flatMap(({ services }) =>
    services.flatMap(({ name, methods }) =>
      methods.map((method) => {
        const types = method.args.map(({ type }): AnyType => type);
        const args: AnyType =
          types.length === 0 ? { kind: "primitive", name: "unit" } : { kind: "tuple", elements: types };
        const { returns, throws } = method;
        return {
          service: name,
          method: method.name,
          id: String(methodId(name, method.name)),
          args: hex(args),
          returns: hex(throws === undefined ? returns : { kind: "result", ok: returns, error: throws }),
        };
      }),
    ),
  );
}

const schema = `struct Item { id: u64, tags: string[], next: Item? }
enum State { Open, Done { at: i64 }, Moved(u32, u32) }
error enum Gone { Gone, Moved(string) }
service Shop {
  get(id: u64, count: u32) -> Item throws Gone
  @idempotent state(by_id: map<u64, Item>) -> State?
  watch(items: Tx<Item>)
  ping()
}
`;

function findings(rust: string): readonly string[] {
  return verifyRust(modelOf(schema), announced(rust)).map(({ code, message }) => `${code} ${message}`);
}

describe("a crate against a schema", () => {
  test("that are the same have no findings", () => {
    expect(findings(schema)).toEqual([]);
  });

  test.each([
    ["id: u64, count", "id: u32, count", "VOX6202 Shop.get: arguments.id: u32 in Rust, u64 in the schema"],
    [
      "tags: string[]",
      "tags: bytes",
      "VOX6202 Shop.get: result::Ok.tags: Vec<u8> in Rust, string[] in the schema",
    ],
    [
      "tags: string[]",
      "tags: string[], more: u8",
      "VOX6202 Shop.get: result::Ok: the field more in Rust, the field next in the schema",
    ],
    [
      "next: Item?",
      "@required next: Item?",
      "VOX6202 Shop.get: result::Ok.next: a field without a default in Rust, a field that may be absent in the schema",
    ],
    [
      "Gone, Moved(string)",
      "Gone",
      "VOX6202 Shop.get: result::Err: no such variant in Rust, the variant Moved in the schema",
    ],
    [
      "Done { at: i64 }",
      "Done(i64)",
      "VOX6202 Shop.state: result?::Done: a newtype variant in Rust, a struct variant in the schema",
    ],
    [
      "Moved(u32, u32)",
      "Moved(u32, u8)",
      "VOX6202 Shop.state: result?::Moved.1: u8 in Rust, u32 in the schema",
    ],
    ["-> State?", "-> State", "VOX6202 Shop.state: result: State in Rust, State? in the schema"],
    [
      "items: Tx<Item>",
      "items: Rx<Item>",
      "VOX6202 Shop.watch: arguments.items: Rx<Item> in Rust, Tx<Item> in the schema",
    ],
    ["ping()", "ping(a: u8)", "VOX6202 Shop.ping: arguments: (u8,) in Rust, unit in the schema"],
    ["  ping()\n", "", "VOX6201 Shop.ping: the Rust crate has no method of this id"],
    ["ping()", "ping() pong()", "VOX6201 Shop.pong: the Rust crate has it, and no schema does"],
  ])("tells %j, which is %j in Rust", (from, to, message) => {
    expect(findings(schema.replace(from, to))).toContain(message);
  });

  test("takes other ids of the same type for a warning", () => {
    const [first, ...rest] = announced("service S { a(x: set<u8>) }");
    const hashed: AnyType = {
      kind: "tuple",
      elements: [{ kind: "hashSet", element: { kind: "primitive", name: "u8" } }],
    };
    if (first === undefined) throw new Error("nothing is announced");
    const found = verifyRust(modelOf("service S { a(x: set<u8>) }"), [
      { ...first, args: hex(hashed) },
      ...rest,
    ]);
    expect(found.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "VOX6203 S.a: arguments: the types are the same, and their ids differ",
    ]);
  });
});
