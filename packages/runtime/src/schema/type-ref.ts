/** Type references: comparing, keying, substituting, naming. Source: `protocol/schemas.md` §1, §6. */
import { shorten } from "../postcard/problems.js";
import type {
  Schema,
  SchemaField,
  SchemaKind,
  SchemaPrimitive,
  SchemaVariant,
  TypeId,
  TypeRef,
} from "./model.js";

/** Finds a schema by its id, among the types of this side or those that a peer announced. */
export type SchemaLookup = (id: TypeId) => Schema | undefined;

/** Whether two references are the same: equal ids with equal arguments, or variables of one name. */
export function sameTypeRef(a: TypeRef, b: TypeRef): boolean {
  if (a === b) return true;
  if (a.tag === "var" || b.tag === "var") return a.tag === "var" && b.tag === "var" && a.name === b.name;
  if (a.typeId !== b.typeId || a.args.length !== b.args.length) return false;
  return a.args.every((arg, index) => {
    const other = b.args[index];
    return other !== undefined && sameTypeRef(arg, other);
  });
}

/** A text that is equal exactly for equal references: the key of caches and of the cycle check. */
export function typeRefKey(ref: TypeRef): string {
  if (ref.tag === "var") return JSON.stringify(ref.name);
  const id = ref.typeId.toString(16);
  return ref.args.length === 0 ? id : `${id}<${ref.args.map(typeRefKey).join(",")}>`;
}

/** A type id as every text shows it: 16 hexadecimal digits. */
export function typeIdText(id: TypeId): string {
  return id.toString(16).padStart(16, "0");
}

/** The type argument of each type parameter. */
export type Bindings = ReadonlyMap<string, TypeRef>;

/** Parameters with their arguments, zipped to the shorter: a peer's counts may differ (`HashSet`). */
export function bindParameters(parameters: readonly string[], args: readonly TypeRef[]): Bindings {
  const bindings = new Map<string, TypeRef>();
  for (const [index, name] of parameters.entries()) {
    const arg = args[index];
    // For equal names the first one wins, as in the extraction.
    if (arg !== undefined && !bindings.has(name)) bindings.set(name, arg);
  }
  return bindings;
}

/** Replaces variables at every depth, also inside arguments; one without a binding stays. */
export function substitute(ref: TypeRef, bindings: Bindings): TypeRef {
  if (ref.tag === "var") return bindings.get(ref.name) ?? ref;
  if (ref.args.length === 0 || bindings.size === 0) return ref;
  return { tag: "concrete", typeId: ref.typeId, args: ref.args.map((arg) => substitute(arg, bindings)) };
}

/** The kind of a reference, with its variables replaced; undefined for a variable and when the schema is unknown. */
export function resolveKind(ref: TypeRef, lookup: SchemaLookup): SchemaKind | undefined {
  if (ref.tag === "var") return undefined;
  const schema = lookup(ref.typeId);
  if (schema === undefined) return undefined;
  const bindings = bindParameters(schema.typeParams, ref.args);
  return bindings.size === 0 ? schema.kind : mapTypeRefs(schema.kind, (inner) => substitute(inner, bindings));
}

/** A copy of a kind, with each reference directly in it replaced by the result of `replace`. */
export function mapTypeRefs(kind: SchemaKind, replace: (ref: TypeRef) => TypeRef): SchemaKind {
  switch (kind.tag) {
    case "struct":
      return { ...kind, fields: mapFields(kind.fields, replace) };
    case "enum":
      return { ...kind, variants: kind.variants.map((variant) => mapVariant(variant, replace)) };
    case "tuple":
      return { ...kind, elements: kind.elements.map(replace) };
    case "map":
      return { ...kind, key: replace(kind.key), value: replace(kind.value) };
    case "primitive":
      return kind;
    default:
      return { ...kind, element: replace(kind.element) };
  }
}

function mapFields(
  fields: readonly SchemaField[],
  replace: (ref: TypeRef) => TypeRef,
): readonly SchemaField[] {
  return fields.map((field) => ({ ...field, typeRef: replace(field.typeRef) }));
}

function mapVariant(variant: SchemaVariant, replace: (ref: TypeRef) => TypeRef): SchemaVariant {
  const { payload } = variant;
  switch (payload.tag) {
    case "unit":
      return variant;
    case "newtype":
      return { ...variant, payload: { ...payload, typeRef: replace(payload.typeRef) } };
    case "tuple":
      return { ...variant, payload: { ...payload, types: payload.types.map(replace) } };
    case "struct":
      return { ...variant, payload: { ...payload, fields: mapFields(payload.fields, replace) } };
  }
}

const primitiveNames: Readonly<Partial<Record<SchemaPrimitive, string>>> = {
  string: "String",
  unit: "()",
  bytes: "Vec<u8>",
};

/** Depth at which a name is cut: a reference from a peer may be nested as deep as its payload. */
const deepestName = 8;
/** Types that are named in one text: a peer's types may double at each level. */
const maxNamed = 100;
/** Elements of a tuple that are named. */
const maxElements = 32;

/**
 * A type's name in error texts, in the reference's notation: `Vec<u32>`, `HashMap<String, u8>`, `[u8; 4]`,
 * `Option<…>`, `Tx<…>`, `(A, B)`, `(A,)`, `()`; structs and enums by name alone. A reference whose schema is unknown is
 * shown by its id.
 */
export function typeName(ref: TypeRef, lookup: SchemaLookup): string {
  return new Namer(lookup).name(ref, deepestName);
}

class Namer {
  readonly #lookup: SchemaLookup;
  #left = maxNamed;

  constructor(lookup: SchemaLookup) {
    this.#lookup = lookup;
  }

  name(ref: TypeRef, depth: number): string {
    if (ref.tag === "var") return shorten(ref.name);
    this.#left -= 1;
    if (depth === 0 || this.#left < 0) return "…";
    const kind = resolveKind(ref, this.#lookup);
    if (kind === undefined) return typeIdText(ref.typeId);
    const name = (inner: TypeRef): string => this.name(inner, depth - 1);
    switch (kind.tag) {
      case "struct":
      case "enum":
        return shorten(kind.name);
      case "tuple":
        return tupleName(kind.elements.slice(0, maxElements).map(name), kind.elements.length);
      case "list":
        return `Vec<${name(kind.element)}>`;
      case "map":
        return `HashMap<${name(kind.key)}, ${name(kind.value)}>`;
      case "array":
        return `[${name(kind.element)}; ${kind.length}]`;
      case "option":
        return `Option<${name(kind.element)}>`;
      case "channel":
        return `${kind.direction === "tx" ? "Tx" : "Rx"}<${name(kind.element)}>`;
      case "primitive":
        return this.#primitive(kind.primitiveType, ref.args[0], name);
    }
  }

  /** Bytes with another argument than u8 are a list. Source: `protocol/schemas.md` §3.1. */
  #primitive(type: SchemaPrimitive, argument: TypeRef | undefined, name: (ref: TypeRef) => string): string {
    if (type === "bytes" && argument !== undefined) return `Vec<${name(argument)}>`;
    return primitiveNames[type] ?? type;
  }
}

function tupleName(names: readonly string[], length: number): string {
  const more = length > names.length ? ", …" : "";
  return length === 1 ? `(${names[0] ?? ""},)` : `(${names.join(", ")}${more})`;
}
