/**
 * Schemas made from shapes: what this side announces about a method is worked out at its first call, so that generated
 * files hold shapes and ids instead of schemas.
 *
 * The order, and some accidents in it, are those of the reference's extraction; the compiler compares the result with
 * its own extraction and writes the schemas out where the two differ. Source: `protocol/schemas.md` §3.1.
 */
import { typeRefMembers } from "../schema/assemble-payload.js";
import { type CborMembers, type CborOutput, encodeCbor } from "../schema/cbor-encode.js";
import type { TypeId, TypeRef } from "../schema/model.js";
import { partsOf } from "../shape/parts.js";
import type {
  EnumShape,
  FieldShape,
  Shape,
  StructShape,
  TupleStructShape,
  VariantShape,
} from "../shape/shape.js";
import { type Binding, WireSchema } from "./binding.js";
import { familyIds, primitiveIds } from "./known-schemas.js";

type NamedShape = StructShape | TupleStructShape | EnumShape;
type GenericShape = Exclude<Shape, NamedShape | { readonly kind: "primitive" | "payload" }>;

/** Ids where they are not those of the shapes: a type, or the name of a family such as `array 16`, before its id. */
export type TypeIds = readonly (Shape | string | TypeId)[];

/** The id of a declared type, or of a family of types. */
export type IdOf = (type: NamedShape | string) => TypeId;

/** Ids as shapes have them, but for the exceptions. @throws TypeError for a type without an id */
export function idsWith(exceptions: TypeIds = []): IdOf {
  return (type) => {
    const at = exceptions.indexOf(type);
    const id =
      at >= 0
        ? exceptions[at + 1]
        : typeof type === "string"
          ? (familyIds[type] ?? primitiveIds[type])
          : type.id;
    if (typeof id === "bigint") return id;
    throw new TypeError(`no id for ${typeof type === "string" ? type : type.name}`);
  };
}

/** Root and schemas of the arguments of a method. */
export function describeArguments(elements: readonly Shape[], idOf: IdOf): Binding {
  const describer = new Describer(idOf);
  return describer.binding(describer.use({ kind: "tuple", elements }));
}

/**
 * Root and schemas of the response of a method: `Result<T, VoxError<E>>`.
 * @param error absent: the method declares none
 */
export function describeResponse(ok: Shape, error: Shape | undefined, idOf: IdOf): Binding {
  const describer = new Describer(idOf);
  return describer.binding(
    describer.response(ok, error ?? { kind: "primitive", type: "never", asNumber: false }),
  );
}

/** A use of a type whose id is looked up later: a list may get that of byte strings. */
interface Use {
  readonly key: string;
  readonly args: readonly Use[];
}

function variable(name: string): CborMembers {
  return typeRefMembers({ tag: "var", name });
}

class Describer {
  readonly #idOf: IdOf;
  /** Ids by key. A key is a family of types or a declaration, and is described once. */
  readonly #ids = new Map<string, TypeId>();
  readonly #schemas = new Map<TypeId, WireSchema>();
  /** Types whose parts have been looked at, or are being looked at. */
  readonly #seen = new Set<string>();
  readonly #numbers = new Map<NamedShape, number>();

  constructor(idOf: IdOf) {
    this.#idOf = idOf;
  }

