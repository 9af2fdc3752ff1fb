/** Schemas with holes: the schema of a declaration or built-in, without the types of its members. */
import {
  mapTypeRefs,
  type SchemaField,
  type SchemaKind,
  type TypeRef,
} from "@voxrpc/runtime/internal/schema";
import type { SourceDeclaration, SourceField, SourceVariantForm } from "./source-type.js";

export interface Template {
  /** Unique in its table. */
  readonly number: number;
  readonly typeParams: readonly string[];
  /** Its references mean nothing: {@link fill} replaces them, in the order in which `mapTypeRefs` visits them. */
  readonly kind: SchemaKind;
}

const hole: TypeRef = { tag: "var", name: "" };

/** Makes templates and keeps them. */
export class Templates {
  readonly #byKey = new Map<SourceDeclaration | string, Template>();

  /** The template of a declaration. */
  declaration(declaration: SourceDeclaration): Template {
    return this.#keep(declaration, declaration.parameters, () => describe(declaration));
  }

  primitive(name: Extract<SchemaKind, { tag: "primitive" }>["primitiveType"]): Template {
    return this.#keep(name, [], () => ({ tag: "primitive", primitiveType: name }));
  }

  option(): Template {
    return this.#keep("option", ["T"], () => ({ tag: "option", element: hole }));
  }

  /** @param parameters `["T"]`, or `["T", "S"]` with a hasher, which is no member. */
  list(parameters: readonly string[]): Template {
    return this.#keep(`list ${parameters.length}`, parameters, () => ({ tag: "list", element: hole }));
  }

  array(length: number): Template {
    return this.#keep(`array ${length}`, ["T"], () => ({
      tag: "array",
      element: hole,
      length: BigInt(length),
    }));
  }

  map(): Template {
    return this.#keep("map", ["K", "V"], () => ({ tag: "map", key: hole, value: hole }));
  }

  result(): Template {
    const payload = { tag: "newtype", typeRef: hole } as const;
    const variants = [
      { name: "Ok", index: 0, payload },
      { name: "Err", index: 1, payload },
    ];
    return this.#keep("result", ["T", "E"], () => ({ tag: "enum", name: "Result", variants }));
  }

  channel(direction: "tx" | "rx"): Template {
    return this.#keep(direction, ["T"], () => ({ tag: "channel", direction, element: hole }));
  }

  tuple(arity: number): Template {
    const parameters = Array.from({ length: arity }, (_, index) => `T${index}`);
    return this.#keep(`tuple ${arity}`, parameters, () => ({
      tag: "tuple",
      elements: parameters.map(() => hole),
    }));
  }

  #keep(key: SourceDeclaration | string, typeParams: readonly string[], kind: () => SchemaKind): Template {
    let template = this.#byKey.get(key);
    if (template === undefined) {
      template = { number: this.#byKey.size, typeParams, kind: kind() };
      this.#byKey.set(key, template);
    }
    return template;
  }
}

/** The kind with its holes filled. `refs`: one for each hole, in order. */
export function fill(template: Template, refs: readonly TypeRef[]): SchemaKind {
  let next = 0;
  return mapTypeRefs(template.kind, (ref) => {
    const filled = refs[next] ?? ref;
    next += 1;
    return filled;
  });
}

function describe(declaration: SourceDeclaration): SchemaKind {
  const { name } = declaration;
  switch (declaration.kind) {
    case "struct":
      return {
        tag: "struct",
        name,
        fields: declaration.fields.map((field) => describeField(field, field.required)),
      };
    case "tupleStruct":
      return { tag: "tuple", elements: declaration.elements.map(() => hole) };
    case "enum": {
      const variants = declaration.variants.map((variant, index) => ({
        name: variant.name,
        index,
        payload: describePayload(variant.form),
      }));
      return { tag: "enum", name, variants };
    }
  }
}

function describePayload(
  form: SourceVariantForm,
): Extract<SchemaKind, { tag: "enum" }>["variants"][number]["payload"] {
  switch (form.kind) {
    case "unit":
      return { tag: "unit" };
    case "newtype":
      return { tag: "newtype", typeRef: hole };
    case "tuple":
      return { tag: "tuple", types: form.types.map(() => hole) };
    case "struct":
      return { tag: "struct", fields: form.fields.map((field) => describeField(field, true)) };
  }
}

function describeField(field: SourceField, required: boolean): SchemaField {
  return { name: field.name, typeRef: hole, required };
}
