/**
 * The shapes that generated code of a contract has, for what the runtime makes of them: plans that are compared with
 * them, and announcements. The form of values in TypeScript does not count there.
 */
import type { Shape, ShapePrimitive, TupleShape, VariantShape } from "@voxrpc/runtime/internal/schema";
import type { ConcreteType, ConcreteTypes } from "./concrete-type.js";
import type { SourceField, SourceVariant } from "./source-type.js";

type Named = Extract<ConcreteType, { kind: "named" }>;

/** Makes shapes of concrete types: one object for each type. */
export class Shapes {
  readonly #types: ConcreteTypes;
  readonly #made = new Map<ConcreteType, Shape>();
  readonly #described = new Map<Shape, ConcreteType>();

  constructor(types: ConcreteTypes) {
    this.#types = types;
  }

  of(type: ConcreteType): Shape {
    let shape = this.#made.get(type);
    if (shape === undefined) {
      shape = this.#make(type);
      this.#made.set(type, shape);
      this.#described.set(shape, type);
    }
    return shape;
  }

  /** The type that a shape of this table is of. */
  typeOf(shape: Shape): ConcreteType | undefined {
    return this.#described.get(shape);
  }

  #make(type: ConcreteType): Shape {
    switch (type.kind) {
      case "primitive":
        return { kind: "primitive", type: type.name as ShapePrimitive, asNumber: false };
      case "payload":
        return { kind: "payload", content: this.of(type.content) };
      case "box":
        return this.of(type.element);
      case "option":
        return { kind: "option", element: this.of(type.element), wrapped: false };
      case "list":
      case "slice":
        return { kind: "list", element: this.of(type.element), typed: false };
      case "set":
      case "hashSet":
        return { kind: "set", element: this.of(type.element) };
      case "array":
        return { kind: "array", element: this.of(type.element), length: type.length, typed: false };
      case "tuple":
        return this.#tuple(type.elements);
      case "map":
        return { kind: "map", key: this.of(type.key), value: this.of(type.value) };
      case "result":
        return { kind: "result", ok: this.of(type.ok), error: this.of(type.error) };
      case "channel": {
        const item = { shape: this.of(type.element), write: noValues, read: noValues };
        return { kind: "channel", direction: type.direction, item, read: noValues };
      }
      case "named":
        return this.#declared(type);
    }
  }

  #tuple(elements: readonly ConcreteType[]): TupleShape {
    return { kind: "tuple", elements: elements.map((element) => this.of(element)) };
  }

  /** Parts are made when they are looked at: a declaration may lead back to itself. */
  #declared(type: Named): Shape {
    const { declaration } = type;
    const { name } = declaration;
    const members = (): readonly ConcreteType[] => this.#types.members(type).map((member) => member.type);
    switch (declaration.kind) {
      case "tupleStruct":
        return {
          kind: "tupleStruct",
          name,
          elements: () => members().map((member) => this.of(member)),
          isValue: false,
          isTransparent: declaration.isTransparent === true,
        };
      case "struct":
        return { kind: "struct", name, fields: () => this.#fields(declaration.fields, members()) };
      case "enum": {
        const offsets = offsetsOf(declaration.variants);
        const variants = declaration.variants.map((variant) =>
          this.#variant(variant, () => members().slice(offsets.get(variant) ?? 0)),
        );
        return { kind: "enum", name, literal: false, variants };
      }
    }
  }

  /** @param members types from the first one of the variant on */
  #variant({ name, form }: SourceVariant, members: () => readonly ConcreteType[]): VariantShape {
    switch (form.kind) {
      case "unit":
        return { name, payload: "unit" };
      case "newtype":
        return { name, payload: "newtype", shape: () => this.of(members()[0] as ConcreteType) };
      case "tuple":
        return { name, payload: "tuple", shape: () => this.#tuple(members().slice(0, form.types.length)) };
      case "struct":
        return { name, payload: "struct", fields: () => this.#fields(form.fields, members()) };
    }
  }

  #fields(fields: readonly SourceField[], members: readonly ConcreteType[]) {
    return fields.map(({ name, required }, i) => ({
      name,
      member: name,
      shape: this.of(members[i] as ConcreteType),
      required,
    }));
  }
}

function noValues(): never {
  throw new Error("the compiler compares types: it reads and writes no values");
}

/** Index of each variant's first member among those of its enum. */
export function offsetsOf(variants: readonly SourceVariant[]): ReadonlyMap<SourceVariant, number> {
  const offsets = new Map<SourceVariant, number>();
  let at = 0;
  for (const variant of variants) {
    offsets.set(variant, at);
    const { form } = variant;
    at +=
      form.kind === "unit"
        ? 0
        : form.kind === "newtype"
          ? 1
          : form.kind === "tuple"
            ? form.types.length
            : form.fields.length;
  }
  return offsets;
}