  binding(root: Use): Binding {
    return { root: this.#ref(root), schemas: [...this.#schemas.values()] };
  }

  response(ok: Shape, error: Shape): Use {
    const okUse = this.use(ok);
    const errorUse = this.use(error);
    const text = this.#primitive("string");
    // A part of the type of an argument is taken for the argument.
    const isText = error.kind === "primitive" && error.type === "string";
    this.#emit("VoxError", `VoxError ${isText ? "string" : "E"}`, ["E"], () =>
      voxError(isText ? variable("E") : typeRefMembers(this.#ref(text))),
    );
    this.#emit("result", "result T E", ["T", "E"], () => result(variable("T"), variable("E")));
    return { key: "result", args: [okUse, { key: "VoxError", args: [errorUse] }] };
  }

  use(shape: Shape): Use {
    switch (shape.kind) {
      case "primitive":
        if (shape.type === "bytes") return this.#bytes();
        return this.#primitive(shape.type in primitiveIds ? shape.type : "payload");
      case "payload":
        return this.#primitive("payload");
      case "struct":
      case "tupleStruct":
      case "enum":
        return this.#named(shape);
      default:
        if (isByteList(shape)) return this.#bytes();
        return this.#generic(shape);
    }
  }

  #primitive(name: string): Use {
    this.#emit(name, name, [], () => ({ tag: "primitive", primitive_type: name }));
    return { key: name, args: [] };
  }

  /** Byte strings and lists are one family, which the first of them describes. */
  #bytes(): Use {
    if (this.#ids.has("list")) return { key: "list", args: [this.#primitive("u8")] };
    this.#emit("list", "bytes", [], () => ({ tag: "primitive", primitive_type: "bytes" }));
    return { key: "list", args: [] };
  }

  /**
   * A generic type of the language. The parts of a tuple or a channel are looked at once, and each has a variable;
   * those of the others are looked at twice where they are new, and equal ones share a variable.
   */
  #generic(shape: GenericShape): Use {
    const parts = partsOf(shape);
    if (parts.length === 0) return this.#primitive("unit");
    const isTuple = shape.kind === "tuple";
    const key = isTuple ? `tuple ${parts.length}` : shape.kind === "channel" ? shape.direction : shape.kind;
    const isNew = this.#begin(shape, key);
    if (isNew && !isTuple && shape.kind !== "channel") for (const part of parts) this.use(part);
    const args = parts.map((part) => this.use(part));
    if (isNew) {
      const letters = isTuple
        ? parts.map((_, at) => `T${at}`)
        : shape.kind === "map"
          ? ["K", "V"]
          : ["T", "E"].slice(0, parts.length);
      const keys = parts.map((part) => this.#keyOf(part));
      const names = isTuple ? letters : keys.map((part) => letters[keys.indexOf(part)] as string);
      const family =
        shape.kind === "array"
          ? `array ${shape.length}`
          : isTuple || parts.length === 1
            ? key
            : `${key} ${names.join(" ")}`;
      this.#emit(key, family, letters, () => genericKind(shape, names.map(variable)));
    }
    return { key, args };
  }

  #named(shape: NamedShape): Use {
    if (shape.kind === "tupleStruct" && shape.isTransparent) return this.use(shape.elements()[0] as Shape);
    const key = this.#keyOf(shape);
    if (this.#begin(shape, key)) {
      const uses = partsOf(shape).map((part) => this.use(part));
      this.#emit(key, shape, [], () =>
        kindOf(shape, uses.map((use) => typeRefMembers(this.#ref(use))).values()),
      );
    }
    return { key, args: [] };
  }

  /**
   * Whether the parts of a type are to be looked at. Of a type inside another one of its key, the inner one is
   * described.
   */
  #begin(shape: Shape, key: string): boolean {
    const type = this.#keyOf(shape);
    if (this.#seen.has(type)) return false;
    this.#seen.add(type);
    return !this.#ids.has(key);
  }

  #emit(
    key: string,
    type: NamedShape | string,
    typeParams: readonly string[],
    kind: () => CborMembers,
  ): void {
    if (this.#ids.has(key)) return;
    const id = this.#idOf(type);
    this.#ids.set(key, id);
    // A list and a set are one type on the wire.
    if (!this.#schemas.has(id))
      this.#schemas.set(
        id,
        new WireSchema(id, () => encodeCbor({ id, type_params: typeParams, kind: kind() })),
      );
  }

  #ref({ key, args }: Use): TypeRef {
    return { tag: "concrete", typeId: this.#ids.get(key) as TypeId, args: args.map((arg) => this.#ref(arg)) };
  }

  /** Equal for equal types. */
  #keyOf(shape: Shape): string {
    if (shape.kind === "primitive") return shape.type;
    if (shape.kind === "struct" || shape.kind === "tupleStruct" || shape.kind === "enum") {
      const number = this.#numbers.get(shape) ?? this.#numbers.size;
      this.#numbers.set(shape, number);
      return `${number}`;
    }
    if (isByteList(shape)) return "bytes";
    const own = shape.kind === "array" ? shape.length : shape.kind === "channel" ? shape.direction : "";
    return `${shape.kind}${own}<${partsOf(shape).map((part) => this.#keyOf(part))}>`;
  }
}

function isByteList(shape: Shape): boolean {
  return shape.kind === "list" && shape.element.kind === "primitive" && shape.element.type === "u8";
}

function genericKind(shape: GenericShape, refs: readonly CborMembers[]): CborMembers {
  const [first = {}, second = {}] = refs;
  switch (shape.kind) {
    case "tuple":
      return { tag: "tuple", elements: refs };
    case "map":
      return { tag: "map", key: first, value: second };
    case "result":
      return result(first, second);
    case "channel":
      return { tag: "channel", direction: shape.direction, element: first };
    case "array":
      return { tag: "array", element: first, length: BigInt(shape.length) };
    default:
      return { tag: shape.kind === "set" ? "list" : shape.kind, element: first };
  }
}

/** @param refs to the parts of the shape, in order */
function kindOf(shape: NamedShape, refs: Iterator<CborMembers>): CborMembers {
  const next = (): CborMembers => refs.next().value as CborMembers;
  const fieldsOf = (fields: readonly FieldShape[], areRequired: boolean): readonly CborMembers[] =>
    fields.map((field) => ({
      name: field.name,
      type_ref: next(),
      required: areRequired || isRequired(field),
    }));
  const payloadOf = (variant: VariantShape): CborOutput => {
    switch (variant.payload) {
      case "unit":
        return "unit";
      case "newtype":
        return { tag: "newtype", type_ref: next() };
      case "tuple":
        return { tag: "tuple", types: variant.shape().elements.map(next) };
      case "struct":
        return { tag: "struct", fields: fieldsOf(variant.fields(), true) };
    }
  };
  const { name } = shape;
  if (shape.kind === "struct") return { tag: "struct", name, fields: fieldsOf(shape.fields(), false) };
  if (shape.kind === "tupleStruct") return { tag: "tuple", elements: shape.elements().map(next) };
  const variants = shape.variants.map((variant) => [variant.name, payloadOf(variant)] as const);
  return enumKind(name, variants);
}

function isRequired({ required, shape, default: defaultValue }: FieldShape): boolean {
  return required ?? (defaultValue === undefined && shape.kind !== "option");
}

function result(ok: CborMembers, error: CborMembers): CborMembers {
  return enumKind("Result", [
    ["Ok", { tag: "newtype", type_ref: ok }],
    ["Err", { tag: "newtype", type_ref: error }],
  ]);
}

function voxError(text: CborMembers): CborMembers {
  return enumKind("VoxError", [
    ["User", { tag: "newtype", type_ref: variable("E") }],
    ["UnknownMethod", "unit"],
    ["InvalidPayload", { tag: "newtype", type_ref: text }],
    ["Cancelled", "unit"],
    ["ConnectionClosed", "unit"],
    ["SessionShutdown", "unit"],
    ["SendFailed", "unit"],
    ["Indeterminate", "unit"],
  ]);
}

function enumKind(name: string, variants: readonly (readonly [string, CborOutput])[]): CborMembers {
  return {
    tag: "enum",
    name,
    variants: variants.map(([variant, payload], index) => ({ name: variant, index, payload })),
  };
}
