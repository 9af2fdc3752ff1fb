/** Values of a world: random ones, their bytes, declared defaults. */
import {
  type Chance,
  type Declaration,
  type Field,
  find,
  type Primitive,
  type Type,
  type World,
} from "../support/worlds.js";

export interface Members {
  [member: string]: unknown;
  kind?: string;
  value?: unknown;
}

/** Whether a present value of an option of this type is wrapped. */
export function isWrapped(element: Type): boolean {
  return element.kind === "option" || (element.kind === "primitive" && element.name === "unit");
}

/** Whether the values of an enum are string literals. */
export function isLiteral(declaration: Declaration): boolean {
  return declaration.kind === "enum" && declaration.variants.every(({ form }) => form.kind === "unit");
}

/** A random value of a type, as TypeScript has it. @param depth levels that are not empty yet */
export function randomValue(world: World, type: Type, chance: Chance, depth = 6): unknown {
  const inner = (one: Type): unknown => randomValue(world, one, chance, depth - 1);
  const many = (one: Type): unknown[] =>
    Array.from({ length: depth <= 0 ? 0 : chance.integer(4) }, () => inner(one));
  switch (type.kind) {
    case "primitive":
      return randomPrimitive(type.name, chance);
    case "option": {
      if (depth <= 0 || chance.once(3)) return undefined;
      const some = inner(type.element);
      return isWrapped(type.element) ? { some } : some;
    }
    case "list":
      return many(type.element);
    case "set":
      return new Set(many(type.element));
    case "array":
      return Array.from({ length: type.length }, () => inner(type.element));
    case "map":
      return new Map(many(type.key).map((key) => [key, inner(type.value)]));
    case "tuple":
      return type.elements.map(inner);
    case "result":
      return chance.once(2) ? { ok: true, value: inner(type.ok) } : { ok: false, error: inner(type.error) };
    case "named":
      return randomNamed(find(world, type.name), chance, inner);
  }
}

function randomNamed(declaration: Declaration, chance: Chance, inner: (type: Type) => unknown): unknown {
  const fields = (list: readonly Field[]): Members =>
    Object.fromEntries(list.map((field) => [field.name, inner(field.type)]));
  if (declaration.kind === "struct") return fields(declaration.fields);
  const { name: kind, form } = chance.pick(declaration.variants);
  if (isLiteral(declaration)) return kind;
  switch (form.kind) {
    case "unit":
      return { kind };
    case "newtype":
      return { kind, value: inner(form.type) };
    case "tuple":
      return { kind, value: form.types.map(inner) };
    case "struct":
      return { kind, ...fields(form.fields) };
  }
}

function randomPrimitive(name: Primitive, chance: Chance): unknown {
  const wide = (): bigint => (BigInt(chance.integer(0x1_0000_0000)) << 21n) >> BigInt(chance.integer(53));
  switch (name) {
    case "bool":
      return chance.once(2);
    case "u8":
      return chance.integer(256);
    case "u16":
      return chance.integer(65_536);
    case "u32":
      return chance.integer(0x1_0000_0000) >>> chance.integer(32);
    case "i8":
      return chance.integer(256) - 128;
    case "i16":
      return chance.integer(65_536) - 32_768;
    case "i32":
      return (chance.integer(0x1_0000_0000) - 0x8000_0000) >> chance.integer(32);
    case "u64":
    case "u128":
      return wide();
    case "i64":
    case "i128":
      return wide() - 12_345n;
    case "f32":
      return Math.fround(chance.integer(1000) / 8);
    case "f64":
      return chance.integer(1_000_000) / 7;
    case "char":
      return chance.pick(["a", "é", "€", "😀"]);
    case "string":
      return chance.pick(["", "x", "grüße", "a longer text that is not short"]);
    case "bytes":
      return Uint8Array.from({ length: chance.integer(5) }, () => chance.integer(256));
    case "unit":
      return undefined;
  }
}

/** The default that a field of this type declares. */
export function defaultOf(type: Type): unknown {
  switch (type.kind) {
    case "primitive":
      return primitiveDefaults[type.name];
    case "option":
      return undefined;
    case "list":
      return [];
    case "set":
      return new Set();
    case "map":
      return new Map();
    default:
      return `default of a ${type.kind}`;
  }
}

