/** Schemas in the notation of golden files: the members of the CBOR form, ids as 16 hex digits, `unit` as a text. */
import { type Schema, type SchemaField, type TypeRef, typeIdText } from "@voxrpc/runtime/internal/schema";

export type JsonTypeRef =
  | { readonly tag: "concrete"; readonly type_id: string; readonly args: readonly JsonTypeRef[] }
  | { readonly tag: "var"; readonly name: string };

export interface JsonSchema {
  readonly id: string;
  readonly type_params: readonly string[];
  readonly kind: unknown;
}

export function typeRefToJson(ref: TypeRef): JsonTypeRef {
  if (ref.tag === "var") return { tag: "var", name: ref.name };
  return { tag: "concrete", type_id: typeIdText(ref.typeId), args: ref.args.map(typeRefToJson) };
}

export function schemaToJson(schema: Schema): JsonSchema {
  return { id: typeIdText(schema.id), type_params: schema.typeParams, kind: kindToJson(schema.kind) };
}

function kindToJson(kind: Schema["kind"]): unknown {
  switch (kind.tag) {
    case "primitive":
      return { tag: kind.tag, primitive_type: kind.primitiveType };
    case "struct":
      return { tag: kind.tag, name: kind.name, fields: kind.fields.map(fieldToJson) };
    case "enum":
      return { tag: kind.tag, name: kind.name, variants: kind.variants.map(variantToJson) };
    case "tuple":
      return { tag: kind.tag, elements: kind.elements.map(typeRefToJson) };
    case "map":
      return { tag: kind.tag, key: typeRefToJson(kind.key), value: typeRefToJson(kind.value) };
    case "array":
      return { tag: kind.tag, element: typeRefToJson(kind.element), length: Number(kind.length) };
    case "channel":
      return { tag: kind.tag, direction: kind.direction, element: typeRefToJson(kind.element) };
    case "list":
    case "option":
      return { tag: kind.tag, element: typeRefToJson(kind.element) };
  }
}

function variantToJson(variant: Extract<Schema["kind"], { tag: "enum" }>["variants"][number]): unknown {
  const { name, index, payload } = variant;
  switch (payload.tag) {
    case "unit":
      return { name, index, payload: "unit" };
    case "newtype":
      return { name, index, payload: { tag: "newtype", type_ref: typeRefToJson(payload.typeRef) } };
    case "tuple":
      return { name, index, payload: { tag: "tuple", types: payload.types.map(typeRefToJson) } };
    case "struct":
      return { name, index, payload: { tag: "struct", fields: payload.fields.map(fieldToJson) } };
  }
}

function fieldToJson({ name, typeRef, required }: SchemaField): unknown {
  return { name, type_ref: typeRefToJson(typeRef), required };
}
