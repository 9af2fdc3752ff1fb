/** What both sides of a connection have announced: rows of `protocol/behaviours.md` §13. */
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../limits.js";
import { type AnnouncedBinding, ReceiveState, SendState } from "./announcements.js";
import type { Schema, TypeRef } from "./model.js";
import { encodeSchema, readSchemaPayload, writeSchemaPayload } from "./payload.js";

const u32: Schema = { id: 10n, typeParams: [], kind: { tag: "primitive", primitiveType: "u32" } };
const text: Schema = { id: 11n, typeParams: [], kind: { tag: "primitive", primitiveType: "string" } };
const concrete = (typeId: bigint, args: readonly TypeRef[] = []): TypeRef => ({
  tag: "concrete",
  typeId,
  args,
});
const point: Schema = {
  id: 12n,
  typeParams: [],
  kind: {
    tag: "struct",
    name: "Named",
    fields: [
      { name: "inner", typeRef: concrete(10n), required: true },
      { name: "name", typeRef: concrete(11n), required: true },
    ],
  },
};

function binding(root: bigint, ...schemas: readonly Schema[]): AnnouncedBinding {
  return {
    root: concrete(root),
    schemas: schemas.map((schema) => ({ id: schema.id, bytes: encodeSchema(schema) })),
  };
}

const announced = (bytes: Uint8Array | undefined): readonly bigint[] =>
  bytes === undefined ? [] : readSchemaPayload(bytes, defaultLimits).schemas.map(({ id }) => id);

function send(
  state: SendState,
  methodId: bigint,
  direction: "args" | "response",
  own: AnnouncedBinding,
): Uint8Array | undefined {
  const bytes = state.prepare(methodId, direction, own);
  if (bytes !== undefined) state.commit(methodId, direction, own);
  return bytes;
}

const payload = (root: TypeRef, ...schemas: readonly Schema[]): Uint8Array =>
  writeSchemaPayload({ root, schemas });

describe("type ids", () => {
  it("type_ids_are_u64_content_hashes", () => {
    const [first, second, third] = [42n, 42n, 43n].map((id) => payload(concrete(id), { ...u32, id }));
    expect(first).toEqual(second);
    expect(first).not.toEqual(third);
    const state = new ReceiveState(defaultLimits, readSchemaPayload);
    const widest = 2n ** 64n - 1n;
    state.record(1n, "args", payload(concrete(widest), { ...u32, id: widest }));
    expect(state.schema(widest)?.id).toBe(widest);
  });
});

describe("what was sent", () => {
  it("tracker_prepare_send_returns_payload_then_empty", () => {
    const state = new SendState();
    expect(announced(send(state, 1n, "args", binding(10n, u32)))).toEqual([10n]);
    expect(send(state, 1n, "args", binding(10n, u32))).toBeUndefined();
  });

  it("tracker_prepare_send_includes_transitive_deps", () => {
    const state = new SendState();
    expect(announced(send(state, 1n, "args", binding(12n, u32, text, point)))).toEqual([10n, 11n, 12n]);
    expect(send(state, 1n, "args", binding(10n, u32))).toBeUndefined();
  });

  it("send_tracker_reset_clears_all_state", () => {
    const state = new SendState();
    const before = send(state, 1n, "args", binding(10n, u32));
    state.reset();
    expect(send(state, 1n, "args", binding(10n, u32))).toEqual(before);
  });
});

describe("both directions", () => {
  it("bidirectional_bindings_are_independent", () => {
    const sent = new SendState();
    const args = send(sent, 1n, "args", binding(10n, u32));
    const response = send(sent, 1n, "response", binding(11n, text));
    expect([announced(args), announced(response)]).toEqual([[10n], [11n]]);
    const received = new ReceiveState(defaultLimits, readSchemaPayload);
    received.record(42n, "args", payload(concrete(100n)));
    received.record(42n, "response", payload(concrete(200n)));
    expect(received.root(42n, "args")).toEqual(concrete(100n));
    expect(received.root(42n, "response")).toEqual(concrete(200n));
  });
});

describe("what was received", () => {
  it("tracker_record_and_get_received", () => {
    const state = new ReceiveState(defaultLimits, readSchemaPayload);
    expect(state.schema(10n)).toBeUndefined();
    expect(() => state.requireRoot(7n, "args")).toThrow("no remote args schema received");
    state.record(7n, "args", payload(concrete(10n), u32));
    expect(state.schema(10n)).toEqual(u32);
    expect(state.requireRoot(7n, "args")).toEqual(concrete(10n));
    expect(state.root(7n, "response")).toBeUndefined();
  });

  it("duplicate_schema_is_protocol_error", () => {
    const state = new ReceiveState(defaultLimits, readSchemaPayload);
    state.record(9n, "args", payload(concrete(10n), u32));
    expect(() => state.record(9n, "args", payload(concrete(10n), u32))).toThrow(
      "duplicate TypeSchemaId SchemaHash(10) received on same connection — protocol error",
    );
  });
});

describe("a side that has no code to read schemas", () => {
  const own = binding(12n, u32, text, point);

  it("takes what it would announce itself, whole or the rest", () => {
    const state = new ReceiveState(defaultLimits);
    expect(state.record(1n, "response", payload(concrete(10n), u32), binding(10n, u32))).toBe(true);
    expect(state.record(2n, "response", payload(concrete(12n), text, point), own)).toBe(true);
    expect(state.isOurs(own, state.requireRoot(2n, "response"))).toBe(true);
    state.read = readSchemaPayload;
    expect(state.schema(12n)).toEqual(point);
  });

  it.each([
    ["another order", payload(concrete(12n), text, u32, point)],
    ["another root", payload(concrete(10n), u32, text, point)],
    ["another definition", payload(concrete(12n), u32, text, { ...point, typeParams: ["T"] })],
    ["no payload", Uint8Array.of(1, 2, 3)],
  ])("changes nothing for %s", (_, bytes) => {
    const state = new ReceiveState(defaultLimits);
    expect(state.record(2n, "response", bytes, own)).toBe(false);
    expect([state.bytes, state.root(2n, "response"), state.schema(12n)]).toEqual([0, undefined, undefined]);
  });

  it("takes nothing for methods that it does not know", () => {
    const state = new ReceiveState(defaultLimits);
    expect(state.record(2n, "response", payload(concrete(10n), u32))).toBe(false);
  });
});
