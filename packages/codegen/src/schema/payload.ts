/** Ready announcements: for a method or a type, its root and schemas with their CBOR. Source: `protocol/schemas.md`. */
import { encodeSchema, type Schema, type TypeId, type TypeRef } from "@voxrpc/runtime/internal/schema";
import { type Draft, type DraftRef, extractSchemas } from "./canonical.js";
import { type ConcreteType, ConcreteTypes } from "./concrete-type.js";
import { methodId } from "./method-id.js";
import type { SourceDeclaration, SourceType } from "./source-type.js";
import { Templates } from "./template.js";
import { assignTypeIds, findRecursive, kindWithIds, type TypeIds, withIds } from "./type-id.js";

/** One schema of an announcement. Equal schemas of one {@link SchemaCache} are the same object. */
export interface EncodedSchema {
  readonly schema: Schema;
  /** CBOR of this schema alone: announcements are assembled from such pieces. */
  readonly cbor: Uint8Array;
  /**
   * A name to read it by, a valid identifier for ASCII names: `u64`, `Product`, `listT`, `mapKV`, `arrayT4`, `tuple2`,
   * `txT`. Not unique: a generic may have several ids in one program.
   */
  readonly label: string;
}

/** Root and schemas of one type, dependencies first. */
export interface TypeSchemas {
  readonly root: TypeRef;
  readonly schemas: readonly EncodedSchema[];
}

/** The announcement of a method. */
export interface MethodSchemas {
  readonly methodId: bigint;
  /** Root: the tuple of the arguments; unit without arguments. */
  readonly args: TypeSchemas;
  /** Root: `Result<T, VoxError<E>>`, E = never for a method without declared error. */
  readonly response: TypeSchemas;
}

/** The properties of a method that schemas need; a model `Method` fits. */
export interface SourceMethod {
  readonly name: string;
  readonly args: readonly { readonly type: SourceType }[];
  readonly returns: SourceType;
  readonly throws: SourceType | undefined;
}

const latin1 = /*@__PURE__*/ new TextDecoder("latin1");

/** The cache of the types of one program: use one for all its methods. */
export class SchemaCache {
  /** @internal */
  readonly types: ConcreteTypes = new ConcreteTypes();
  readonly #templates = new Templates();
  readonly #byType = new Map<ConcreteType, TypeSchemas>();
  readonly #byContent = new Map<string, Numbered>();
  readonly #byDraft = new Map<string, Numbered>();

  /** @internal */
  schemasOf(type: ConcreteType): TypeSchemas {
    let schemas = this.#byType.get(type);
    if (schemas === undefined) {
      schemas = this.#build(type);
      this.#byType.set(type, schemas);
    }
    return schemas;
  }

  #build(type: ConcreteType): TypeSchemas {
    const { root, drafts } = extractSchemas(type, this.types, this.#templates);
    const recursive = findRecursive(drafts);
    const ids: TypeIds = new Map();
    const settled = this.#settle(drafts, recursive, ids);
    if (settled.size < drafts.length) assignTypeIds(drafts, recursive, ids);
    // A list and a set of one program are described twice under one id: the first stays.
    const schemas = new Map<TypeId, EncodedSchema>();
    for (const draft of drafts) {
      const { encoded } = settled.get(draft.token) ?? this.#encode(draft, ids);
      if (!schemas.has(encoded.schema.id)) schemas.set(encoded.schema.id, encoded);
    }
    return { root: withIds(root, ids), schemas: [...schemas.values()] };
  }

