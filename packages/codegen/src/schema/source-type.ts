/**
 * The types that schemas are made of: every type of the language (a model `Type` is a `SourceType` unchanged), and
 * beside them the Rust types that the language cannot express but peers announce. The wire's own messages and the
 * recorded data of the reference are built from these.
 */
import type { PayloadPrimitive, SchemaPrimitive } from "@voxrpc/runtime/internal/schema";

export type SourceType =
  | { readonly kind: "primitive"; readonly name: SchemaPrimitive | PayloadPrimitive }
  /** Announced as `payload`; a type of its own for each declaration. */
  | { readonly kind: "payload"; readonly declaration: object; readonly content: SourceType }
  | { readonly kind: "option"; readonly element: SourceType }
  /** A list of u8 is the primitive `bytes`. */
  | { readonly kind: "list"; readonly element: SourceType }
  /** A borrowed slice: a list of its own kind in the extraction. */
  | { readonly kind: "slice"; readonly element: SourceType }
  | { readonly kind: "array"; readonly element: SourceType; readonly length: number }
  | { readonly kind: "tuple"; readonly elements: readonly SourceType[] }
  | { readonly kind: "map"; readonly key: SourceType; readonly value: SourceType }
  | { readonly kind: "set"; readonly element: SourceType }
  /** A set that names its hasher as a second parameter. */
  | { readonly kind: "hashSet"; readonly element: SourceType }
  | { readonly kind: "result"; readonly ok: SourceType; readonly error: SourceType }
  | { readonly kind: "channel"; readonly direction: "tx" | "rx"; readonly element: SourceType }
  | { readonly kind: "named"; readonly declaration: SourceDeclaration; readonly args: readonly SourceType[] }
  /** Transparent: an alias, or a wrapper that leaves no trace on the wire. */
  | { readonly kind: "alias"; readonly target: SourceType }
  | { readonly kind: "parameter"; readonly name: string };

export interface SourceField {
  readonly name: string;
  readonly type: SourceType;
  readonly required: boolean;
}

/** A struct variant's fields are announced as required, whatever they say. */
export type SourceVariantForm =
  | { readonly kind: "unit" }
  | { readonly kind: "newtype"; readonly type: SourceType }
  | { readonly kind: "tuple"; readonly types: readonly SourceType[] }
  | { readonly kind: "struct"; readonly fields: readonly SourceField[] };

export interface SourceVariant {
  readonly name: string;
  readonly form: SourceVariantForm;
}

/** A declaration is recognised by identity: two objects are two declarations, also when they look alike. */
export type SourceDeclaration =
  | {
      readonly kind: "struct";
      readonly name: string;
      readonly parameters: readonly string[];
      readonly fields: readonly SourceField[];
    }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly parameters: readonly string[];
      readonly variants: readonly SourceVariant[];
    }
  /** A Rust tuple struct: a tuple without a name that is still a declaration. */
  | {
      readonly kind: "tupleStruct";
      readonly name: string;
      readonly parameters: readonly string[];
      readonly elements: readonly SourceType[];
      /** On the wire the one element, though another type than it. */
      readonly isTransparent?: boolean;
    };
