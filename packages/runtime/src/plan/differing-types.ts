/**
 * Decides which types of a payload differ: where the peer announced the type that we have, the static decoder reads
 * it, elsewhere a translation plan. Source: `protocol/schemas.md` §4, §6.
 */
import type { AnnouncedSchema } from "../schema/announcements.js";
import type { SchemaKind, TypeId, TypeRef } from "../schema/model.js";
import { resolveKind, type SchemaLookup } from "../schema/type-ref.js";
import { hasOtherUnderSameId } from "../schema/uncovered.js";
import { sameType } from "./same-type.js";

/** The two types that differ; `undefined` when the static decoder fits. */
export type Difference = { readonly local: TypeRef; readonly remote: TypeRef } | undefined;

/** How the two variants of a response that need a type are read. */
export interface ResponseDecision {
  readonly ok: Difference;
  readonly user: Difference;
}

/** Whether two references mean one type. */
export type TypeComparison = (local: TypeRef, remote: TypeRef) => boolean;

const unitId: TypeId = 0xbc5c33249a2dc720n;
const neverId: TypeId = 0x5db70a394660f3e6n;
const resultId: TypeId = 0x42046de663beeef0n;

/**
 * Whether ids say that two types are one. They do not where the peer has announced another description under one of our
 * ids: then a plan tells what is the same.
 *
 * @param uncovered our schemas of a root whose ids do not say what its types are; none where they do
 */
export function comparisonWith(
  uncovered: readonly AnnouncedSchema[],
  remoteSchemas: SchemaLookup,
): TypeComparison {
  return hasOtherUnderSameId(uncovered, remoteSchemas) ? neverSame : sameType;
}

function neverSame(): boolean {
  return false;
}

/**
 * How arguments are read whose peer announced `remote`.
 *
 * @param isSame tells whether two references mean one type
 */
export function decideArguments(
  local: TypeRef,
  remote: TypeRef,
  isSame: TypeComparison = sameType,
): Difference {
  return isSame(local, remote) ? undefined : { local, remote };
}

/**
 * How a response is read. Each variant is decided alone: a runtime error needs no type, and a peer that announced a
 * narrow root after one (`Result<(), VoxError<never>>`, or the method's own with its error lost) says nothing about
 * the values that follow, so they are read with our types. Source: `protocol/schemas.md` §4.
 *
 * @param remoteSchemas where the peer numbers its types otherwise than we do
 * @param localSchemas only requested with `remoteSchemas`
 * @param isSame tells whether two references mean one type
 */
export function decideResponse(
  local: TypeRef,
  remote: TypeRef,
  remoteSchemas: SchemaLookup = nothing,
  localSchemas: SchemaLookup = nothing,
  isSame: TypeComparison = sameType,
): ResponseDecision {
  if (isSame(local, remote)) return { ok: undefined, user: undefined };
  const ours = resultParts(local, localSchemas);
  const theirs = resultParts(remote, remoteSchemas);
  if (ours === undefined || theirs === undefined) return { ok: { local, remote }, user: { local, remote } };
  const isErrorLost = isNarrowError(theirs.error, remoteSchemas);
  const isNarrow = isErrorLost && isPrimitive(theirs.ok, unitId, "unit", remoteSchemas);
  return {
    ok: isNarrow || isSame(ours.ok, theirs.ok) ? undefined : { local: ours.ok, remote: theirs.ok },
    user:
      isErrorLost || isSame(ours.error, theirs.error)
        ? undefined
        : { local: ours.error, remote: theirs.error },
  };
}

/** The declared error in a `VoxError<E>`; the reference itself when it is none. */
export function userError(error: TypeRef, schemas: SchemaLookup): TypeRef {
  return newtypeOf(resolveKind(error, schemas), "VoxError", "User") ?? error;
}

function nothing(): undefined {}

function resultParts(root: TypeRef, schemas: SchemaLookup): { ok: TypeRef; error: TypeRef } | undefined {
  if (root.tag === "concrete" && root.typeId === resultId) {
    const [ok, error] = root.args;
    if (ok !== undefined && error !== undefined) return { ok, error };
  }
  const kind = resolveKind(root, schemas);
  const ok = newtypeOf(kind, "Result", "Ok");
  const error = newtypeOf(kind, "Result", "Err");
  return ok === undefined || error === undefined ? undefined : { ok, error };
}

/** What a newtype variant of an enum of this name holds. */
function newtypeOf(kind: SchemaKind | undefined, name: string, variant: string): TypeRef | undefined {
  if (kind?.tag !== "enum" || kind.name !== name) return undefined;
  const payload = kind.variants.find((candidate) => candidate.name === variant)?.payload;
  return payload?.tag === "newtype" ? payload.typeRef : undefined;
}

/** Whether a `VoxError<E>` was announced with E lost. */
function isNarrowError(error: TypeRef, schemas: SchemaLookup): boolean {
  if (error.tag === "var") return false;
  const [arg] = error.args;
  const user = newtypeOf(resolveKind(error, schemas), "VoxError", "User") ?? arg;
  return user !== undefined && isPrimitive(user, neverId, "never", schemas);
}

function isPrimitive(ref: TypeRef, id: TypeId, name: string, schemas: SchemaLookup): boolean {
  if (ref.tag === "concrete" && ref.typeId === id) return true;
  const kind = resolveKind(ref, schemas);
  return kind?.tag === "primitive" && kind.primitiveType === name;
}
