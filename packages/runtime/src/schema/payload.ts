/** Schemas as CBOR: what an announcement and the handshake carry. Source: `protocol/schemas.md` §2. */
import { CodecError } from "../errors.js";
import { type CborMap, type CborValue, cborMap } from "./cbor.js";
import { decodeCbor } from "./cbor-decode.js";
import { encodeCbor, writeHead } from "./cbor-encode.js";
import { asMap, member } from "./cbor-reader.js";
import type { Schema, SchemaField, SchemaKind, SchemaPayload, SchemaVariant, TypeRef } from "./model.js";
import { readSchemaList, readTypeRef } from "./payload-reader.js";

/** What one schema payload may cost; the members of `Limits` with these names. */
export interface SchemaLimits {
  /** Bytes of the CBOR. */
  readonly maxSchemaBytes: number;
  /** Schemas of the payload. */
  readonly maxSchemas: number;
  /** Nesting of the CBOR. */
  readonly maxSchemaDepth: number;
  /** Arrays and maps of the CBOR. */
  readonly maxSchemaNodes?: number | undefined;
}

/** The CBOR value of a type reference. */
export function typeRefToCbor(ref: TypeRef): CborMap {
  if (ref.tag === "var") return cborMap(["tag", "var"], ["name", ref.name]);
  return cborMap(["tag", "concrete"], ["type_id", ref.typeId], ["args", ref.args.map(typeRefToCbor)]);
}

/** The CBOR value of a schema. */
export function schemaToCbor(schema: Schema): CborMap {
  return cborMap(["id", schema.id], ["type_params", schema.typeParams], ["kind", kindToCbor(schema.kind)]);
}

function kindToCbor(kind: SchemaKind): CborMap {
  const tag = ["tag", kind.tag] as const;
  switch (kind.tag) {
    case "struct":
      return cborMap(tag, ["name", kind.name], ["fields", kind.fields.map(fieldToCbor)]);
    case "enum":
      return cborMap(tag, ["name", kind.name], ["variants", kind.variants.map(variantToCbor)]);
    case "tuple":
      return cborMap(tag, ["elements", kind.elements.map(typeRefToCbor)]);
    case "list":
    case "option":
      return cborMap(tag, ["element", typeRefToCbor(kind.element)]);
    case "map":
      return cborMap(tag, ["key", typeRefToCbor(kind.key)], ["value", typeRefToCbor(kind.value)]);
    case "array":
      return cborMap(tag, ["element", typeRefToCbor(kind.element)], ["length", kind.length]);
    case "channel":
      return cborMap(tag, ["direction", kind.direction], ["element", typeRefToCbor(kind.element)]);
    case "primitive":
      return cborMap(tag, ["primitive_type", kind.primitiveType]);
  }
}

function fieldToCbor(field: SchemaField): CborMap {
  return cborMap(
    ["name", field.name],
    ["type_ref", typeRefToCbor(field.typeRef)],
    ["required", field.required],
  );
}

function variantToCbor(variant: SchemaVariant): CborMap {
  return cborMap(
    ["name", variant.name],
    ["index", variant.index],
    ["payload", variantPayloadToCbor(variant)],
  );
}

function variantPayloadToCbor({ payload }: SchemaVariant): CborValue {
  switch (payload.tag) {
    case "unit":
      return "unit";
    case "newtype":
      return cborMap(["tag", "newtype"], ["type_ref", typeRefToCbor(payload.typeRef)]);
    case "tuple":
      return cborMap(["tag", "tuple"], ["types", payload.types.map(typeRefToCbor)]);
    case "struct":
      return cborMap(["tag", "struct"], ["fields", payload.fields.map(fieldToCbor)]);
  }
}

/** CBOR of one schema: the pieces of which {@link assemblePayload} makes an announcement. */
export function encodeSchema(schema: Schema): Uint8Array {
  return encodeCbor(schemaToCbor(schema));
}

/** CBOR of a list of schemas, as the handshake carries it. */
export function encodeSchemaList(schemas: readonly Schema[]): Uint8Array {
  return encodeCbor(schemas.map(schemaToCbor));
}

/** CBOR of a whole payload. */
export function writeSchemaPayload(payload: SchemaPayload): Uint8Array {
  return assemblePayload(payload.schemas.map(encodeSchema), payload.root);
}

const arrayMajor = 4;
/** Map of two, text "schemas". */
const payloadStart: readonly number[] = [0xa2, 0x67, 0x73, 0x63, 0x68, 0x65, 0x6d, 0x61, 0x73];
/** Text "root". */
const rootKey: readonly number[] = [0x64, 0x72, 0x6f, 0x6f, 0x74];
const longestHead = 5;

/**
 * CBOR of a payload from the ready CBOR of its schemas: what an announcement costs at run time.
 *
 * @param chunks one schema each, as {@link encodeSchema} writes it, in the order of the announcement
 */
export function assemblePayload(chunks: readonly Uint8Array[], root: TypeRef): Uint8Array {
  const rootBytes = encodeCbor(typeRefToCbor(root));
  const size = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const bytes = new Uint8Array(payloadStart.length + longestHead + size + rootKey.length + rootBytes.length);
  bytes.set(payloadStart, 0);
  let at = writeHead(bytes, payloadStart.length, arrayMajor, chunks.length);
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  bytes.set(rootKey, at);
  bytes.set(rootBytes, at + rootKey.length);
  return bytes.subarray(0, at + rootKey.length + rootBytes.length);
}

/**
 * Reads a payload of which nothing is trusted. Ids are opaque: they are not recomputed.
 *
 * @throws CodecError `DecodeFailed`, its text `invalid schema CBOR: …` with the place.
 */
export function readSchemaPayload(bytes: Uint8Array, limits: SchemaLimits): SchemaPayload {
  try {
    const cbor = decodeCbor(bytes, {
      maxBytes: limits.maxSchemaBytes,
      maxDepth: limits.maxSchemaDepth,
      maxContainers: limits.maxSchemaNodes,
    });
    const map = asMap(cbor, "");
    const schemas = readSchemaList(member(map, "schemas", ""), "schemas", limits.maxSchemas);
    return { schemas, root: readTypeRef(member(map, "root", ""), "root") };
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    const place = error.path === "" ? "" : `${error.path}: `;
    throw new CodecError("DecodeFailed", `invalid schema CBOR: ${place}${error.reason}`, {
      ...(error.offset === undefined ? {} : { offset: error.offset }),
    });
  }
}
