/** Values of model types for property tests, in the form that generated code gives them. */
import fc from "fast-check";
import type { Field, PrimitiveName, Type, VariantForm } from "../../packages/codegen/src/model/model.js";
import { discriminator, fieldName } from "../../packages/codegen/src/model/names.js";
import { isBrand } from "../../packages/codegen/src/model/tuple-structs.js";
import { argumentsOf, isLiteral, isWrapped, noArguments, resolve } from "./model-types.js";

const text = fc.string({ unit: "binary", maxLength: 20 });

/** JSON-like values as they are read back: integers past 2^53 as bigints. */
const { value: jsonLike } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.constantFrom(null, true, false, -0),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    text,
    fc.uint8Array({ maxLength: 8 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constantFrom("__proto__", "toString", "1")), tie("value"), {
      maxKeys: 3,
      noNullPrototype: true,
    }),
  ),
}));

const primitives: Readonly<Record<PrimitiveName, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  u8: fc.integer({ min: 0, max: 255 }),
  i8: fc.integer({ min: -128, max: 127 }),
  u16: fc.integer({ min: 0, max: 65_535 }),
  i16: fc.integer({ min: -32_768, max: 32_767 }),
  u32: fc.integer({ min: 0, max: 4_294_967_295 }),
  i32: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
  u64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  i64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  u128: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
  i128: fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n - 1n }),
  f32: fc.float(),
  f64: fc.double(),
  char: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  string: text,
  bytes: fc.uint8Array({ maxLength: 40 }),
  unit: fc.constant(undefined),
  duration: fc.integer({ min: 0, max: 2 ** 31 - 1 }).map((quarters) => quarters / 4),
  timedelta: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((quarters) => quarters / 4),
  value: jsonLike,
  never: fc.constant(undefined).map(() => {
    throw new Error("never has no value");
  }),
};

/** Typed arrays by element. */
const typedArrays: Readonly<Partial<Record<PrimitiveName, (items: readonly never[]) => unknown>>> = {
  u8: (items) => Uint8Array.from(items),
  i8: (items) => Int8Array.from(items),
  u16: (items) => Uint16Array.from(items),
  i16: (items) => Int16Array.from(items),
  u32: (items) => Uint32Array.from(items),
  i32: (items) => Int32Array.from(items),
  u64: (items) => BigUint64Array.from(items),
  i64: (items) => BigInt64Array.from(items),
  f32: (items) => Float32Array.from(items),
  f64: (items) => Float64Array.from(items),
};

/** Nesting of declared types below which collections are empty and options none. */
const maxDepth = 5;

/** Values of a type. */
export function valuesOf(type: Type): fc.Arbitrary<unknown> {
  return arbitrary(resolve(type, noArguments), 0);
}

function arbitrary(type: Type, depth: number): fc.Arbitrary<unknown> {
  const size = depth >= maxDepth ? 0 : 3;
  const inner = (part: Type): fc.Arbitrary<unknown> => arbitrary(part, depth);
  switch (type.kind) {
    case "primitive":
      return primitive(type.name, type.asNumber);
    case "payload":
      return inner(type.content);
    case "option": {
      if (size === 0) return fc.constant(undefined);
      const some = inner(type.element);
      return fc.option(isWrapped(type.element) ? some.map((value) => ({ some: value })) : some, {
        nil: undefined,
      });
    }
    case "list":
      return collection(type.element, 0, size, type.typed, inner);
    case "array":
      return collection(type.element, type.length, type.length, type.typed, inner);
    case "tuple":
      return fc.tuple(...type.elements.map(inner));
    case "map":
      if (size === 0) return fc.constant(new Map());
      return fc
        .array(fc.tuple(inner(type.key), inner(type.value)), { maxLength: size })
        .map((entries) => new Map(entries));
    case "set":
      return fc.array(inner(type.element), { maxLength: size }).map((items) => new Set(items));
    case "result":
      return fc.oneof(
        inner(type.ok).map((value) => ({ ok: true, value })),
        inner(type.error).map((error) => ({ ok: false, error })),
      );
    case "named":
      return named(type, depth + 1);
    default:
      throw new Error(`no values of a ${type.kind}`);
  }
}

function primitive(name: PrimitiveName, asNumber: boolean): fc.Arbitrary<unknown> {
  if (!asNumber) return primitives[name];
  const min = name.startsWith("u") ? 0 : Number.MIN_SAFE_INTEGER;
  return fc.integer({ min, max: Number.MAX_SAFE_INTEGER });
}

function collection(
  element: Type,
  minLength: number,
  maxLength: number,
  typed: boolean,
  inner: (type: Type) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  if (maxLength === 0 && !typed) return fc.constant([]);
  const items = fc.array(inner(element), { minLength, maxLength });
  if (!typed || element.kind !== "primitive") return items;
  const make = typedArrays[element.name];
  return items.map((list) => make?.(list as never[]));
}

function named(type: Type & { kind: "named" }, depth: number): fc.Arbitrary<unknown> {
  const { declaration } = type;
  const inner = (part: Type): fc.Arbitrary<unknown> => arbitrary(resolve(part, argumentsOf(type)), depth);
  if (declaration.kind === "struct") return record(declaration.fields, inner);
  if (declaration.kind === "tupleStruct") {
    const [first, ...rest] = declaration.elements.map(inner);
    return isBrand(declaration) && first !== undefined
      ? first
      : (fc.tuple as (...parts: readonly fc.Arbitrary<unknown>[]) => fc.Arbitrary<unknown>)(
          ...(first === undefined ? [] : [first, ...rest]),
        );
  }
  const { variants } = declaration;
  if (isLiteral(declaration)) return fc.constantFrom(...variants.map(({ name }) => name));
  const ends = variants.filter(({ form }) => form.kind === "unit");
  // Deep down only variants that end: a recursive enum would grow without end.
  const open = depth > maxDepth && ends.length > 0 ? ends : variants;
  return fc
    .constantFrom(...open)
    .chain(({ name, form }) => payload(form, inner).map((rest) => ({ kind: name, ...rest })));
}

function payload(
  form: VariantForm,
  inner: (type: Type) => fc.Arbitrary<unknown>,
): fc.Arbitrary<Record<string, unknown>> {
  switch (form.kind) {
    case "unit":
      return fc.constant({});
    case "newtype":
      return inner(form.type).map((value) => ({ value }));
    case "tuple":
      return fc.tuple(...form.types.map(inner)).map((value) => ({ value }));
    case "struct":
      return record(form.fields, inner, discriminator);
  }
}

/** A struct's member. @param beside a name that is taken, where the member is in a variant */
export function memberOf(field: Field, beside?: string): string {
  const name = fieldName(field);
  return name === beside ? `${name}_` : name;
}

function record(
  fields: readonly Field[],
  inner: (type: Type) => fc.Arbitrary<unknown>,
  beside?: string,
): fc.Arbitrary<Record<string, unknown>> {
  return fc
    .tuple(...fields.map((field) => inner(field.type)))
    .map((values) => Object.fromEntries(fields.map((field, at) => [memberOf(field, beside), values[at]])));
}
