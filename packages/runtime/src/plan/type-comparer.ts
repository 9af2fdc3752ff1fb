/** Compares what a peer has announced for a method with our own types. Source: `protocol/schemas.md` §4, §6. */
import type { AnnouncedBinding } from "../schema/announcements.js";
import type { TypeRef } from "../schema/model.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import {
  comparisonWith,
  type Difference,
  decideArguments,
  decideResponse,
  type ResponseDecision,
  userError,
} from "./differing-types.js";
import { schemasOf } from "./own-schemas.js";

/** What {@link typeComparer} does. */
export interface TypeComparer {
  /** How the arguments of a method differ. */
  arguments(own: AnnouncedBinding, remote: TypeRef, remoteSchemas: SchemaLookup): Difference;
  /** How a response differs; of the declared error the type itself. */
  response(own: AnnouncedBinding, remote: TypeRef, remoteSchemas: SchemaLookup): ResponseDecision;
  /** Our own schemas by id. */
  schemas(own: AnnouncedBinding): SchemaLookup;
}

export const typeComparer: TypeComparer = {
  arguments(own, remote, remoteSchemas) {
    const isSame = comparisonWith(schemasOf(own).uncovered, remoteSchemas);
    return decideArguments(own.root, remote, isSame);
  },
  response(own, remote, remoteSchemas) {
    const { lookup, uncovered } = schemasOf(own);
    const isSame = comparisonWith(uncovered, remoteSchemas);
    const { ok, user } = decideResponse(own.root, remote, remoteSchemas, lookup, isSame);
    if (user === undefined) return { ok, user };
    const errors = { remote: userError(user.remote, remoteSchemas), local: userError(user.local, lookup) };
    return { ok, user: errors };
  },
  schemas: (own) => schemasOf(own).lookup,
};
