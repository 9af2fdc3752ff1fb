/**
 * How generated code announces the types of a method: made by the runtime of shapes and ids, as for nearly all methods,
 * or written out where that gives other bytes than the extraction here.
 */
import {
  describeArguments,
  describeResponse,
  type IdOf,
  idsWith,
  type Shape,
  type TypeId,
} from "@voxrpc/runtime/internal/schema";
import type { ConcreteType } from "./concrete-type.js";
import {
  type EncodedSchema,
  type MethodSchemas,
  methodSchemas,
  type SchemaCache,
  type SourceMethod,
  type TypeSchemas,
} from "./payload.js";
import { Shapes } from "./shapes.js";
import type { SourceDeclaration } from "./source-type.js";

/** What generated code has to say about one direction of a method, beside the shapes. */
export type Announcing =
  /** Ids that are not those of the shapes; often none. */
  | { readonly kind: "described"; readonly ids: readonly (readonly [SourceDeclaration | string, TypeId])[] }
  | { readonly kind: "explicit"; readonly schemas: TypeSchemas };

/** Both directions of a method. */
export interface MethodAnnouncing extends MethodSchemas {
  readonly argsAnnouncing: Announcing;
  readonly responseAnnouncing: Announcing;
}

type Describe = (idOf: IdOf) => { readonly root: unknown; readonly schemas: readonly WireLike[] };

interface WireLike {
  readonly id: TypeId;
  readonly bytes: Uint8Array;
}

/** Finds out how the methods of a program are announced. */
export class Announcements {
  readonly #cache: SchemaCache;
  readonly #shapes: Shapes;
  readonly #ids = new Map<SourceDeclaration, TypeId | undefined>();

  constructor(cache: SchemaCache) {
    this.#cache = cache;
    this.#shapes = new Shapes(cache.types);
  }

  /** The id that the shape of a declared type has: that of the type as a root. Undefined for a type with arguments. */
  idOf(declaration: SourceDeclaration): TypeId | undefined {
    if (!this.#ids.has(declaration)) {
      const isOne = declaration.parameters.length === 0;
      const root = isOne ? this.#cache.schemasOf(this.#cache.types.named(declaration, [])).root : undefined;
      this.#ids.set(declaration, root?.tag === "concrete" ? root.typeId : undefined);
    }
    return this.#ids.get(declaration);
  }

  method(service: { readonly name: string }, method: SourceMethod): MethodAnnouncing {
    const { types } = this.#cache;
    const shapeOf = (type: SourceMethod["returns"]): Shape => this.#shapes.of(types.resolve(type));
    const schemas = methodSchemas(service, method, this.#cache);
    const args = method.args.map((argument) => shapeOf(argument.type));
    const ok = shapeOf(method.returns);
    const error = method.throws === undefined ? undefined : shapeOf(method.throws);
    return {
      ...schemas,
      argsAnnouncing: this.#decide(schemas.args, (idOf) => describeArguments(args, idOf)),
      responseAnnouncing: this.#decide(schemas.response, (idOf) => describeResponse(ok, error, idOf)),
    };
  }

  /** First with the ids of the shapes; then with those of the extraction, wherever that has others. */
  #decide(wanted: TypeSchemas, describe: Describe): Announcing {
    const asked: (SourceDeclaration | string)[] = [];
    const first = describe((type) => {
      const key = typeof type === "string" ? type : this.#declarationOf(type);
      const known = key === undefined ? undefined : this.#knownId(key);
      asked.push(key ?? "");
      // Two unknown ids are two types.
      return known ?? -BigInt(asked.length);
    });
    const found = first.schemas;
    const ids: (readonly [SourceDeclaration | string, TypeId])[] = [];
    if (found.length === wanted.schemas.length) {
      const keys = new Map(found.map(({ id }, at) => [id, at]));
      for (const key of asked) {
        const known = this.#knownId(key);
        const at = known === undefined ? undefined : keys.get(known);
        const id = at === undefined ? undefined : wanted.schemas[at]?.schema.id;
        if (id !== undefined && id !== known) ids.push([key, id]);
      }
      for (const [at, { id }] of found.entries()) {
        const key = id < 0n ? asked[Number(-id) - 1] : undefined;
        const other = wanted.schemas[at]?.schema.id;
        if (key !== undefined && other !== undefined) ids.push([key, other]);
      }
    }
    const exceptions = new Map(ids);
    const second = tryTo(() =>
      describe((type) => {
        const key = typeof type === "string" ? type : this.#declarationOf(type);
        const id = key === undefined ? undefined : (exceptions.get(key) ?? this.#knownId(key));
        if (id === undefined) throw new TypeError("no id");
        return id;
      }),
    );
    return second !== undefined && isEqual(second, wanted)
      ? { kind: "described", ids }
      : { kind: "explicit", schemas: wanted };
  }

  #knownId(key: SourceDeclaration | string): TypeId | undefined {
    if (typeof key !== "string") return this.idOf(key);
    return tryTo(() => idsWith()(key));
  }

  #declarationOf(shape: Shape): SourceDeclaration | undefined {
    const type: ConcreteType | undefined = this.#shapes.typeOf(shape);
    return type?.kind === "named" && type.args.length === 0 ? type.declaration : undefined;
  }
}

function tryTo<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function isEqual(described: ReturnType<Describe>, { root, schemas }: TypeSchemas): boolean {
  return (
    described.schemas.length === schemas.length &&
    textOf(described.root) === textOf(root) &&
    described.schemas.every((schema, at) => isSame(schema, schemas[at] as EncodedSchema))
  );
}

function isSame({ id, bytes }: WireLike, { schema, cbor }: EncodedSchema): boolean {
  return id === schema.id && bytes.length === cbor.length && bytes.every((byte, at) => byte === cbor[at]);
}

function textOf(ref: unknown): string {
  return JSON.stringify(ref, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
}
