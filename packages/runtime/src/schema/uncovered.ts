/**
 * What an id does not say. The id of a type covers what it refers to, except where references lead back: types that
 * contain themselves, circles of types and whatever holds one of these are hashed with 0 in place of some of their
 * parts. Two versions of such a type may have one id. Source: `protocol/schemas.md` §3.2.
 */

import type { AnnouncedSchema } from "./announcements.js";
import type { Schema, TypeRef } from "./model.js";
import { encodeSchema } from "./payload.js";
import { mapTypeRefs, type SchemaLookup } from "./type-ref.js";

/**
 * Whether ids alone say what the types are: no reference leads to a schema that comes later, or to itself.
 *
 * @param schemas in the order of an announcement: dependencies first
 */
export function isCoveredByIds(schemas: readonly Schema[]): boolean {
  const before = new Set<bigint>();
  const leadsBack = (ref: TypeRef): boolean =>
    ref.tag === "concrete" && before.has(ref.typeId) && ref.args.every(leadsBack);
  for (const { id, kind } of schemas) {
    let isCovered = true;
    mapTypeRefs(kind, (ref) => {
      isCovered &&= ref.tag === "var" || leadsBack(ref);
      return ref;
    });
    if (!isCovered) return false;
    before.add(id);
  }
  return true;
}

/**
 * Whether the other side describes a type differently than this side, under the same id. A type that the other side has
 * not announced counts as equal: a difference below equal ids begins with a schema that both sides have.
 */
export function hasOtherUnderSameId(ours: readonly AnnouncedSchema[], theirs: SchemaLookup): boolean {
  return ours.some(({ id, bytes }) => {
    const other = theirs(id);
    if (other === undefined) return false;
    const otherBytes = encodeSchema(other);
    return bytes.length !== otherBytes.length || bytes.some((byte, at) => byte !== otherBytes[at]);
  });
}
