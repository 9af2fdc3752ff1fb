/** Constructors of shapes. All are pure, so that a bundler can drop the shapes of unused types. */
import {
  durationProblem,
  readDuration,
  readTimedelta,
  writeDuration,
  writeTimedelta,
} from "../postcard/durations.js";
import { readValue, valueProblem, writeValue } from "../postcard/values.js";
import type {
  ArrayShape,
  EnumShape,
  FieldShape,
  ListShape,
  MakeObject,
  MapShape,
  OptionShape,
  PayloadFunctions,
  PayloadPrimitive,
  PayloadShape,
  PrimitiveShape,
  ResultShape,
  SetShape,
  Shape,
  ShapePrimitive,
  StructShape,
  TupleShape,
  TupleStructShape,
  VariantShape,
} from "./shape.js";

function primitive(type: ShapePrimitive, asNumber = false): PrimitiveShape {
  return { kind: "primitive", type, asNumber };
}

function payloadPrimitive(type: PayloadPrimitive, payload: PayloadFunctions): PrimitiveShape {
  return { kind: "primitive", type, asNumber: false, payload };
}

/** Shape of `bool`. */
export const boolShape: PrimitiveShape = /*@__PURE__*/ primitive("bool");
/** Shape of `u8`. */
export const u8Shape: PrimitiveShape = /*@__PURE__*/ primitive("u8");
/** Shape of `u16`. */
export const u16Shape: PrimitiveShape = /*@__PURE__*/ primitive("u16");
/** Shape of `u32`. */
export const u32Shape: PrimitiveShape = /*@__PURE__*/ primitive("u32");
/** Shape of `u64`. */
export const u64Shape: PrimitiveShape = /*@__PURE__*/ primitive("u64");
/** Shape of `u128`. */
export const u128Shape: PrimitiveShape = /*@__PURE__*/ primitive("u128");
/** Shape of `i8`. */
export const i8Shape: PrimitiveShape = /*@__PURE__*/ primitive("i8");
/** Shape of `i16`. */
export const i16Shape: PrimitiveShape = /*@__PURE__*/ primitive("i16");
/** Shape of `i32`. */
export const i32Shape: PrimitiveShape = /*@__PURE__*/ primitive("i32");
/** Shape of `i64`. */
export const i64Shape: PrimitiveShape = /*@__PURE__*/ primitive("i64");
/** Shape of `i128`. */
export const i128Shape: PrimitiveShape = /*@__PURE__*/ primitive("i128");
/** Shape of `f32`. */
export const f32Shape: PrimitiveShape = /*@__PURE__*/ primitive("f32");
/** Shape of `f64`. */
export const f64Shape: PrimitiveShape = /*@__PURE__*/ primitive("f64");
/** Shape of `char`. */
export const charShape: PrimitiveShape = /*@__PURE__*/ primitive("char");
/** Shape of `string`. */
export const stringShape: PrimitiveShape = /*@__PURE__*/ primitive("string");
/** Shape of `bytes`. */
export const bytesShape: PrimitiveShape = /*@__PURE__*/ primitive("bytes");
/** Shape of `unit`. */
export const unitShape: PrimitiveShape = /*@__PURE__*/ primitive("unit");
/** Shape of `never`. */
export const neverShape: PrimitiveShape = /*@__PURE__*/ primitive("never");
/** Shape of `duration`. */
export const durationShape: PrimitiveShape = /*@__PURE__*/ payloadPrimitive("duration", {
  read: readDuration,
  write: writeDuration,
  room: 15,
  problem: (value) => durationProblem(value, false),
});
/** Shape of `timedelta`. */
export const timedeltaShape: PrimitiveShape = /*@__PURE__*/ payloadPrimitive("timedelta", {
  read: readTimedelta,
  write: writeTimedelta,
  room: 15,
  problem: (value) => durationProblem(value, true),
});
/** Shape of `value`. */
export const valueShape: PrimitiveShape = /*@__PURE__*/ payloadPrimitive("value", {
  read: readValue,
  write: writeValue,
  room: 0,
  problem: valueProblem,
});
/** Shape of `u64` marked `@js(number)`. */
export const u64NumberShape: PrimitiveShape = /*@__PURE__*/ primitive("u64", true);
/** Shape of `i64` marked `@js(number)`. */
export const i64NumberShape: PrimitiveShape = /*@__PURE__*/ primitive("i64", true);
/** Shape of `u128` marked `@js(number)`. */
export const u128NumberShape: PrimitiveShape = /*@__PURE__*/ primitive("u128", true);
/** Shape of `i128` marked `@js(number)`. */
export const i128NumberShape: PrimitiveShape = /*@__PURE__*/ primitive("i128", true);

