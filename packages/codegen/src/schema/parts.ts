/**
 * Types directly inside types and declarations. Types of the model, of the extraction and of the emitter are different
 * unions with the same parts: `T` is the union, and what is said here holds for all of them.
 */

/** A type by its parts. Kinds without an entry of their own have no parts that belong to them alone. */
export type Composite<T> =
  | { readonly kind: "primitive" | "parameter" | "alias" | "named" }
  | {
      readonly kind: "option" | "list" | "slice" | "array" | "set" | "hashSet" | "box";
      readonly element: T;
    }
  | { readonly kind: "channel"; readonly direction: "tx" | "rx"; readonly element: T }
  | { readonly kind: "tuple"; readonly elements: readonly T[] }
  | { readonly kind: "map"; readonly key: T; readonly value: T }
  | { readonly kind: "result"; readonly ok: T; readonly error: T }
  | { readonly kind: "payload"; readonly content: T };

/** What a variant carries. */
export type FormOf<T> =
  | { readonly kind: "unit" }
  | { readonly kind: "newtype"; readonly type: T }
  | { readonly kind: "tuple"; readonly types: readonly T[] }
  | { readonly kind: "struct"; readonly fields: readonly { readonly type: T }[] };

/** A declaration by the types of its members. */
export type DeclarationOf<T> =
  | { readonly kind: "struct"; readonly fields: readonly { readonly type: T }[] }
  | { readonly kind: "tupleStruct"; readonly elements: readonly T[] }
  | { readonly kind: "enum"; readonly variants: readonly { readonly form: FormOf<T> }[] }
  | { readonly kind: "alias"; readonly type: T };

/** Types directly inside a type that no declaration names: none of a named type or an alias. */
export function elementTypes<T>(type: Composite<T>): readonly T[] {
  switch (type.kind) {
    case "primitive":
    case "parameter":
    case "alias":
    case "named":
      return [];
    case "tuple":
      return type.elements;
    case "map":
      return [type.key, type.value];
    case "result":
      return [type.ok, type.error];
    case "payload":
      return [type.content];
    default:
      return [type.element];
  }
}

/** Types of a variant's payload, in the order of the encoding. */
export function formTypes<T>(form: FormOf<T>): readonly T[] {
  switch (form.kind) {
    case "unit":
      return [];
    case "newtype":
      return [form.type];
    case "tuple":
      return form.types;
    case "struct":
      return form.fields.map((field) => field.type);
  }
}

/** Types that a declaration writes for its members, in their order; of an alias, its one type. */
export function memberTypes<T>(declaration: DeclarationOf<T>): readonly T[] {
  switch (declaration.kind) {
    case "alias":
      return [declaration.type];
    case "struct":
      return declaration.fields.map((field) => field.type);
    case "tupleStruct":
      return declaration.elements;
    case "enum":
      return declaration.variants.flatMap(({ form }) => formTypes(form));
  }
}
