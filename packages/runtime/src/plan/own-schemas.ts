/** Our own schemas of a binding, as they are compared with those of a peer. */
import { defaultLimits } from "../limits.js";
import type { AnnouncedBinding, AnnouncedSchema } from "../schema/announcements.js";
import { assemblePayload } from "../schema/assemble-payload.js";
import type { Schema, TypeId } from "../schema/model.js";
import { readSchemaPayload } from "../schema/payload.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import { isCoveredByIds } from "../schema/uncovered.js";

/** Our own schemas of a binding. */
export interface OwnSchemas {
  readonly lookup: SchemaLookup;
  /** Those to be compared although the ids of two roots are equal: none where ids say what the types are. */
  readonly uncovered: readonly AnnouncedSchema[];
}

const known = /*@__PURE__*/ new WeakMap<AnnouncedBinding, OwnSchemas>();

/** Our own schemas of a binding, looked at when the first peer is compared with it, kept when a peer's type differs. */
export function schemasOf(binding: AnnouncedBinding): OwnSchemas {
  let own = known.get(binding);
  if (own === undefined) {
    let byId: ReadonlyMap<TypeId, Schema> | undefined;
    own = {
      lookup: (id) => {
        byId ??= new Map(decode(binding).map((schema) => [schema.id, schema]));
        return byId.get(id);
      },
      uncovered: isCoveredByIds(decode(binding)) ? [] : binding.schemas,
    };
    known.set(binding, own);
  }
  return own;
}

function decode(binding: AnnouncedBinding): readonly Schema[] {
  const chunks = binding.schemas.map((schema) => schema.bytes);
  const { schemas } = readSchemaPayload(assemblePayload(chunks, binding.root), {
    maxSchemaBytes: Number.POSITIVE_INFINITY,
    maxSchemas: Number.POSITIVE_INFINITY,
    maxSchemaDepth: defaultLimits.maxSchemaDepth,
  });
  return schemas;
}
