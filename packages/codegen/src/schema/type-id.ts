/** Type ids: hashes of what a schema says. Source: `protocol/schemas.md` §3. */
import {
  mapTypeRefs,
  type Schema,
  type SchemaField,
  type SchemaVariant,
  type TypeRef,
} from "@voxrpc/runtime/schema";
import { ByteSink } from "./byte-sink.js";
import { hash64 } from "./hash.js";

/** The id that a reference contributes to a hash. */
type Resolve = (token: bigint) => bigint;

/** The words of the hash input; those of the CBOR differ. */
const channelWords = { tx: "send", rx: "recv" } as const;

/**
 * Computes the ids of extracted schemas: a map from their tokens to the ids.
 *
 * Recursion follows the reference exactly, also where it is only an approximation of "strongly connected": a schema is
 * recursive when it refers to itself or to a later one, or is referred to from an earlier one, and adjacent recursive
 * schemas form a group. Source: `protocol/schemas.md` §3.2.
 */
export function assignTypeIds(schemas: readonly Schema[]): ReadonlyMap<bigint, bigint> {
  const ids = new Map<bigint, bigint>();
  const recursive = findRecursive(schemas);
  const resolve: Resolve = (token) => ids.get(token) ?? 0n;
  const sink = new ByteSink();
  for (const [index, schema] of schemas.entries()) {
    if (!recursive.has(index)) ids.set(schema.id, hashSchema(schema, resolve, sink));
  }
  let group: Schema[] = [];
  for (const [index, schema] of schemas.entries()) {
    if (recursive.has(index)) {
      group.push(schema);
    } else {
      assignGroup(group, ids, sink);
      group = [];
    }
  }
  assignGroup(group, ids, sink);
  return ids;
}

/** Indices of the schemas on either end of a reference that does not lead backwards. */
function findRecursive(schemas: readonly Schema[]): ReadonlySet<number> {
  const positions = new Map<bigint, number>();
  for (const [index, schema] of schemas.entries()) positions.set(schema.id, index);
  const recursive = new Set<number>();
  for (const [index, schema] of schemas.entries()) {
    forEachReference(schema, (token) => {
      const target = positions.get(token);
      if (target === undefined || target < index) return;
      recursive.add(index);
      recursive.add(target);
    });
  }
  return recursive;
}

/** Gives the schemas of one group their ids: each from the hash of the whole group and its place in it. */
function assignGroup(group: readonly Schema[], ids: Map<bigint, bigint>, sink: ByteSink): void {
  if (group.length === 0) return;
  // Nothing of the group has an id yet, so references inside of it contribute 0.
  const members = group.map((schema) => ({
    token: schema.id,
    hash: hashSchema(schema, (token) => ids.get(token) ?? 0n, sink),
  }));
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

function hashSchema(schema: Schema, resolve: Resolve, sink: ByteSink): bigint {
  sink.clear();
  writeKind(schema, resolve, sink);
  return hash64(sink.written);
}

/** The hash input. Neither `required` nor any count but that of the parameters is part of it. */
function writeKind({ kind, typeParams }: Schema, resolve: Resolve, sink: ByteSink): void {
  const ref = (type: TypeRef): void => writeRef(type, resolve, sink);
  if (kind.tag === "primitive") {
    sink.text(kind.primitiveType);
    return;
  }
  sink.text(kind.tag);
  switch (kind.tag) {
    case "struct":
      writeDeclaration(kind.name, typeParams, sink);
      writeFields(kind.fields, resolve, sink);
      break;
    case "enum":
      writeDeclaration(kind.name, typeParams, sink);
      for (const variant of kind.variants) writeVariant(variant, resolve, sink);
      break;
    case "tuple":
      kind.elements.forEach(ref);
      break;
    case "map":
      ref(kind.key);
      ref(kind.value);
      break;
    case "array":
      ref(kind.element);
      sink.u64(kind.length);
      break;
    case "channel":
      sink.text(channelWords[kind.direction]);
      ref(kind.element);
      break;
    case "list":
    case "option":
      ref(kind.element);
  }
}

function writeDeclaration(name: string, typeParams: readonly string[], sink: ByteSink): void {
  sink.text(name);
  sink.u32(typeParams.length);
  for (const parameter of typeParams) sink.text(parameter);
}

function writeFields(fields: readonly SchemaField[], resolve: Resolve, sink: ByteSink): void {
  for (const field of fields) {
    sink.text(field.name);
    writeRef(field.typeRef, resolve, sink);
  }
}

function writeVariant({ name, index, payload }: SchemaVariant, resolve: Resolve, sink: ByteSink): void {
  sink.text(name);
  sink.u32(index);
  sink.text(payload.tag);
  switch (payload.tag) {
    case "newtype":
      writeRef(payload.typeRef, resolve, sink);
      break;
    case "tuple":
      for (const type of payload.types) writeRef(type, resolve, sink);
      break;
    case "struct":
      writeFields(payload.fields, resolve, sink);
      break;
    case "unit":
  }
}

function writeRef(ref: TypeRef, resolve: Resolve, sink: ByteSink): void {
  sink.text(ref.tag);
  if (ref.tag === "var") {
    sink.text(ref.name);
    return;
  }
  sink.u64(resolve(ref.typeId));
  if (ref.args.length === 0) return;
  sink.text("args");
  for (const arg of ref.args) writeRef(arg, resolve, sink);
}

/** Calls back for every id in a schema, also those inside arguments. */
function forEachReference({ kind }: Schema, visit: (id: bigint) => void): void {
  const walk = (ref: TypeRef): void => {
    if (ref.tag === "var") return;
    visit(ref.typeId);
    ref.args.forEach(walk);
  };
  mapTypeRefs(kind, (ref) => {
    walk(ref);
    return ref;
  });
}
