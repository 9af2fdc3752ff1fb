/**
 * Values in the notation of golden files (fixtures/golden/README.md) to TypeScript values and back, by model type.
 */
import type { Field, Type, VariantForm } from "../../packages/codegen/src/model/model.js";
import { argumentsOf, isLiteral, isWrapped, memberName, noArguments, resolve } from "./model-types.js";

/** What a golden file holds. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

type JsonObject = { readonly [name: string]: Json; readonly some?: Json };
/** An object with members, some of which composites are told apart by. */
interface Members {
  [member: string]: unknown;
  some?: unknown;
  kind?: unknown;
  ok?: unknown;
  value?: unknown;
  error?: unknown;
}

/** The TypeScript value that a golden value stands for. */
export function fromGolden(type: Type, value: Json): unknown {
  return read(resolve(type, noArguments), value);
}

/** The golden notation of a TypeScript value; floats only as those of the golden files. */
export function toGolden(type: Type, value: unknown): Json {
  return write(resolve(type, noArguments), value);
}

/** Bytes of a hex text. */
export function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Lower-case hex text of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function read(type: Type, value: Json): unknown {
  switch (type.kind) {
    case "payload":
      return read(type.content, value);
    case "primitive":
      return readPrimitive(type, value);
    case "option": {
      if (value === null) return undefined;
      const some = read(type.element, (value as JsonObject).some as Json);
      return isWrapped(type.element) ? { some } : some;
    }
    case "list":
    case "array": {
      // A list of u8 is recorded as bytes.
      const items = typeof value === "string" ? [...fromHex(value)] : (value as readonly Json[]);
      const elements = items.map((item) => read(type.element, item));
      return type.typed ? Uint8Array.from(elements as number[]) : elements;
    }
    case "tuple":
      return type.elements.map((element, i) => read(element, (value as readonly Json[])[i] as Json));
    case "map":
      return new Map(
        (value as readonly [Json, Json][]).map(([k, v]) => [read(type.key, k), read(type.value, v)]),
      );
    case "set":
      return new Set((value as readonly Json[]).map((item) => read(type.element, item)));
    case "result": {
      const [[name, payload]] = Object.entries(value as JsonObject) as [[string, Json]];
      return name === "Ok"
        ? { ok: true, value: read(type.ok, payload) }
        : { ok: false, error: read(type.error, payload) };
    }
    case "named":
      return readNamed(type, value as JsonObject);
    case "alias":
    case "parameter":
    case "channel":
      throw new Error(`no golden value of a ${type.kind}`);
  }
}

function readPrimitive(type: Type & { kind: "primitive" }, value: Json): unknown {
  switch (type.name) {
    case "bool":
    case "char":
    case "string":
      return value;
    case "bytes":
      return fromHex(value as string);
    case "unit":
      return undefined;
    case "never":
      throw new Error("never has no value");
    case "f32":
    case "f64":
      return readFloat(type.name, value as number | string);
    default:
      return type.asNumber || !/64|128/.test(type.name) ? Number(value) : BigInt(value as number | string);
  }
}

const specials: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-0": -0,
};

function readFloat(name: "f32" | "f64", value: number | string): number {
  if (typeof value === "number") return value;
  const special = specials[value];
  if (special !== undefined) return special;
  const bits = new DataView(new ArrayBuffer(8));
  const hex = value.slice("NaN:".length);
  if (name === "f32") {
    bits.setUint32(0, Number.parseInt(hex, 16));
    return bits.getFloat32(0);
  }
  bits.setBigUint64(0, BigInt(`0x${hex}`));
  return bits.getFloat64(0);
}

function readNamed(type: Type & { kind: "named" }, value: JsonObject): unknown {
  const { declaration } = type;
  const inner = (t: Type): Type => resolve(t, argumentsOf(type));
  if (declaration.kind === "tupleStruct") throw new Error("no recorded value is of a tuple struct");
  if (declaration.kind === "struct") return readFields(declaration.fields, inner, value);
  const [[name, payload]] = Object.entries(value) as [[string, Json]];
  if (isLiteral(declaration)) return name;
  const form = declaration.variants.find((variant) => variant.name === name)?.form as VariantForm;
  switch (form.kind) {
    case "unit":
      return { kind: name };
    case "newtype":
      return { kind: name, value: read(inner(form.type), payload) };
    case "tuple":
      return {
        kind: name,
        value: form.types.map((t, i) => read(inner(t), (payload as readonly Json[])[i] as Json)),
      };
    case "struct":
      return { kind: name, ...readFields(form.fields, inner, payload as JsonObject, "kind") };
  }
}

function readFields(
  fields: readonly Field[],
  inner: (type: Type) => Type,
  value: JsonObject,
  beside?: "kind",
): Members {
  return Object.fromEntries(
    fields.map((field) => [memberName(field, beside), read(inner(field.type), value[field.name] as Json)]),
  );
}

function write(type: Type, value: unknown): Json {
  switch (type.kind) {
    case "payload":
      return write(type.content, value);
    case "primitive":
      return writePrimitive(type.name, value);
    case "option":
      if (value === undefined) return null;
      return { some: write(type.element, isWrapped(type.element) ? (value as Members).some : value) };
    case "list":
    case "array":
      return Array.from(value as ArrayLike<unknown>, (item) => write(type.element, item));
    case "tuple":
      return type.elements.map((element, i) => write(element, (value as unknown[])[i]));
    case "map":
      return [...(value as Map<unknown, unknown>)].map(([k, v]) => [
        write(type.key, k),
        write(type.value, v),
      ]);
    case "set":
      return [...(value as Set<unknown>)].map((item) => write(type.element, item));
    case "result": {
      const result = value as { ok: boolean; value: unknown; error: unknown };
      return result.ok ? { Ok: write(type.ok, result.value) } : { Err: write(type.error, result.error) };
    }
    case "named":
      return writeNamed(type, value);
    case "alias":
    case "parameter":
    case "channel":
      throw new Error(`no golden value of a ${type.kind}`);
  }
}

function writePrimitive(name: string, value: unknown): Json {
  if (value instanceof Uint8Array) return toHex(value);
  if (name === "unit") return null;
  if (typeof value === "bigint") {
    const asNumber = Number(value);
    return Number.isSafeInteger(asNumber) ? asNumber : String(value);
  }
  if (typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0))) return value as Json;
  return Object.entries(specials).find(([, special]) => Object.is(special, value))?.[0] as string;
}

function writeNamed(type: Type & { kind: "named" }, value: unknown): Json {
  const { declaration } = type;
  const inner = (t: Type): Type => resolve(t, argumentsOf(type));
  const fields = (list: readonly Field[], beside?: "kind"): JsonObject =>
    Object.fromEntries(
      list.map((field) => [
        field.name,
        write(inner(field.type), (value as Members)[memberName(field, beside)]),
      ]),
    );
  if (declaration.kind === "tupleStruct") throw new Error("no recorded value is of a tuple struct");
  if (declaration.kind === "struct") return fields(declaration.fields);
  const literal = isLiteral(declaration);
  const { kind, value: payload } = (literal ? { kind: value } : value) as { kind: string; value: unknown };
  const form = declaration.variants.find((variant) => variant.name === kind)?.form as VariantForm;
  switch (form.kind) {
    case "unit":
      return { [kind]: null };
    case "newtype":
      return { [kind]: write(inner(form.type), payload) };
    case "tuple":
      return { [kind]: form.types.map((t, i) => write(inner(t), (payload as unknown[])[i])) };
    case "struct":
      return { [kind]: fields(form.fields, "kind") };
  }
}
