/**
 * Types for tests of plans, apart from the compiler's: declarations by name and a root, made at random and changed at
 * random. A world is one side's program.
 */
import type { SchemaPrimitive } from "@voxrpc/runtime/internal/schema";

export type Primitive = Exclude<SchemaPrimitive, "payload" | "never">;

export type Type =
  | { readonly kind: "primitive"; readonly name: Primitive }
  | { readonly kind: "list" | "set" | "option"; readonly element: Type }
  | { readonly kind: "array"; readonly element: Type; readonly length: number }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "tuple"; readonly elements: readonly Type[] }
  | { readonly kind: "result"; readonly ok: Type; readonly error: Type }
  | { readonly kind: "named"; readonly name: string };

export interface Field {
  readonly name: string;
  readonly type: Type;
  /** Whether a default is declared: that of {@link defaultOf}. */
  readonly hasDefault: boolean;
}

export type Form =
  | { readonly kind: "unit" }
  | { readonly kind: "newtype"; readonly type: Type }
  | { readonly kind: "tuple"; readonly types: readonly Type[] }
  | { readonly kind: "struct"; readonly fields: readonly Field[] };

export interface Variant {
  readonly name: string;
  readonly form: Form;
}

export type Declaration =
  | { readonly kind: "struct"; readonly name: string; readonly fields: readonly Field[] }
  | { readonly kind: "enum"; readonly name: string; readonly variants: readonly Variant[] };

export interface World {
  /** By the name that types refer to, which need not be the declared one. */
  readonly declarations: ReadonlyMap<string, Declaration>;
  readonly root: Type;
}

const primitives: readonly Primitive[] = [
  ..."bool u8 u16 u32 u64 u128 i8 i16 i32 i64 i128 f32 f64 char string bytes unit".split(" "),
] as never;
const keys: readonly Primitive[] = ["bool", "u8", "u32", "i16", "u64", "string", "char"];
const names = ["a", "b", "c", "d", "e", "f"];
const variantNames = ["A", "B", "C", "D", "E"];

/** A source of chance that gives the same again for the same seed. */
export class Chance {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 to `below` - 1. */
  integer(below: number): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000) * below);
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.integer(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.integer(list.length)] as T;
  }

  shuffle<T>(list: readonly T[]): T[] {
    const items = [...list];
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [items[i], items[j]] = [items[j] as T, items[i] as T];
    }
    return items;
  }

  some<T>(list: readonly T[], least: number): T[] {
    return this.shuffle(list).slice(0, least + this.integer(list.length - least + 1));
  }
}

const struct: readonly string[] = ["S0", "S1", "S2"];
const enums: readonly string[] = ["E0", "E1"];

/** A random world: a few structs and enums that may contain each other, and a root. */
export function randomWorld(chance: Chance): World {
  const declarations = new Map<string, Declaration>();
  const order = chance.shuffle([...struct, ...enums]);
  for (const [index, name] of order.entries()) {
    // Directly only what comes later, so that values end; anything behind a list or an option.
    const later = order.slice(index + 1);
    const type = (): Type => randomType(chance, 2, later, order);
    declarations.set(
      name,
      struct.includes(name)
        ? { kind: "struct", name, fields: randomFields(chance, type, true) }
        : { kind: "enum", name, variants: randomVariants(chance, type) },
    );
  }
  const [first] = order;
  const root: Type = chance.once(4)
    ? randomType(chance, 2, order, order)
    : { kind: "named", name: first as string };
  return oneArray({ declarations, root });
}

function randomFields(chance: Chance, type: () => Type, mayDefault: boolean): Field[] {
  return chance
    .some(names, 0)
    .map((name) => ({ name, type: type(), hasDefault: mayDefault && chance.once(3) }));
}

function randomVariants(chance: Chance, type: () => Type): Variant[] {
  return chance.some(variantNames, 1).map((name) => ({ name, form: randomForm(chance, type) }));
}

function randomForm(chance: Chance, type: () => Type): Form {
  switch (chance.integer(4)) {
    case 0:
      return { kind: "unit" };
    case 1:
      return { kind: "newtype", type: type() };
    case 2:
      return { kind: "tuple", types: [type(), type()] };
    default:
      return { kind: "struct", fields: randomFields(chance, type, false) };
  }
}

/** @param direct names that fit everywhere @param any names that fit where a value may be absent */
function randomType(chance: Chance, depth: number, direct: readonly string[], any: readonly string[]): Type {
  if (depth === 0 || chance.once(3)) {
    if (direct.length > 0 && chance.once(2)) return { kind: "named", name: chance.pick(direct) };
    return { kind: "primitive", name: chance.pick(primitives) };
  }
  const inner = (): Type => randomType(chance, depth - 1, direct, any);
  const optional = (): Type => randomType(chance, depth - 1, any, any);
  switch (chance.integer(8)) {
    case 0:
      return { kind: "option", element: optional() };
    case 1:
      return { kind: "list", element: optional() };
    case 2:
      return { kind: "map", key: { kind: "primitive", name: chance.pick(keys) }, value: optional() };
    case 3:
      return { kind: "set", element: { kind: "primitive", name: chance.pick(keys) } };
    case 4:
      return { kind: "array", element: inner(), length: chance.integer(4) };
    case 5:
      return { kind: "result", ok: inner(), error: inner() };
    case 6:
      return { kind: "tuple", elements: Array.from({ length: 1 + chance.integer(3) }, inner) };
    default:
      return inner();
  }
}