  /**
   * Schemas that nothing recursive is reachable from, which are most: they depend on their template and on the schemas
   * that they refer to alone, so those of other roots are taken over without hashing or encoding them again.
   */
  #settle(
    drafts: readonly Draft[],
    recursive: ReadonlySet<number>,
    ids: TypeIds,
  ): ReadonlyMap<number, Numbered> {
    const settled = new Map<number, Numbered>();
    for (const draft of drafts) {
      const refs = recursive.has(draft.token) ? undefined : settledRefs(draft.refs, settled);
      if (refs === undefined) continue;
      const key = `${draft.template.number}:${refs}`;
      let schema = this.#byDraft.get(key);
      if (schema === undefined) {
        assignTypeIds([draft], recursive, ids);
        schema = this.#encode(draft, ids);
        this.#byDraft.set(key, schema);
      }
      ids.set(draft.token, schema.encoded.schema.id);
      settled.set(draft.token, schema);
    }
    return settled;
  }

  /** Ids do not cover `required`, so equal means equal bytes. */
  #encode(draft: Draft, ids: TypeIds): Numbered {
    const { typeParams } = draft.template;
    const schema: Schema = { id: ids.get(draft.token) ?? 0n, typeParams, kind: kindWithIds(draft, ids) };
    const cbor = encodeSchema(schema);
    // One character a byte: different bytes are different keys.
    const key = latin1.decode(cbor);
    let numbered = this.#byContent.get(key);
    if (numbered === undefined) {
      numbered = { number: this.#byContent.size, encoded: { schema, cbor, label: labelOf(schema) } };
      this.#byContent.set(key, numbered);
    }
    return numbered;
  }
}

interface Numbered {
  readonly number: number;
  readonly encoded: EncodedSchema;
}

/** References as a text that is equal for equal ones; undefined when one is not settled. */
function settledRefs(refs: readonly DraftRef[], settled: ReadonlyMap<number, Numbered>): string | undefined {
  let text = "";
  for (const ref of refs) {
    if (ref.tag === "var") {
      text += `${JSON.stringify(ref.name)},`;
      continue;
    }
    const schema = settled.get(ref.token);
    const args = schema === undefined ? undefined : settledRefs(ref.args, settled);
    if (schema === undefined || args === undefined) return undefined;
    text += args === "" ? `${schema.number},` : `${schema.number}<${args}>,`;
  }
  return text;
}

/** Schemas of any type. */
export function typeSchemas(type: SourceType, cache: SchemaCache = new SchemaCache()): TypeSchemas {
  return cache.schemasOf(cache.types.resolve(type));
}

/** Schemas and id of a method. */
export function methodSchemas(
  service: { readonly name: string },
  method: SourceMethod,
  cache: SchemaCache = new SchemaCache(),
): MethodSchemas {
  const { types } = cache;
  const args = method.args.map((arg) => types.resolve(arg.type));
  const error = method.throws === undefined ? types.primitive("never") : types.resolve(method.throws);
  return {
    methodId: methodId(service.name, method.name),
    args: cache.schemasOf(args.length === 0 ? types.primitive("unit") : types.tuple(args)),
    response: cache.schemasOf(types.result(types.resolve(method.returns), types.named(voxError, [error]))),
  };
}

/** The error half of every response. Source: `protocol/schemas.md` §8. */
export const voxError: SourceDeclaration = {
  kind: "enum",
  name: "VoxError",
  parameters: ["E"],
  variants: [
    { name: "User", form: { kind: "newtype", type: { kind: "parameter", name: "E" } } },
    { name: "UnknownMethod", form: { kind: "unit" } },
    { name: "InvalidPayload", form: { kind: "newtype", type: { kind: "primitive", name: "string" } } },
    { name: "Cancelled", form: { kind: "unit" } },
    { name: "ConnectionClosed", form: { kind: "unit" } },
    { name: "SessionShutdown", form: { kind: "unit" } },
    { name: "SendFailed", form: { kind: "unit" } },
    { name: "Indeterminate", form: { kind: "unit" } },
  ],
};

function labelOf({ kind, typeParams }: Schema): string {
  switch (kind.tag) {
    case "primitive":
      return kind.primitiveType;
    case "struct":
    case "enum":
      return kind.name;
    case "tuple":
      return typeParams.length === 0 ? "tupleStruct" : `tuple${kind.elements.length}`;
    case "array":
      return `array${typeParams.join("")}${kind.length}`;
    case "channel":
      return `${kind.direction}${typeParams.join("")}`;
    default:
      return `${kind.tag}${typeParams.join("")}`;
  }
}
