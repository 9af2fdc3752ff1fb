/** From CBOR values to schemas; everything is validated. Source: `protocol/schemas.md` §2. */
import type { CborMap, CborValue } from "./cbor.js";
import {
  asBoolean,
  asList,
  asMap,
  asText,
  asU32,
  asU64,
  member,
  refuse,
  unknownVariant,
} from "./cbor-reader.js";
import type {
  Schema,
  SchemaField,
  SchemaKind,
  SchemaPrimitive,
  SchemaVariant,
  TypeRef,
  VariantPayload,
} from "./model.js";

/** Each primitive by name: a record, so that the compiler sees a missing one. */
const primitives: Readonly<Record<SchemaPrimitive, true>> = {
  bool: true,
  u8: true,
  u16: true,
  u32: true,
  u64: true,
  u128: true,
  i8: true,
  i16: true,
  i32: true,
  i64: true,
  i128: true,
  f32: true,
  f64: true,
  char: true,
  string: true,
  unit: true,
  never: true,
  bytes: true,
  payload: true,
};

/**
 * A list of schemas, as a payload and the handshake hold it.
 *
 * @param maximum more schemas than this are refused
 * @throws CodecError `DecodeFailed` that names the place.
 */
export function readSchemaList(value: CborValue, path: string, maximum: number): readonly Schema[] {
  const list = asList(value, path);
  if (list.length > maximum) return refuse(`${list.length} schemas exceed the limit of ${maximum}`, path);
  return list.map((item, index) => readSchema(item, `${path}[${index}]`));
}

/** @throws CodecError `DecodeFailed` that names the place. */
export function readTypeRef(value: CborValue, path: string): TypeRef {
  const { tag, map } = readTagged(value, path);
  switch (tag) {
    case "concrete":
      return {
        tag,
        typeId: asU64(member(map, "type_id", path), `${path}.type_id`),
        args: readList(map, "args", path, readTypeRef),
      };
    case "var":
      return { tag, name: asText(member(map, "name", path), `${path}.name`) };
    default:
      return unknownVariant(tag, path);
  }
}

function readSchema(value: CborValue, path: string): Schema {
  const map = asMap(value, path);
  return {
    id: asU64(member(map, "id", path), `${path}.id`),
    typeParams: map.has("type_params") ? readList(map, "type_params", path, asText) : [],
    kind: readKind(member(map, "kind", path), `${path}.kind`),
  };
}

function readKind(value: CborValue, path: string): SchemaKind {
  const { tag, map } = readTagged(value, path);
  const ref = (name: string): TypeRef => readTypeRef(member(map, name, path), `${path}.${name}`);
  const name = (): string => asText(member(map, "name", path), `${path}.name`);
  switch (tag) {
    case "struct":
      return { tag, name: name(), fields: readList(map, "fields", path, readField) };
    case "enum":
      return { tag, name: name(), variants: readList(map, "variants", path, readVariant) };
    case "tuple":
      return { tag, elements: readList(map, "elements", path, readTypeRef) };
    case "list":
    case "option":
      return { tag, element: ref("element") };
    case "map":
      return { tag, key: ref("key"), value: ref("value") };
    case "array":
      return { tag, element: ref("element"), length: asU64(member(map, "length", path), `${path}.length`) };
    case "channel":
      return { tag, direction: readDirection(map, path), element: ref("element") };
    case "primitive":
      return { tag, primitiveType: readPrimitive(map, path) };
    default:
      return unknownVariant(tag, path);
  }
}

function readDirection(map: CborMap, path: string): "tx" | "rx" {
  const place = `${path}.direction`;
  const tag = asText(member(map, "direction", path), place);
  return tag === "tx" || tag === "rx" ? tag : unknownVariant(tag, place);
}

function readPrimitive(map: CborMap, path: string): SchemaPrimitive {
  const place = `${path}.primitive_type`;
  const tag = asText(member(map, "primitive_type", path), place);
  return Object.hasOwn(primitives, tag) ? (tag as SchemaPrimitive) : unknownVariant(tag, place);
}

function readField(value: CborValue, path: string): SchemaField {
  const map = asMap(value, path);
  return {
    name: asText(member(map, "name", path), `${path}.name`),
    typeRef: readTypeRef(member(map, "type_ref", path), `${path}.type_ref`),
    required: asBoolean(member(map, "required", path), `${path}.required`),
  };
}

function readVariant(value: CborValue, path: string): SchemaVariant {
  const map = asMap(value, path);
  return {
    name: asText(member(map, "name", path), `${path}.name`),
    index: asU32(member(map, "index", path), `${path}.index`),
    payload: readVariantPayload(member(map, "payload", path), `${path}.payload`),
  };
}

function readVariantPayload(value: CborValue, path: string): VariantPayload {
  if (value === "unit") return { tag: "unit" };
  const { tag, map } = readTagged(value, path);
  switch (tag) {
    case "newtype":
      return { tag, typeRef: readTypeRef(member(map, "type_ref", path), `${path}.type_ref`) };
    case "tuple":
      return { tag, types: readList(map, "types", path, readTypeRef) };
    case "struct":
      return { tag, fields: readList(map, "fields", path, readField) };
    case "unit":
      return refuse("internally-tagged enum variant 'unit' must be a text", path);
    default:
      return unknownVariant(tag, path);
  }
}

/** A struct variant of an internally tagged enum: a map with `tag` in any position. */
function readTagged(value: CborValue, path: string): { readonly tag: string; readonly map: CborMap } {
  const map = asMap(value, path);
  if (!map.has("tag")) return refuse("internally-tagged enum map missing 'tag' field", path);
  return { tag: asText(map.get("tag"), `${path}.tag`), map };
}

function readList<T>(
  map: CborMap,
  name: string,
  path: string,
  read: (value: CborValue, path: string) => T,
): readonly T[] {
  const place = `${path}.${name}`;
  return asList(member(map, name, path), place).map((item, index) => read(item, `${place}[${index}]`));
}