/** A name that no field or variant has: a type may have lost one since it got its last. */
function freeName(members: readonly { readonly name: string }[], prefix: string): string {
  let number = members.length;
  while (members.some(({ name }) => name === `${prefix}${number}`)) number += 1;
  return `${prefix}${number}`;
}

/** The world with some changes: what a team does to its schema. */
export function mutate(world: World, chance: Chance): World {
  let changed = world;
  for (let left = chance.integer(4); left >= 0; left--) changed = mutateOnce(changed, chance);
  return oneArray(changed);
}

function mutateOnce(world: World, chance: Chance): World {
  const type = (): Type => randomType(chance, 1, [], [...world.declarations.keys()]);
  if (chance.once(12)) return { ...world, root: wrap(world.root, chance) };
  const declarations = new Map(world.declarations);
  const key = chance.pick([...declarations.keys()]);
  const declaration = declarations.get(key) as Declaration;
  if (chance.once(15)) declarations.set(key, { ...declaration, name: `${declaration.name}x` });
  else if (declaration.kind === "struct") {
    declarations.set(key, { ...declaration, fields: mutateFields(declaration.fields, chance, type, true) });
  } else {
    declarations.set(key, { ...declaration, variants: mutateVariants(declaration.variants, chance, type) });
  }
  return { ...world, declarations };
}

function mutateFields(
  fields: readonly Field[],
  chance: Chance,
  type: () => Type,
  mayDefault: boolean,
): readonly Field[] {
  const at = chance.integer(fields.length);
  const replace = (change: (field: Field) => Field): readonly Field[] =>
    fields.map((field, i) => (i === at ? change(field) : field));
  switch (chance.integer(7)) {
    case 0:
      return [
        ...fields,
        { name: freeName(fields, "new"), type: type(), hasDefault: mayDefault && !chance.once(3) },
      ];
    case 1:
      return fields.filter((_, i) => i !== at);
    case 2:
    case 3:
      return chance.shuffle(fields);
    case 4:
      return replace((field) => ({ ...field, name: `${field.name}r` }));
    case 5:
      return replace((field) => ({ ...field, type: type() }));
    default:
      return replace((field) => ({ ...field, type: wrap(field.type, chance) }));
  }
}

function mutateVariants(variants: readonly Variant[], chance: Chance, type: () => Type): readonly Variant[] {
  const at = chance.integer(variants.length);
  const replace = (change: (variant: Variant) => Variant): readonly Variant[] =>
    variants.map((variant, i) => (i === at ? change(variant) : variant));
  switch (chance.integer(6)) {
    case 0:
      return [...variants, { name: freeName(variants, "New"), form: randomForm(chance, type) }];
    case 1:
      return variants.length > 1 ? variants.filter((_, i) => i !== at) : variants;
    case 2:
      return chance.shuffle(variants);
    case 3:
      return replace((variant) => ({ ...variant, name: `${variant.name}r` }));
    case 4:
      return replace((variant) => ({ ...variant, form: randomForm(chance, type) }));
    default:
      return replace((variant) =>
        variant.form.kind === "struct"
          ? {
              ...variant,
              form: { kind: "struct", fields: mutateFields(variant.form.fields, chance, type, false) },
            }
          : variant,
      );
  }
}

function wrap(type: Type, chance: Chance): Type {
  switch (chance.integer(4)) {
    case 0:
      return { kind: "option", element: type };
    case 1:
      return { kind: "list", element: type };
    case 2:
      return { kind: "tuple", elements: [type] };
    default:
      if (type.kind === "list" && type.element.kind === "primitive" && keys.includes(type.element.name)) {
        return { kind: "set", element: type.element };
      }
      return type.kind === "option" ? type.element : type;
  }
}

/** All arrays of a root may share one length (`protocol/schemas.md` §3.1): a world has one array at most. */
function oneArray(world: World): World {
  let arrays = 0;
  const visit = (type: Type): Type => {
    switch (type.kind) {
      case "primitive":
      case "named":
        return type;
      case "array":
        arrays += 1;
        if (arrays > 1) return { kind: "option", element: visit(type.element) };
        return { ...type, element: visit(type.element) };
      case "map":
        return { ...type, value: visit(type.value) };
      case "tuple":
        return { ...type, elements: type.elements.map(visit) };
      case "result":
        return { ...type, ok: visit(type.ok), error: visit(type.error) };
      default:
        return { ...type, element: visit(type.element) };
    }
  };
  const fields = (list: readonly Field[]): readonly Field[] =>
    list.map((field) => ({ ...field, type: visit(field.type) }));
  const form = (one: Form): Form => {
    switch (one.kind) {
      case "unit":
        return one;
      case "newtype":
        return { ...one, type: visit(one.type) };
      case "tuple":
        return { ...one, types: one.types.map(visit) };
      case "struct":
        return { ...one, fields: fields(one.fields) };
    }
  };
  const declarations = new Map<string, Declaration>();
  for (const [key, declaration] of world.declarations) {
    declarations.set(
      key,
      declaration.kind === "struct"
        ? { ...declaration, fields: fields(declaration.fields) }
        : {
            ...declaration,
            variants: declaration.variants.map((variant) => ({ ...variant, form: form(variant.form) })),
          },
    );
  }
  return { declarations, root: visit(world.root) };
}

/** The declaration behind a name. */
export function find(world: World, name: string): Declaration {
  const declaration = world.declarations.get(name);
  if (declaration === undefined) throw new Error(`no declaration ${name}`);
  return declaration;
}
