/**
 * The schema model as CBOR, once for both directions: a form reads and writes one type, and everything that is read is
 * validated. Members are written in the order of the table. Source: `protocol/schemas.md` §2.
 */
import { type CborMap, type CborValue, cborMap } from "./cbor.js";
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

/** Reads and writes one type. */
export interface Form<T> {
  /** @throws CodecError `DecodeFailed` that names the place */
  readonly read: (value: CborValue, path: string) => T;
  readonly write: (value: T) => CborValue;
}

/** The form of each member of a struct. */
type Members<T> = { readonly [K in keyof T]-?: Form<T[K]> };
/** The members of each variant of a union. */
type Variants<T extends { readonly tag: string }> = {
  readonly [V in T as V["tag"]]: Members<Omit<V, "tag">>;
};

/** A type that CBOR has itself. */
function plain<T extends CborValue>(read: (value: CborValue, path: string) => T): Form<T> {
  return { read, write: (value) => value };
}

function list<T>(element: () => Form<T>): Form<readonly T[]> {
  return {
    read: (value, path) =>
      asList(value, path).map((item, index) => element().read(item, `${path}[${index}]`)),
    write: (items) => items.map((item) => element().write(item)),
  };
}

/** The name of a member on the wire. */
function wireName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Members of a struct or a variant in the order of the wire. */
type Entries = readonly (readonly [name: string, key: string, form: Form<unknown>])[];

/** Names are computed once: a peer's schemas may be many. */
function entriesOf(members: object): Entries {
  return Object.entries(members).map(([name, form]) => [name, wireName(name), form as Form<unknown>]);
}

function readMembers(entries: Entries, map: CborMap, path: string, value: Record<string, unknown>): object {
  for (const [name, key, form] of entries) {
    const isLeftOut = form === typeParams && !map.has(key);
    value[name] = isLeftOut ? [] : form.read(member(map, key, path), `${path}.${key}`);
  }
  return value;
}

function writeMembers(entries: Entries, value: object): (readonly [string, CborValue])[] {
  return entries.map(([name, key, form]) => [key, form.write((value as Record<string, unknown>)[name])]);
}

function struct<T extends object>(members: Members<T>): Form<T> {
  const entries = entriesOf(members);
  return {
    read: (value, path) => readMembers(entries, asMap(value, path), path, {}) as T,
    write: (value) => cborMap(...writeMembers(entries, value)),
  };
}

/** An internally tagged enum: a map with `tag` in any position, or a text where the variant has no members. */
function tagged<T extends { readonly tag: string }>(ofType: Variants<T>): Form<T> {
  const variants = new Map(
    Object.entries(ofType).map(([tag, members]) => [tag, entriesOf(members as object)]),
  );
  const isUnit = (tag: unknown): boolean => variants.get(tag as string)?.length === 0;
  return {
    read: (value, path) => {
      if (isUnit(value)) return { tag: value } as T;
      const map = asMap(value, path);
      if (!map.has("tag")) return refuse("internally-tagged enum map missing 'tag' field", path);
      const tag = asText(map.get("tag"), `${path}.tag`);
      if (isUnit(tag)) return refuse(`internally-tagged enum variant '${tag}' must be a text`, path);
      return readMembers(variants.get(tag) ?? unknownVariant(tag, path), map, path, { tag }) as T;
    },
    write: (value) => {
      const { tag } = value;
      if (isUnit(tag)) return tag;
      return cborMap(["tag", tag], ...writeMembers(variants.get(tag) ?? [], value));
    },
  };
}

/** An enum without members: each variant is its name. */
function names<T extends string>(known: Readonly<Record<T, 0>>): Form<T> {
  return {
    read: (value, path) => {
      const name = asText(value, path);
      return Object.hasOwn(known, name) ? (name as T) : unknownVariant(name, path);
    },
    write: (value) => value,
  };
}

const text = plain(asText);
const u64 = plain(asU64);
const typeParams: Form<readonly string[]> = list(() => text);

/** A use of a type. */
export const typeRefForm: Form<TypeRef> = tagged<TypeRef>({
  concrete: { typeId: u64, args: list(() => typeRefForm) },
  var: { name: text },
});
const element = { element: typeRefForm };
const refs = list(() => typeRefForm);

const fields: Form<readonly SchemaField[]> = list(() => field);
const field = struct<SchemaField>({ name: text, typeRef: typeRefForm, required: plain(asBoolean) });

const variant = struct<SchemaVariant>({
  name: text,
  index: plain(asU32),
  payload: tagged<VariantPayload>({
    unit: {},
    newtype: { typeRef: typeRefForm },
    tuple: { types: refs },
    struct: { fields },
  }),
});

/** Each primitive by name: a record, so that the compiler sees a missing one. */
const primitives: Readonly<Record<SchemaPrimitive, 0>> = {
  bool: 0,
  u8: 0,
  u16: 0,
  u32: 0,
  u64: 0,
  u128: 0,
  i8: 0,
  i16: 0,
  i32: 0,
  i64: 0,
  i128: 0,
  f32: 0,
  f64: 0,
  char: 0,
  string: 0,
  unit: 0,
  never: 0,
  bytes: 0,
  payload: 0,
};

/** A schema. */
export const schemaForm: Form<Schema> = struct<Schema>({
  id: u64,
  typeParams,
  kind: tagged<SchemaKind>({
    struct: { name: text, fields },
    enum: { name: text, variants: list(() => variant) },
    tuple: { elements: refs },
    list: element,
    option: element,
    map: { key: typeRefForm, value: typeRefForm },
    array: { ...element, length: u64 },
    channel: { direction: names({ tx: 0, rx: 0 }), ...element },
    primitive: { primitiveType: names(primitives) },
  }),
});
