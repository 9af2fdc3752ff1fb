/**
 * Shapes of declared types in the compact form of generated code: the names of all members in one text, their shapes in
 * one list.
 */
import type { TypeId } from "../schema/model.js";
import type {
  EnumShape,
  FieldShape,
  MakeObject,
  Shape,
  StructShape,
  TupleShape,
  TupleStructShape,
  VariantShape,
} from "./shape.js";

/** Makes defaults of fields, by the names of the fields. */
export type Defaults = Readonly<Record<string, () => unknown>>;

/**
 * Shape of a struct.
 * @param id undefined for a type with arguments
 * @param members names of the fields, separated by spaces, each as {@link fieldOf} reads it
 * @param shapes of the fields, in order; called when needed, so that a type may contain itself
 * @param make the object from the values of all fields: `(v) => ({ id: v[0], name: v[1] })`
 */
export function struct(
  name: string,
  id: TypeId | undefined,
  members: string,
  shapes: () => readonly Shape[],
  make?: MakeObject,
  defaults?: Defaults,
): StructShape {
  const fields = kept(() => {
    const list = shapes();
    return members === "" ? [] : members.split(" ").map((text, at) => fieldOf(text, list[at], defaults));
  });
  return make === undefined
    ? { kind: "struct", name, id, fields }
    : { kind: "struct", name, id, fields, make };
}

/**
 * Shape of a tuple struct.
 * @param isValue whether a value is that of the one element
 * @param isTransparent whether it is the one element on the wire, too
 */
export function tupleStruct(
  name: string,
  id: TypeId | undefined,
  elements: () => readonly Shape[],
  isValue: boolean,
  isTransparent = false,
): TupleStructShape {
  return { kind: "tupleStruct", name, id, elements, isValue, isTransparent };
}

/** Shape of an enum whose values are string literals. */
export function literals(name: string, id: TypeId | undefined, names: readonly string[]): EnumShape {
  const variants = names.map((variant): VariantShape => ({ name: variant, payload: "unit" }));
  return { kind: "enum", name, id, literal: true, variants };
}

/**
 * Shape of an enum whose values are objects.
 * @param variants separated by spaces: `Name`; `Name=` with one value; `Name/2` with values by position; `Name(a,b)`
 * with fields, as {@link fieldOf} reads them
 * @param shapes of all values, in order
 * @param makers of the objects of variants with fields, by variant
 * @param defaults of fields, by `Variant.field`
 */
export function variants(
  name: string,
  id: TypeId | undefined,
  variants: string,
  shapes: () => readonly Shape[],
  makers: Readonly<Record<string, MakeObject>> = {},
  defaults: Defaults = {},
): EnumShape {
  const all = kept(shapes);
  let next = 0;
  const list = variants.split(" ").map((text): VariantShape => {
    const [variant = "", mark = "", content = ""] = text.split(/([=/(])/);
    const first = next;
    if (mark === "") return { name: variant, payload: "unit" };
    if (mark === "=") {
      next += 1;
      return { name: variant, payload: "newtype", shape: () => all()[first] as Shape };
    }
    if (mark === "/") {
      next += Number(content);
      const end = next;
      const shape = kept((): TupleShape => ({ kind: "tuple", elements: all().slice(first, end) }));
      return { name: variant, payload: "tuple", shape };
    }
    const members = content === ")" ? [] : content.slice(0, -1).split(",");
    next += members.length;
    const fields = kept(() =>
      members.map((member, at) => fieldOf(member, all()[first + at], defaults, `${variant}.`)),
    );
    const make = Object.hasOwn(makers, variant) ? makers[variant] : undefined;
    return make === undefined
      ? { name: variant, payload: "struct", fields }
      : { name: variant, payload: "struct", fields, make };
  });
  return { kind: "enum", name, id, literal: false, variants: list };
}

/**
 * A field from its name on the wire, `:` and the member where that is not {@link memberOf} the name, `!` or `?`
 * where it is required, or is not, against the rule for its kind.
 */
function fieldOf(text: string, shape: Shape | undefined, defaults: Defaults = {}, prefix = ""): FieldShape {
  const [, name = "", member = memberOf(name), mark] = /^([^:!?]*)(?::([^!?]*))?([!?]?)$/.exec(text) ?? [];
  if (shape === undefined) throw new TypeError(`the field ${name} has no shape`);
  const makeDefault = Object.hasOwn(defaults, prefix + name) ? defaults[prefix + name] : undefined;
  return {
    name,
    member,
    shape,
    ...(makeDefault === undefined ? {} : { default: makeDefault }),
    ...(mark === "" ? {} : { required: mark === "!" }),
  };
}

/** The TypeScript member of most names: `started_at` ⇒ `startedAt`. The compiler writes the others out. */
export function memberOf(name: string): string {
  return name.replace(/_+([^_])/g, (_, letter: string) => letter.toUpperCase());
}

/** A function that is called once, when its result is first needed. */
function kept<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
