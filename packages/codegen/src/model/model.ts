/**
 * The input of every emitter: the checked program, names resolved, frozen. It holds no syntax; `span` leads to it.
 */
import type { TextFormat } from "@voxrpc/runtime/internal/schema";
import type { Span } from "../source/span.js";

/** The types without parts. */
export type PrimitiveName =
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
  | "bytes"
  | "unit"
  | "never"
  /** Of the schema kind `payload`: `Duration` of Rust, in milliseconds. */
  | "duration"
  /** Of the schema kind `payload`: `TimeDelta` of chrono, in milliseconds. */
  | "timedelta"
  /** Of the schema kind `payload`: JSON-like, `facet_value::Value` of Rust. */
  | "value";

/** A type as it is used, aliases resolved. */
export type Type =
  /** `asNumber`: a 64- or 128-bit integer marked `@js(number)`. */
  | { readonly kind: "primitive"; readonly name: PrimitiveName; readonly asNumber: boolean }
  | { readonly kind: "option"; readonly element: Type }
  /** `typed`: a numeric list marked `@typed`. */
  | { readonly kind: "list"; readonly element: Type; readonly typed: boolean }
  | { readonly kind: "array"; readonly element: Type; readonly length: number; readonly typed: boolean }
  | { readonly kind: "tuple"; readonly elements: readonly Type[] }
  | { readonly kind: "map"; readonly key: Type; readonly value: Type }
  | { readonly kind: "set"; readonly element: Type }
  | { readonly kind: "result"; readonly ok: Type; readonly error: Type }
  | { readonly kind: "channel"; readonly direction: "tx" | "rx"; readonly element: Type }
  /** A struct or enum with its type arguments. `declaration` may be cyclic through its fields. */
  | {
      readonly kind: "named";
      readonly declaration: StructDeclaration | TupleStructDeclaration | EnumDeclaration;
      readonly args: readonly Type[];
    }
  /** An alias keeps its name for TypeScript; `target` is its type, arguments substituted. */
  | {
      readonly kind: "alias";
      readonly declaration: AliasDeclaration;
      readonly args: readonly Type[];
      readonly target: Type;
    }
  /** `@payload type`: the schema says `payload`, the bytes are those of `content`. The target of that alias. */
  | { readonly kind: "payload"; readonly declaration: AliasDeclaration; readonly content: Type }
  /** A type parameter of the declaration around it. */
  | { readonly kind: "parameter"; readonly name: string };

/** The default of a field. */
export type DefaultValue =
  /** Integer types. */
  | { readonly kind: "integer"; readonly value: bigint }
  /** f32 and f64. */
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "none" }
  /** `[]`: an empty list, map, set or bytes. */
  | { readonly kind: "empty" }
  /** A unit variant of an enum. */
  | { readonly kind: "variant"; readonly variant: string };

/** Parts of everything that has a name in a schema. */
export interface Declared {
  readonly name: string;
  /** Lines of the `///` comment, without the slashes and one leading space. */
  readonly docs: readonly string[];
  /** Reason given with `@deprecated`, or undefined. */
  readonly deprecated: string | undefined;
  /** How its text is written, as `@format` says: documentation. */
  readonly format?: TextFormat | undefined;
  readonly span: Span;
}

/** A field of a struct or of a variant. */
export interface Field extends Declared {
  readonly type: Type;
  /** The TypeScript member, where it is not made of the name: see `fieldName`. */
  readonly member?: string | undefined;
  readonly default: DefaultValue | undefined;
  /** Required by the schema: no default declared, and not an option unless marked `@required`. */
  readonly required: boolean;
}

/** A struct with named fields. */
export interface StructDeclaration extends Declared {
  readonly kind: "struct";
  readonly file: ModelFile;
  readonly parameters: readonly string[];
  readonly fields: readonly Field[];
}

/** `struct RunId(u64)`: values by position under a name. */
export interface TupleStructDeclaration extends Declared {
  readonly kind: "tupleStruct";
  readonly file: ModelFile;
  readonly parameters: readonly string[];
  readonly elements: readonly Type[];
  /** `@transparent`: on the wire the one element, without a type of its own. */
  readonly isTransparent: boolean;
}

/** What a variant carries. */
export type VariantForm =
  | { readonly kind: "unit" }
  | { readonly kind: "newtype"; readonly type: Type }
  | { readonly kind: "tuple"; readonly types: readonly Type[] }
  | { readonly kind: "struct"; readonly fields: readonly Field[] };

/** A variant of an enum. */
export interface Variant extends Declared {
  readonly form: VariantForm;
}

/** An enum, or an error enum. */
export interface EnumDeclaration extends Declared {
  readonly kind: "enum";
  readonly file: ModelFile;
  readonly parameters: readonly string[];
  readonly variants: readonly Variant[];
  /** Declared as `error enum`: its values are objects with `kind`, also when all variants are units. */
  readonly isError: boolean;
}

/** Another name of a type. */
export interface AliasDeclaration extends Declared {
  readonly kind: "alias";
  readonly file: ModelFile;
  readonly parameters: readonly string[];
  readonly type: Type;
}

/** Everything that declares a type. */
export type TypeDeclaration = StructDeclaration | TupleStructDeclaration | EnumDeclaration | AliasDeclaration;

/** An argument of a method. */
export interface Argument {
  readonly name: string;
  readonly docs: readonly string[];
  readonly format?: TextFormat | undefined;
  readonly type: Type;
  readonly span: Span;
}

/** A method of a service. */
export interface Method extends Declared {
  readonly args: readonly Argument[];
  /** Primitive `unit` where the source has no `->`. */
  readonly returns: Type;
  /** The declared error, or undefined for an infallible method. */
  readonly throws: Type | undefined;
  readonly idempotent: boolean;
  readonly persist: boolean;
  /** True when a Tx or Rx is anywhere in the arguments. */
  readonly hasChannels: boolean;
}

/** A service with its methods in source order. */
export interface Service extends Declared {
  readonly file: ModelFile;
  readonly methods: readonly Method[];
}

/** One `.vox` file. Lists are in source order. */
export interface ModelFile {
  /** Absolute, as the host knows it. */
  readonly path: string;
  readonly text: string;
  readonly packageName: string | undefined;
  readonly docs: readonly string[];
  /** Files that this one imports from, in source order. */
  readonly imports: readonly ModelFile[];
  readonly types: readonly TypeDeclaration[];
  readonly services: readonly Service[];
}

/** A checked program. */
export interface Model {
  /** Entries and everything that they import; dependencies first, then by path. */
  readonly files: readonly ModelFile[];
}