const primitiveDefaults: Readonly<Record<Primitive, unknown>> = {
  bool: true,
  u8: 5,
  u16: 500,
  u32: 70_000,
  u64: 7n,
  u128: 8n,
  i8: -1,
  i16: -300,
  i32: -70_000,
  i64: -7n,
  i128: -8n,
  f32: 0.5,
  f64: 1.5,
  char: "x",
  string: "hi",
  bytes: new Uint8Array(0),
  unit: undefined,
};

/** Bytes of a value, byte by byte. */
export function encode(world: World, type: Type, value: unknown): Uint8Array {
  const bytes: number[] = [];
  put(world, type, value, bytes);
  return Uint8Array.from(bytes);
}

function put(world: World, type: Type, value: unknown, bytes: number[]): void {
  const inner = (one: Type, part: unknown): void => put(world, one, part, bytes);
  switch (type.kind) {
    case "primitive":
      putPrimitive(type.name, value, bytes);
      return;
    case "option":
      bytes.push(value === undefined ? 0 : 1);
      if (value !== undefined) {
        inner(type.element, isWrapped(type.element) ? (value as { some: unknown }).some : value);
      }
      return;
    case "list":
    case "set": {
      const items = [...(value as Iterable<unknown>)];
      putVarint(BigInt(items.length), bytes);
      for (const item of items) inner(type.element, item);
      return;
    }
    case "array":
      for (const item of value as unknown[]) inner(type.element, item);
      return;
    case "map": {
      const map = value as Map<unknown, unknown>;
      putVarint(BigInt(map.size), bytes);
      for (const [key, item] of map) {
        inner(type.key, key);
        inner(type.value, item);
      }
      return;
    }
    case "tuple":
      for (const [i, element] of type.elements.entries()) inner(element, (value as unknown[])[i]);
      return;
    case "result": {
      const result = value as { ok: boolean; value: unknown; error: unknown };
      putVarint(result.ok ? 0n : 1n, bytes);
      if (result.ok) inner(type.ok, result.value);
      else inner(type.error, result.error);
      return;
    }
    case "named":
      putNamed(find(world, type.name), value, bytes, inner);
  }
}

function putNamed(
  declaration: Declaration,
  value: unknown,
  bytes: number[],
  inner: (type: Type, value: unknown) => void,
): void {
  const fields = (list: readonly Field[], members: Members): void => {
    for (const field of list) inner(field.type, members[field.name]);
  };
  if (declaration.kind === "struct") {
    fields(declaration.fields, value as Members);
    return;
  }
  const members = (isLiteral(declaration) ? { kind: value } : value) as Members;
  const index = declaration.variants.findIndex(({ name }) => name === members.kind);
  putVarint(BigInt(index), bytes);
  const form = declaration.variants[index]?.form;
  if (form?.kind === "newtype") inner(form.type, members.value);
  else if (form?.kind === "struct") fields(form.fields, members);
  else if (form?.kind === "tuple") {
    for (const [i, type] of form.types.entries()) inner(type, (members.value as unknown[])[i]);
  }
}

function putVarint(value: bigint, bytes: number[]): void {
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
}

function putPrimitive(name: Primitive, value: unknown, bytes: number[]): void {
  const zigzag = (n: bigint): bigint => (n >= 0n ? 2n * n : -2n * n - 1n);
  switch (name) {
    case "bool":
      bytes.push(value === true ? 1 : 0);
      return;
    case "u8":
    case "i8":
      bytes.push((value as number) & 0xff);
      return;
    case "f32":
      bytes.push(...new Uint8Array(Float32Array.of(value as number).buffer));
      return;
    case "f64":
      bytes.push(...new Uint8Array(Float64Array.of(value as number).buffer));
      return;
    case "char":
    case "string": {
      const text = new TextEncoder().encode(value as string);
      putVarint(BigInt(text.length), bytes);
      bytes.push(...text);
      return;
    }
    case "bytes":
      putVarint(BigInt((value as Uint8Array).length), bytes);
      bytes.push(...(value as Uint8Array));
      return;
    case "unit":
      return;
    default: {
      const integer = BigInt(value as number | bigint);
      putVarint(name.startsWith("i") ? zigzag(integer) : integer, bytes);
    }
  }
}
