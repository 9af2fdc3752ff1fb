/**
 * Decides how a payload of the peer is read: with the static decoder when the peer announced the type that we have,
 * else not at all. This is the one place where a translation plan (`protocol/schemas.md` §6) would come in.
 */
import type { TypeId, TypeRef } from "../schema/model.js";

/** `undefined`: the static decoder fits. A text: why the payload cannot be read. */
export type Mismatch = string | undefined;

/** The two types that differ; `undefined` when the static decoder fits. */
export type Difference = { readonly local: TypeRef; readonly remote: TypeRef } | undefined;

/** How the two variants of a response that need a type are read. */
export interface ResponseDecision {
  readonly ok: Difference;
  readonly user: Difference;
}

const unitId: TypeId = 0xbc5c33249a2dc720n;
const neverId: TypeId = 0x5db70a394660f3e6n;
const listId: TypeId = 0x0a96b404b4d79d67n;
const resultId: TypeId = 0x42046de663beeef0n;

/**
 * Whether two uses mean one type: equal ids, equal arguments. A peer's list may carry more arguments than ours: Rust
 * announces a `HashSet` as a list with its hasher as second argument.
 */
export function sameType(local: TypeRef, remote: TypeRef): boolean {
  if (local.tag === "var" || remote.tag === "var") {
    return local.tag === "var" && remote.tag === "var" && local.name === remote.name;
  }
  if (local.typeId !== remote.typeId) return false;
  const isListWithMore = local.typeId === listId && remote.args.length > local.args.length;
  if (local.args.length !== remote.args.length && !isListWithMore) return false;
  return local.args.every((arg, index) => {
    const other = remote.args[index];
    return other !== undefined && sameType(arg, other);
  });
}

/** How arguments are read whose peer announced `remote`. */
export function decideArguments(local: TypeRef, remote: TypeRef): Difference {
  return sameType(local, remote) ? undefined : { local, remote };
}

/**
 * How a response is read. Each variant is decided alone: a runtime error needs no type, and a peer that announced a
 * narrow root after one (`Result<(), VoxError<never>>`, or the method's own with its error lost) says nothing about
 * the values that follow, so they are read with our types. Source: `protocol/schemas.md` §4.
 */
export function decideResponse(local: TypeRef, remote: TypeRef): ResponseDecision {
  if (sameType(local, remote)) return { ok: undefined, user: undefined };
  const ours = resultParts(local);
  const theirs = resultParts(remote);
  if (ours === undefined || theirs === undefined) return { ok: { local, remote }, user: { local, remote } };
  const isErrorLost = isNarrowError(theirs.error);
  const isNarrow = isErrorLost && isConcrete(theirs.ok, unitId);
  return {
    ok: isNarrow || sameType(ours.ok, theirs.ok) ? undefined : { local: ours.ok, remote: theirs.ok },
    user:
      isErrorLost || sameType(ours.error, theirs.error)
        ? undefined
        : { local: ours.error, remote: theirs.error },
  };
}

function resultParts(root: TypeRef): { ok: TypeRef; error: TypeRef } | undefined {
  if (root.tag !== "concrete" || root.typeId !== resultId) return undefined;
  const [ok, error] = root.args;
  return ok === undefined || error === undefined ? undefined : { ok, error };
}

/** Whether a `VoxError<E>` was announced with E lost. */
function isNarrowError(error: TypeRef): boolean {
  return error.tag === "concrete" && error.args[0] !== undefined && isConcrete(error.args[0], neverId);
}

function isConcrete(ref: TypeRef, id: TypeId): boolean {
  return ref.tag === "concrete" && ref.typeId === id;
}
