/** Schemas and shapes of a world. */
import type { Schema, SchemaField, SchemaKind, SchemaLookup, TypeRef } from "@voxrpc/runtime/internal/schema";
import * as build from "../../packages/runtime/src/shape/build.js";
import type { FieldShape, Shape, VariantShape } from "../../packages/runtime/src/shape/shape.js";
import type { Declaration, Field, Form, Type, Variant, World } from "../support/worlds.js";
import { defaultOf, isLiteral, isWrapped } from "./values.js";

/** How a side numbers and describes its types: both are free as long as they hold together. */
export interface Style {
  /** Added to each id. */
  readonly offset: bigint;
  /** Whether lists, options and the like have type parameters, as the reference writes them. */
  readonly isGeneric: boolean;
}

export interface Described {
  readonly root: TypeRef;
  readonly schemas: readonly Schema[];
  readonly lookup: SchemaLookup;
}

/** The schemas of a world. */
export function schemasOf(world: World, style: Style): Described {
  const describer = new Describer(world, style);
  const root = describer.ref(world.root);
  const schemas = describer.finish();
  const byId = new Map(schemas.map((schema) => [schema.id, schema]));
  return { root, schemas, lookup: (id) => byId.get(id) };
}

const variable = (name: string): TypeRef => ({ tag: "var", name });

class Describer {
  private readonly world: World;
  private readonly style: Style;
  private readonly ids = new Map<string, bigint>();
  private readonly schemas: Schema[] = [];

  constructor(world: World, style: Style) {
    this.world = world;
    this.style = style;
  }

  finish(): readonly Schema[] {
    return this.schemas;
  }

  ref(type: Type): TypeRef {
    const inner = (one: Type): TypeRef => this.ref(one);
    switch (type.kind) {
      case "primitive":
        return this.concrete(
          `p:${type.name}`,
          [],
          () => ({ tag: "primitive", primitiveType: type.name }),
          [],
        );
      case "list":
      case "set":
        return this.family("list", [inner(type.element)], ["T"], ([element]) => ({ tag: "list", element }));
      case "option":
        return this.family("option", [inner(type.element)], ["T"], ([element]) => ({
          tag: "option",
          element,
        }));
      case "array": {
        const length = BigInt(type.length);
        return this.family(`array${length}`, [inner(type.element)], ["T"], ([element]) => ({
          tag: "array",
          element,
          length,
        }));
      }
      case "map":
        return this.family("map", [inner(type.key), inner(type.value)], ["K", "V"], ([key, value]) => ({
          tag: "map",
          key,
          value,
        }));
      case "tuple": {
        const parameters = type.elements.map((_, i) => `T${i}`);
        return this.family(`tuple${parameters.length}`, type.elements.map(inner), parameters, (elements) => ({
          tag: "tuple",
          elements,
        }));
      }
      case "result":
        return this.family("result", [inner(type.ok), inner(type.error)], ["T", "E"], ([ok, error]) => ({
          tag: "enum",
          name: "Result",
          variants: [
            { name: "Ok", index: 0, payload: { tag: "newtype", typeRef: ok } },
            { name: "Err", index: 1, payload: { tag: "newtype", typeRef: error } },
          ],
        }));
      case "named":
        return this.named(type.name);
    }
  }

  private family(
    key: string,
    args: readonly TypeRef[],
    parameters: readonly string[],
    kind: (parts: readonly [TypeRef, TypeRef, ...TypeRef[]]) => SchemaKind,
  ): TypeRef {
    if (this.style.isGeneric) {
      return this.concrete(key, parameters, () => kind(parameters.map(variable) as never), args);
    }
    const text = JSON.stringify(args, (_, value) => (typeof value === "bigint" ? String(value) : value));
    return this.concrete(`${key}:${text}`, [], () => kind(args as never), []);
  }

  private named(name: string): TypeRef {
    const declaration = this.world.declarations.get(name) as Declaration;
    return this.concrete(`n:${name}`, [], () => this.declaration(declaration), []);
  }

