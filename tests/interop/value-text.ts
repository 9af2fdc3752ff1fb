/** Values as text that has no postcard in it: the Rust peer writes the same text (`interop/generated/value.rs`). */
import type { Field, PrimitiveName, Type } from "../../packages/codegen/src/model/model.js";
import { discriminator } from "../../packages/codegen/src/model/names.js";
import { isBrand } from "../../packages/codegen/src/model/tuple-structs.js";
import { memberOf } from "../support/arbitrary.js";
import { argumentsOf, isLiteral, isWrapped, noArguments, resolve } from "../support/model-types.js";

type Members = Readonly<Record<string, unknown>>;

export function textOf(type: Type, value: unknown): string {
  return write(resolve(type, noArguments), value);
}

function write(type: Type, value: unknown): string {
  switch (type.kind) {
    case "primitive":
      return primitive(type.name, value);
    case "payload":
      return `[${write(type.content, value)}]`;
    case "option": {
      if (value === undefined) return "-";
      return `+${write(type.element, isWrapped(type.element) ? (value as Members)["some"] : value)}`;
    }
    case "list":
    case "array":
      return bracketed([...(value as Iterable<unknown>)].map((item) => write(type.element, item)));
    case "tuple":
      return bracketed(type.elements.map((element, at) => write(element, (value as unknown[])[at])));
    case "map":
      return sorted(
        [...(value as Map<unknown, unknown>)].map(
          ([key, item]) => `${write(type.key, key)}=${write(type.value, item)}`,
        ),
      );
    case "set":
      return sorted([...(value as Set<unknown>)].map((item) => write(type.element, item)));
    case "result": {
      const { ok, value: answer, error } = value as Members;
      return ok === true ? `ok:${write(type.ok, answer)}` : `err:${write(type.error, error)}`;
    }
    case "named":
      return named(type, value);
    default:
      throw new Error(`no text of a ${type.kind}`);
  }
}

function named(type: Type & { kind: "named" }, value: unknown): string {
  const { declaration } = type;
  const inner = (part: Type, item: unknown): string => write(resolve(part, argumentsOf(type)), item);
  const members = (fields: readonly Field[], of: unknown, beside?: string): string =>
    bracketed(fields.map((field) => inner(field.type, (of as Members)[memberOf(field, beside)])));
  if (declaration.kind === "struct") return members(declaration.fields, value);
  if (declaration.kind === "tupleStruct") {
    const items = isBrand(declaration) ? [value] : (value as readonly unknown[]);
    return bracketed(declaration.elements.map((element, at) => inner(element, items[at])));
  }
  if (isLiteral(declaration)) return `${String(value)}[]`;
  const kind = (value as Members)[discriminator];
  const variant = declaration.variants.find(({ name }) => name === kind);
  if (variant === undefined) throw new Error(`no variant ${String(kind)}`);
  const { form } = variant;
  const item = (value as Members)["value"];
  if (form.kind === "unit") return `${variant.name}[]`;
  if (form.kind === "newtype") return `${variant.name}[${inner(form.type, item)}]`;
  if (form.kind === "struct") return variant.name + members(form.fields, value, discriminator);
  return variant.name + bracketed(form.types.map((part, at) => inner(part, (item as unknown[])[at])));
}

function primitive(name: PrimitiveName, value: unknown): string {
  switch (name) {
    case "bool":
      return value === true ? "t" : "f";
    case "f32":
      return bits(value as number, 4);
    case "f64":
      return bits(value as number, 8);
    case "char":
      return `c${(value as string).codePointAt(0)}`;
    case "string":
      return quoted(value as string);
    case "bytes":
      return bracketed([...(value as Uint8Array)].map(String));
    case "unit":
      return "u";
    case "duration":
    case "timedelta":
      return String(BigInt(Math.round((value as number) * 1e6)));
    case "value":
      return jsonLike(value);
    default:
      return String(value);
  }
}

/** Whole numbers that are safe travel as integers, others as floats. */
function jsonLike(value: unknown): string {
  if (value === null) return "n";
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number")
    return Number.isSafeInteger(value) && !Object.is(value, -0) ? String(value) : bits(value, 8);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Uint8Array) return `b${bracketed([...value].map(String))}`;
  if (Array.isArray(value)) return bracketed(value.map(jsonLike));
  return sorted(Object.entries(value as object).map(([key, item]) => `${quoted(key)}=${jsonLike(item)}`));
}

function bits(value: number, bytes: 4 | 8): string {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return `x${Buffer.from(view.buffer).toString("hex")}`;
}

function quoted(text: string): string {
  return `'${Buffer.from(text).toString("hex")}'`;
}

function bracketed(parts: readonly string[]): string {
  return `[${parts.join(" ")}]`;
}

function sorted(parts: readonly string[]): string {
  return `{${[...parts].sort().join(",")}}`;
}
