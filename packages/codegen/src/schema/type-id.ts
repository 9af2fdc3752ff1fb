/** Type ids: hashes of what a schema says. Source: `protocol/schemas.md` §3. */
import type {
  SchemaField,
  SchemaKind,
  SchemaVariant,
  TypeId,
  TypeRef,
} from "@voxrpc/runtime/internal/schema";
import { ByteSink } from "./byte-sink.js";
import type { Draft, DraftRef } from "./canonical.js";
import { hash64 } from "./hash.js";
import { fill } from "./template.js";

/** Ids by the tokens of an extraction. */
export type TypeIds = Map<number, TypeId>;

/** The words of the hash input; those of the CBOR differ. */
const channelWords = { tx: "send", rx: "recv" } as const;

/**
 * Tokens of the schemas that count as recursive: those on either end of a reference that does not lead backwards. For
 * cycles through three or more declarations this is only a part of them; peers do the same. Source:
 * `protocol/schemas.md` §3.2.
 */
export function findRecursive(drafts: readonly Draft[]): ReadonlySet<number> {
  const emitted = new Set<number>();
  const recursive = new Set<number>();
  for (const { token, refs } of drafts) {
    // A reference that is not emitted yet comes later, or is this one.
    if (markForward(refs, emitted, recursive)) recursive.add(token);
    emitted.add(token);
  }
  return recursive;
}

function markForward(
  refs: readonly DraftRef[],
  emitted: ReadonlySet<number>,
  recursive: Set<number>,
): boolean {
  let isForward = false;
  for (const ref of refs) {
    if (ref.tag === "var") continue;
    if (!emitted.has(ref.token)) {
      recursive.add(ref.token);
      isForward = true;
    }
    if (markForward(ref.args, emitted, recursive)) isForward = true;
  }
  return isForward;
}

/**
 * Adds the ids that `ids` does not have yet: first those of the schemas that are not recursive, in order (a reference
 * to one without id contributes 0), then group by group those of adjacent recursive ones. Source: `protocol/schemas.md`
 * §3.2.
 */
export function assignTypeIds(drafts: readonly Draft[], recursive: ReadonlySet<number>, ids: TypeIds): void {
  const sink = new ByteSink();
  for (const draft of drafts) {
    if (!recursive.has(draft.token) && !ids.has(draft.token))
      ids.set(draft.token, hashDraft(draft, ids, sink));
  }
  let group: Draft[] = [];
  for (const draft of drafts) {
    if (recursive.has(draft.token)) {
      group.push(draft);
    } else {
      assignGroup(group, ids, sink);
      group = [];
    }
  }
  assignGroup(group, ids, sink);
}

/** Gives the schemas of one group their ids: each from the hash of the whole group and its place in it. */
function assignGroup(group: readonly Draft[], ids: TypeIds, sink: ByteSink): void {
  if (group.length === 0) return;
  // Nothing of the group has an id yet, so references inside of it contribute 0.
  const members = group.map((draft) => ({ token: draft.token, hash: hashDraft(draft, ids, sink) }));
  members.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0));
  sink.clear();
  for (const member of members) sink.u64(member.hash);
  const groupHash = hash64(sink.written);
  for (const [position, member] of members.entries()) {
    sink.clear();
    sink.u64(groupHash);
    sink.u64(BigInt(position));
    ids.set(member.token, hash64(sink.written));
  }
}

/** A draft's reference with ids; one that has none yet gets 0. */
export function withIds(ref: DraftRef, ids: TypeIds): TypeRef {
  if (ref.tag === "var") return ref;
  return {
    tag: "concrete",
    typeId: ids.get(ref.token) ?? 0n,
    args: ref.args.map((arg) => withIds(arg, ids)),
  };
}

/** The content of a draft, with the known ids. */
export function kindWithIds(draft: Draft, ids: TypeIds): SchemaKind {
  return fill(
    draft.template,
    draft.refs.map((ref) => withIds(ref, ids)),
  );
}

function hashDraft(draft: Draft, ids: TypeIds, sink: ByteSink): TypeId {
  sink.clear();
  writeKind(kindWithIds(draft, ids), draft.template.typeParams, sink);
  return hash64(sink.written);
}

/** The hash input. Neither `required` nor any count but that of the parameters is part of it. */
function writeKind(kind: SchemaKind, typeParams: readonly string[], sink: ByteSink): void {
  if (kind.tag === "primitive") {
    sink.text(kind.primitiveType);
    return;
  }
  sink.text(kind.tag);
  switch (kind.tag) {
    case "struct":
      writeDeclaration(kind.name, typeParams, sink);
      writeFields(kind.fields, sink);
      break;
    case "enum":
      writeDeclaration(kind.name, typeParams, sink);
      for (const variant of kind.variants) writeVariant(variant, sink);
      break;
    case "tuple":
      for (const element of kind.elements) writeRef(element, sink);
      break;
    case "map":
      writeRef(kind.key, sink);
      writeRef(kind.value, sink);
      break;
    case "array":
      writeRef(kind.element, sink);
      sink.u64(kind.length);
      break;
    case "channel":
      sink.text(channelWords[kind.direction]);
      writeRef(kind.element, sink);
      break;
    case "list":
    case "option":
      writeRef(kind.element, sink);
  }
}

function writeDeclaration(name: string, typeParams: readonly string[], sink: ByteSink): void {
  sink.text(name);
  sink.u32(typeParams.length);
  for (const parameter of typeParams) sink.text(parameter);
}

function writeFields(fields: readonly SchemaField[], sink: ByteSink): void {
  for (const field of fields) {
    sink.text(field.name);
    writeRef(field.typeRef, sink);
  }
}

function writeVariant({ name, index, payload }: SchemaVariant, sink: ByteSink): void {
  sink.text(name);
  sink.u32(index);
  sink.text(payload.tag);
  switch (payload.tag) {
    case "newtype":
      writeRef(payload.typeRef, sink);
      break;
    case "tuple":
      for (const type of payload.types) writeRef(type, sink);
      break;
    case "struct":
      writeFields(payload.fields, sink);
      break;
    case "unit":
  }
}

function writeRef(ref: TypeRef, sink: ByteSink): void {
  sink.text(ref.tag);
  if (ref.tag === "var") {
    sink.text(ref.name);
    return;
  }
  sink.u64(ref.typeId);
  if (ref.args.length === 0) return;
  sink.text("args");
  for (const arg of ref.args) writeRef(arg, sink);
}
