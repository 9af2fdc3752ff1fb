/**
 * The schema model that travels on the wire. Source: `protocol/schemas.md` §1.
 * Pure data, shared by runtime and compiler; ids are opaque 64-bit numbers here, hashing is the compiler's.
 */

/** First eight bytes of a BLAKE3 hash, read little-endian. */
export type TypeId = bigint;

export type SchemaPrimitive =
  | "bool"
  | "u8"
  | "u16"
  | "u32"
  | "u64"
  | "u128"
  | "i8"
  | "i16"
  | "i32"
  | "i64"
  | "i128"
  | "f32"
  | "f64"
  | "char"
  | "string"
  | "unit"
  | "never"
  | "bytes"
  | "payload";

/** A use of a type: a schema with its type arguments, or a type variable of the schema around it. */
export type TypeRef =
  | { readonly tag: "concrete"; readonly typeId: TypeId; readonly args: readonly TypeRef[] }
  | { readonly tag: "var"; readonly name: string };

export interface SchemaField {
  readonly name: string;
  readonly typeRef: TypeRef;
  /** True when the declaration has no default. Not part of a type's id. */
  readonly required: boolean;
}

export type VariantPayload =
  | { readonly tag: "unit" }
  | { readonly tag: "newtype"; readonly typeRef: TypeRef }
  | { readonly tag: "tuple"; readonly types: readonly TypeRef[] }
  | { readonly tag: "struct"; readonly fields: readonly SchemaField[] };

export interface SchemaVariant {
  readonly name: string;
  /** Position in the declaration, from 0: what the encoding writes. */
  readonly index: number;
  readonly payload: VariantPayload;
}

export type SchemaKind =
  | { readonly tag: "struct"; readonly name: string; readonly fields: readonly SchemaField[] }
  | { readonly tag: "enum"; readonly name: string; readonly variants: readonly SchemaVariant[] }
  | { readonly tag: "tuple"; readonly elements: readonly TypeRef[] }
  | { readonly tag: "list"; readonly element: TypeRef }
  | { readonly tag: "map"; readonly key: TypeRef; readonly value: TypeRef }
  | { readonly tag: "array"; readonly element: TypeRef; readonly length: bigint }
  | { readonly tag: "option"; readonly element: TypeRef }
  | { readonly tag: "channel"; readonly direction: "tx" | "rx"; readonly element: TypeRef }
  | { readonly tag: "primitive"; readonly primitiveType: SchemaPrimitive };

export interface Schema {
  readonly id: TypeId;
  readonly typeParams: readonly string[];
  readonly kind: SchemaKind;
}

/** The content of one announcement: the schemas that are new to the peer, and the root type of a binding. */
export interface SchemaPayload {
  readonly schemas: readonly Schema[];
  readonly root: TypeRef;
}
