/** What generated code says about the types of a method: schemas ready for the wire and their root. */
import type { TypeId, TypeRef } from "../schema/model.js";

/** One schema of an announcement: its id and the CBOR of that single schema, made when first needed. */
export class WireSchema {
  /** Type id of the schema. */
  readonly id: TypeId;
  readonly #make: () => Uint8Array;
  #decoded: Uint8Array | undefined = undefined;

  constructor(id: TypeId, make: () => Uint8Array) {
    this.id = id;
    this.#make = make;
  }

  /** CBOR of the schema, a map. The same array each time: not to be written to. */
  get bytes(): Uint8Array {
    this.#decoded ??= this.#make();
    return this.#decoded;
  }
}

/** Root and schemas of one direction of a method. */
export interface Binding {
  readonly root: TypeRef;
  /** Everything that `root` needs, in the order in which it is announced. */
  readonly schemas: readonly WireSchema[];
}

/** Root and schemas that are made when they are first needed. */
export class LazyBinding implements Binding {
  #make: (() => Binding) | undefined;
  #made: Binding | undefined = undefined;

  constructor(make: () => Binding) {
    this.#make = make;
  }

  get root(): TypeRef {
    return this.#binding.root;
  }

  get schemas(): readonly WireSchema[] {
    return this.#binding.schemas;
  }

  get #binding(): Binding {
    if (this.#made === undefined) {
      this.#made = (this.#make as () => Binding)();
      this.#make = undefined;
    }
    return this.#made;
  }
}

/** One schema of an announcement, from its CBOR as base64. */
export function schema(id: TypeId, cborBase64: string): WireSchema {
  return new WireSchema(id, () => decodeBase64(cborBase64));
}

/** A use of the type with this id. */
export function typeRef(id: TypeId, args: readonly TypeRef[] = []): TypeRef {
  return { tag: "concrete", typeId: id, args };
}

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
