/**
 * The behaviour of vox 0.8.2 where two versions of a type lead back to themselves: it compares the pair of ids that it
 * meets again. It refuses different ids. It takes equal ids for the same type, although they prove little in a circle.
 * Source: `protocol/schemas.md` §3.2, §6.
 */
import {
  resolveKind,
  type Schema,
  type SchemaField,
  type SchemaKind,
  type SchemaLookup,
  type TypeRef,
  typeRefKey,
  type VariantPayload,
} from "@voxrpc/runtime/internal/schema";
import type { TypeSchemas } from "../schema/index.js";

type Pair = readonly [TypeRef | undefined, TypeRef | undefined];

/** Whether a peer of vox 0.8.2 refuses one root as the other because a type in it contains itself. */
export function isRecursionRefused(before: TypeSchemas, after: TypeSchemas): boolean {
  return new RecursionWalk(lookupOf(before), lookupOf(after)).isRefused([before.root, after.root]);
}

function lookupOf({ schemas }: TypeSchemas): SchemaLookup {
  const byId = new Map<bigint, Schema>(schemas.map(({ schema }) => [schema.id, schema]));
  return (id) => byId.get(id);
}

class RecursionWalk {
  readonly #before: SchemaLookup;
  readonly #after: SchemaLookup;
  /** Pairs of ids that are being compared. Ids alone, without arguments: so does the peer. */
  readonly #open = new Set<string>();
  readonly #done = new Set<string>();

  constructor(before: SchemaLookup, after: SchemaLookup) {
    this.#before = before;
    this.#after = after;
  }

  isRefused([o, n]: Pair): boolean {
    if (o?.tag !== "concrete" || n?.tag !== "concrete") return false;
    const ids = `${o.typeId}:${n.typeId}`;
    if (this.#open.has(ids)) return o.typeId !== n.typeId;
    const key = `${typeRefKey(o)}:${typeRefKey(n)}`;
    if (this.#done.has(key)) return false;
    this.#done.add(key);
    const [was, is] = [resolveKind(o, this.#before), resolveKind(n, this.#after)];
    if (was === undefined || is === undefined) return false;
    this.#open.add(ids);
    const isRefused = partsOf(was, is).some((pair) => this.isRefused(pair));
    this.#open.delete(ids);
    return isRefused;
  }
}

/** The parts that are compared, in pairs. Items of channels and fields of struct variants are not among them. */
function partsOf(was: SchemaKind, is: SchemaKind): readonly Pair[] {
  if (was.tag === "struct" && is.tag === "struct") return fieldPairs(was.fields, is.fields);
  if (was.tag === "enum" && is.tag === "enum") {
    return was.variants.flatMap(({ name, payload }) => {
      const other = is.variants.find((variant) => variant.name === name);
      return other === undefined ? [] : payloadPairs(payload, other.payload);
    });
  }
  if (was.tag === "tuple" && is.tag === "tuple") return zip(was.elements, is.elements);
  if (was.tag === "map" && is.tag === "map") {
    return [
      [was.key, is.key],
      [was.value, is.value],
    ];
  }
  const isHolder = was.tag === "list" || was.tag === "option" || was.tag === "array";
  return isHolder && is.tag === was.tag ? [[was.element, is.element]] : [];
}

function fieldPairs(was: readonly SchemaField[], is: readonly SchemaField[]): readonly Pair[] {
  return was.map(({ name, typeRef }) => [typeRef, is.find((field) => field.name === name)?.typeRef]);
}

function payloadPairs(was: VariantPayload, is: VariantPayload): readonly Pair[] {
  if (was.tag === "newtype" && is.tag === "newtype") return [[was.typeRef, is.typeRef]];
  return was.tag === "tuple" && is.tag === "tuple" ? zip(was.types, is.types) : [];
}

function zip(was: readonly TypeRef[], is: readonly TypeRef[]): readonly Pair[] {
  return was.map((ref, i) => [ref, is[i]]);
}
