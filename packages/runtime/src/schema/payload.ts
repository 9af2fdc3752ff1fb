/** Schemas as CBOR: what an announcement and the handshake carry. Source: `protocol/schemas.md` §2. */
import { CodecError } from "../errors.js";
import { assemblePayload } from "./assemble-payload.js";
import type { CborMap, CborValue } from "./cbor.js";
import { decodeCbor } from "./cbor-decode.js";
import { encodeCbor } from "./cbor-encode.js";
import { asList, asMap, member, refuse } from "./cbor-reader.js";
import type { Schema, SchemaPayload, TypeRef } from "./model.js";
import { schemaForm, typeRefForm } from "./schema-forms.js";

/** The limits of one schema payload; the members of `Limits` with these names. */
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
  return typeRefForm.write(ref) as CborMap;
}

/** The CBOR value of a schema. */
export function schemaToCbor(schema: Schema): CborMap {
  return schemaForm.write(schema) as CborMap;
}

/** CBOR of one schema: the pieces of which `assemblePayload` makes an announcement. */
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

/**
 * A list of schemas, as a payload and the handshake hold it.
 *
 * @param maximum more schemas than this are refused
 * @throws CodecError `DecodeFailed` that names the place.
 */
export function readSchemaList(value: CborValue, path: string, maximum: number): readonly Schema[] {
  const list = asList(value, path);
  if (list.length > maximum) return refuse(`${list.length} schemas exceed the limit of ${maximum}`, path);
  return list.map((item, index) => schemaForm.read(item, `${path}[${index}]`));
}

/** @throws CodecError `DecodeFailed` that names the place. */
export function readTypeRef(value: CborValue, path: string): TypeRef {
  return typeRefForm.read(value, path);
}

/**
 * Reads a payload without trusting it. Ids are opaque: they are not recomputed.
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