/** Shape of `T?`. @param wrapped whether a present value is `{ some: value }` */
export function optionShape(element: Shape, wrapped = false): OptionShape {
  return { kind: "option", element, wrapped };
}

/** Shape of `T[]`. @param typed whether the value is a typed array */
export function listShape(element: Shape, typed = false): ListShape {
  return { kind: "list", element, typed };
}

/** Shape of `T[N]`. @param typed whether the value is a typed array */
export function arrayShape(element: Shape, length: number, typed = false): ArrayShape {
  return { kind: "array", element, length, typed };
}

/** Shape of `(A, B)`. @param names what paths say instead of the position (argument lists) */
export function tupleShape(elements: readonly Shape[], names?: readonly string[]): TupleShape {
  return names === undefined ? { kind: "tuple", elements } : { kind: "tuple", elements, names };
}

/** Shape of `map<K, V>`. */
export function mapShape(key: Shape, value: Shape): MapShape {
  return { kind: "map", key, value };
}

/** Shape of `set<T>`. */
export function setShape(element: Shape): SetShape {
  return { kind: "set", element };
}

/** Shape of `result<T, E>`. */
export function resultShape(ok: Shape, error: Shape): ResultShape {
  return { kind: "result", ok, error };
}

/**
 * One member of a struct.
 * @param name in the `.vox` file
 * @param member in TypeScript
 * @param defaultValue makes the value for a peer that does not have the field
 */
export function fieldShape(
  name: string,
  member: string,
  shape: Shape,
  defaultValue?: () => unknown,
): FieldShape {
  return defaultValue === undefined
    ? { name, member, shape }
    : { name, member, shape, default: defaultValue };
}

/**
 * Shape of a struct.
 * @param fields called when needed, so that a type may contain itself
 * @param make the object from the values of all fields: `(v) => ({ id: v[0], name: v[1] })`
 */
export function structShape(
  name: string,
  fields: () => readonly FieldShape[],
  make?: MakeObject,
): StructShape {
  return make === undefined ? { kind: "struct", name, fields } : { kind: "struct", name, fields, make };
}

/**
 * Shape of a tuple struct.
 * @param elements called when needed, so that a type may contain itself
 * @param isValue whether a value is that of the one element
 * @param isTransparent whether it is the one element on the wire, too
 */
export function tupleStructShape(
  name: string,
  elements: () => readonly Shape[],
  isValue: boolean,
  isTransparent = false,
): TupleStructShape {
  return { kind: "tupleStruct", name, elements, isValue, isTransparent };
}

/** Shape of a `@payload` type. @param content what its bytes are */
export function payloadShape(content: Shape): PayloadShape {
  return { kind: "payload", content };
}

/** Variant without payload. */
export function unitVariant(name: string): VariantShape {
  return { name, payload: "unit" };
}

/** Variant with one value. */
export function newtypeVariant(name: string, shape: () => Shape): VariantShape {
  return { name, payload: "newtype", shape };
}

/** Variant with values by position. */
export function tupleVariant(name: string, shape: () => TupleShape): VariantShape {
  return { name, payload: "tuple", shape };
}

/** Variant with values by name. @param make the object, `kind` first, from the values of all fields */
export function structVariant(
  name: string,
  fields: () => readonly FieldShape[],
  make?: MakeObject,
): VariantShape {
  return make === undefined ? { name, payload: "struct", fields } : { name, payload: "struct", fields, make };
}

/** Shape of an enum. @param literal whether the values are string literals (unit variants only) */
export function enumShape(name: string, literal: boolean, variants: readonly VariantShape[]): EnumShape {
  return { kind: "enum", name, literal, variants };
}
