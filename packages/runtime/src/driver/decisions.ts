/**
 * How payloads are read whose types the peer has announced otherwise than this side does. A small client loads this
 * code on demand, all others have it from the start. Source: `protocol/schemas.md` §4, §6.
 */
import type { HandledMethod } from "../call/dispatcher.js";
import type { Difference } from "../plan/differing-types.js";
import type { PlanAllowance } from "../plan/plan.js";
import { typeComparer } from "../plan/type-comparer.js";
import { readNever } from "../postcard/units.js";
import type { ReadPayload } from "../schema/announcements.js";
import type { TypeRef } from "../schema/model.js";
import { readSchemaPayload } from "../schema/payload.js";
import type { SchemaLookup } from "../schema/type-ref.js";
import { neverShape } from "../shape/build.js";
import type { AnyMethod } from "./outgoing-request.js";
import { type Reading, type ResponseReading, type StaticReader, statically, unreadable } from "./reading.js";
import type { translate } from "./translate.js";

/** What the peer has announced, and the code that makes plans. */
export interface RemoteTypes {
  readonly remoteSchemas: SchemaLookup;
  readonly allowance: PlanAllowance;
  /** Undefined while the code is loaded; a text when it cannot be loaded. */
  plans(): { readonly translate: typeof translate } | string | undefined;
}

/** What {@link decisions} decides: undefined while the code that makes plans is loaded. */
export interface Decisions {
  /** Reads what the peer announces. */
  readonly read: ReadPayload;
  /** How the arguments of a method are read. */
  arguments(
    method: HandledMethod,
    remote: TypeRef,
    types: RemoteTypes,
  ): Reading<readonly unknown[]> | undefined;
  /** How the responses of a method are read. */
  response(method: AnyMethod, remote: TypeRef, types: RemoteTypes): ResponseReading | undefined;
}

/** The error of a method that declares none. */
const noError: StaticReader<never> = { shape: neverShape, read: readNever };

export const decisions: Decisions = {
  read: readSchemaPayload,

  arguments({ args, service, name }, remote, types) {
    const parts = typeComparer.arguments(args, remote, types.remoteSchemas);
    return reading(`arguments of ${service}.${name}`, parts, typeComparer.schemas(args), args, types);
  },
  response({ response, ok, error = noError, service, name }, remote, types) {
    const parts = typeComparer.response(response, remote, types.remoteSchemas);
    const ours = typeComparer.schemas(response);
    const okReading = reading(`result of ${service}.${name}`, parts.ok, ours, ok, types);
    const user = okReading && reading(`error of ${service}.${name}`, parts.user, ours, error, types);
    return user && { ok: okReading, user };
  },
};

function reading<T>(
  where: string,
  parts: Difference,
  ours: SchemaLookup,
  own: StaticReader<T>,
  types: RemoteTypes,
): Reading<T> | undefined {
  if (parts === undefined) return statically(own);
  const code = types.plans();
  if (code === undefined) return undefined;
  if (typeof code === "string") return unreadable(code);
  const { remoteSchemas, allowance } = types;
  return code.translate(where, parts.remote, remoteSchemas, parts.local, ours, own, allowance);
}
