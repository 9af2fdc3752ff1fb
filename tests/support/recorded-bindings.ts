/** Schemas and roots of the recorded services, taken from the announcements that stand in `session.json`. */
import * as $ from "@voxrpc/runtime/gen/v1";
import type { TypeRef } from "@voxrpc/runtime/internal/schema";
import { decodeCbor, encodeCbor } from "@voxrpc/runtime/internal/schema";
import { readGolden } from "./report.js";

interface RecordedRef {
  readonly tag: "concrete" | "var";
  readonly type_id?: string;
  readonly name?: string;
  readonly args?: readonly RecordedRef[];
}

interface RecordedSchemas {
  readonly root?: RecordedRef;
  readonly schemas?: readonly { readonly id: string }[];
}

interface RecordedStep {
  readonly by?: string;
  readonly hex?: string;
  readonly message?: {
    readonly type?: string;
    readonly direction?: "Args" | "Response";
    readonly method?: string;
    readonly method_name?: string;
    readonly schemas?: RecordedSchemas | null;
  };
}

export interface RecordedMethod {
  readonly id: bigint;
  readonly args: $.Binding;
  readonly response: $.Binding;
}

/** Roots that 0.8.2 announces where it does not know the method's own types. */
const unitId = "bc5c33249a2dc720";

function toRef(ref: RecordedRef): TypeRef {
  if (ref.tag === "var") return { tag: "var", name: ref.name ?? "" };
  return $.typeRef(BigInt(`0x${ref.type_id}`), (ref.args ?? []).map(toRef));
}

/** CBOR of the payload inside a SchemaMessage, which is its last member. */
function payloadOf(hex: string): Uint8Array {
  const at = hex.indexOf("a267736368656d6173");
  return Uint8Array.from(Buffer.from(hex.slice(at), "hex"));
}

/** The recorded methods by name, like `Golden.add`. */
export function recordedMethods(): ReadonlyMap<string, RecordedMethod> {
  const transcripts =
    readGolden<readonly { readonly name: string; readonly steps: readonly RecordedStep[] }[]>("session.json");
  const ids = new Map<string, bigint>();
  const schemas = new Map<bigint, $.WireSchema>();
  const found = new Map<string, { root: TypeRef; ids: bigint[]; narrow: boolean }>();
  for (const { name: transcript, steps } of transcripts) {
    // The client of this one has other types on purpose.
    if (transcript === "invalid_payload") continue;
    for (const { by, hex, message } of steps) {
      if (by === "harness" || hex === undefined || message?.type !== "SchemaMessage") continue;
      const { method, method_name: name, direction, schemas: announced } = message;
      if (method === undefined || name === undefined || announced?.root === undefined) continue;
      ids.set(name, BigInt(`0x${method}`));
      const chunks = (
        decodeCbor(payloadOf(hex), { maxBytes: 1 << 20, maxDepth: 64 }) as ReadonlyMap<string, unknown>
      ).get("schemas");
      const listed = (announced.schemas ?? []).map(({ id }) => BigInt(`0x${id}`));
      for (const [index, id] of listed.entries()) {
        if (schemas.has(id)) continue;
        const bytes = encodeCbor((chunks as never[])[index] as never);
        schemas.set(id, $.schema(id, Buffer.from(bytes).toString("base64")));
      }
      const key = `${name} ${direction}`;
      const narrow =
        direction === "Response" && announced.root.args?.[0]?.type_id === unitId && name !== "Golden.count";
      const known = found.get(key);
      if (
        known === undefined ||
        (known.narrow && !narrow) ||
        (known.narrow === narrow && known.ids.length < listed.length)
      ) {
        found.set(key, { root: toRef(announced.root), ids: listed, narrow });
      }
    }
  }
  const binding = (key: string): $.Binding => {
    const entry = found.get(key);
    if (entry === undefined) return { root: $.typeRef(0n), schemas: [] };
    const needed = new Set([...missingIds(entry.root, new Set(entry.ids)), ...entry.ids]);
    return { root: entry.root, schemas: [...needed].flatMap((id) => schemas.get(id) ?? []) };
  };
  return new Map(
    [...ids].map(([name, id]) => [
      name,
      { id, args: binding(`${name} Args`), response: binding(`${name} Response`) },
    ]),
  );
}

/** Ids that a root names and an announcement left out, because they had been sent before. */
function missingIds(ref: TypeRef, listed: ReadonlySet<bigint>): bigint[] {
  if (ref.tag === "var") return [];
  const inner = ref.args.flatMap((arg) => missingIds(arg, listed));
  return listed.has(ref.typeId) ? inner : [...inner, ref.typeId];
}
