/** Announcements out of the ready CBOR of their schemas. Source: `protocol/schemas.md` §2. */
import { type CborMembers, encodeCbor, ReadyCbor } from "./cbor-encode.js";
import type { TypeRef } from "./model.js";

/** A type reference as a CBOR map. */
export function typeRefMembers(ref: TypeRef): CborMembers {
  if (ref.tag === "var") return { tag: ref.tag, name: ref.name };
  return { tag: ref.tag, type_id: ref.typeId, args: ref.args.map(typeRefMembers) };
}

/**
 * CBOR of a payload from the ready CBOR of its schemas.
 * @param chunks one schema each, as `encodeSchema` writes it, in the order of the announcement
 */
export function assemblePayload(chunks: readonly Uint8Array[], root: TypeRef): Uint8Array {
  return encodeCbor({ schemas: chunks.map((chunk) => new ReadyCbor(chunk)), root: typeRefMembers(root) });
}