  private concrete(
    key: string,
    typeParams: readonly string[],
    kind: () => SchemaKind,
    args: readonly TypeRef[],
  ): TypeRef {
    let typeId = this.ids.get(key);
    if (typeId === undefined) {
      typeId = BigInt(this.ids.size + 1) + this.style.offset;
      this.ids.set(key, typeId);
      this.schemas.push({ id: typeId, typeParams, kind: kind() });
    }
    return { tag: "concrete", typeId, args };
  }

  private declaration(declaration: Declaration): SchemaKind {
    const { name } = declaration;
    if (declaration.kind === "struct") {
      return { tag: "struct", name, fields: this.fields(declaration.fields, (field) => !field.hasDefault) };
    }
    return {
      tag: "enum",
      name,
      variants: declaration.variants.map((variant, index) => ({
        name: variant.name,
        index,
        payload: this.payload(variant.form),
      })),
    };
  }

  private payload(form: Form): Extract<SchemaKind, { tag: "enum" }>["variants"][number]["payload"] {
    switch (form.kind) {
      case "unit":
        return { tag: "unit" };
      case "newtype":
        return { tag: "newtype", typeRef: this.ref(form.type) };
      case "tuple":
        return { tag: "tuple", types: form.types.map((type) => this.ref(type)) };
      case "struct":
        return { tag: "struct", fields: this.fields(form.fields, () => true) };
    }
  }

  private fields(fields: readonly Field[], isRequired: (field: Field) => boolean): readonly SchemaField[] {
    return fields.map((field) => ({
      name: field.name,
      typeRef: this.ref(field.type),
      required: isRequired(field),
    }));
  }
}

/** The shape of a world's root. @param hasMake whether shapes say how objects are made */
export function shapeOf(world: World, hasMake: boolean): Shape {
  const named = new Map<string, Shape>();
  const visit = (type: Type): Shape => {
    switch (type.kind) {
      case "primitive":
        return primitiveShape(type.name);
      case "list":
        return build.listShape(visit(type.element));
      case "set":
        return build.setShape(visit(type.element));
      case "option":
        return build.optionShape(visit(type.element), isWrapped(type.element));
      case "array":
        return build.arrayShape(visit(type.element), type.length);
      case "map":
        return build.mapShape(visit(type.key), visit(type.value));
      case "tuple":
        return build.tupleShape(type.elements.map(visit));
      case "result":
        return build.resultShape(visit(type.ok), visit(type.error));
      case "named": {
        const known = named.get(type.name);
        if (known !== undefined) return known;
        const shape = declare(world.declarations.get(type.name) as Declaration, visit, hasMake);
        named.set(type.name, shape);
        return shape;
      }
    }
  };
  return visit(world.root);
}

function declare(declaration: Declaration, visit: (type: Type) => Shape, hasMake: boolean): Shape {
  const fields = (list: readonly Field[]) => (): readonly FieldShape[] =>
    list.map((field) => {
      const value = field.hasDefault ? () => defaultOf(field.type) : undefined;
      return build.fieldShape(field.name, field.name, visit(field.type), value);
    });
  const make = (list: readonly Field[], kind?: string) => {
    if (!hasMake) return undefined;
    return (values: readonly unknown[]): object => {
      const members = Object.fromEntries(list.map((field, i) => [field.name, values[i]]));
      return kind === undefined ? members : { kind, ...members };
    };
  };
  const { name } = declaration;
  if (declaration.kind === "struct") {
    return build.structShape(name, fields(declaration.fields), make(declaration.fields));
  }
  const variantShape = ({ name: kind, form }: Variant): VariantShape => {
    switch (form.kind) {
      case "unit":
        return build.unitVariant(kind);
      case "newtype":
        return build.newtypeVariant(kind, () => visit(form.type));
      case "tuple":
        return build.tupleVariant(kind, () => build.tupleShape(form.types.map(visit)));
      case "struct":
        return build.structVariant(kind, fields(form.fields), make(form.fields, kind));
    }
  };
  return build.enumShape(name, isLiteral(declaration), declaration.variants.map(variantShape));
}

function primitiveShape(name: string): Shape {
  return (build as unknown as Readonly<Record<string, Shape>>)[`${name}Shape`] as Shape;
}
