/** Ready announcements: for a method or a type, its root and schemas with their CBOR. Source: `protocol/schemas.md`. */
import { encodeSchema, mapTypeRefs, type Schema, type TypeId, type TypeRef } from "@voxrpc/runtime/schema";
import { extractSchemas } from "./canonical.js";
import { type ConcreteType, ConcreteTypes } from "./concrete-type.js";
import { methodId } from "./method-id.js";
import type { SourceDeclaration, SourceType } from "./source-type.js";
import { assignTypeIds } from "./type-id.js";

/** One schema of an announcement. Equal schemas of one {@link SchemaCache} are the same object. */
export interface EncodedSchema {
  readonly schema: Schema;
  /** CBOR of this schema alone: what an announcement is assembled from. */
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

/** What is announced for a method. */
export interface MethodSchemas {
  readonly methodId: bigint;
  /** Root: the tuple of the arguments; unit without arguments. */
  readonly args: TypeSchemas;
  /** Root: `Result<T, VoxError<E>>`, E = never for a method without declared error. */
  readonly response: TypeSchemas;
}

/** What schemas need to know of a method; a model `Method` fits. */
export interface SourceMethod {
  readonly name: string;
  readonly args: readonly { readonly type: SourceType }[];
  readonly returns: SourceType;
  readonly throws: SourceType | undefined;
}

const latin1 = /*@__PURE__*/ new TextDecoder("latin1");

/** What the types of one program share: use one for all its methods. */
export class SchemaCache {
  /** @internal */
  readonly types: ConcreteTypes = new ConcreteTypes();
  private readonly byType = new Map<ConcreteType, TypeSchemas>();
  private readonly encoded = new Map<string, EncodedSchema>();

  /** @internal */
  schemasOf(type: ConcreteType): TypeSchemas {
    let schemas = this.byType.get(type);
    if (schemas === undefined) {
      schemas = this.build(type);
      this.byType.set(type, schemas);
    }
    return schemas;
  }

  private build(type: ConcreteType): TypeSchemas {
    const extraction = extractSchemas(type, this.types);
    const ids = assignTypeIds(extraction.schemas);
    const schemas = new Map<TypeId, EncodedSchema>();
    for (const draft of extraction.schemas) {
      const id = idOf(draft.id, ids);
      // A list and a set of one program are described twice under one id: the first stays.
      if (schemas.has(id)) continue;
      const kind = mapTypeRefs(draft.kind, (ref) => withIds(ref, ids));
      schemas.set(id, this.encode({ id, typeParams: draft.typeParams, kind }));
    }
    return { root: withIds(extraction.root, ids), schemas: [...schemas.values()] };
  }

  /** Ids do not cover `required`, so equal means equal bytes. */
  private encode(schema: Schema): EncodedSchema {
    const cbor = encodeSchema(schema);
    // One character a byte: different bytes are different keys.
    const key = latin1.decode(cbor);
    let encoded = this.encoded.get(key);
    if (encoded === undefined) {
      encoded = { schema, cbor, label: labelOf(schema) };
      this.encoded.set(key, encoded);
    }
    return encoded;
  }
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

function idOf(token: bigint, ids: ReadonlyMap<bigint, bigint>): bigint {
  const id = ids.get(token);
  if (id === undefined) throw new Error(`schema ${token} was never emitted`);
  return id;
}

function withIds(ref: TypeRef, ids: ReadonlyMap<bigint, bigint>): TypeRef {
  if (ref.tag === "var") return ref;
  return { tag: "concrete", typeId: idOf(ref.typeId, ids), args: ref.args.map((arg) => withIds(arg, ids)) };
}

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
