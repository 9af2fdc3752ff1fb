/** Schemas that are made by a program and not yet text. References between declarations are objects. */

export type DraftType =
  /** A word of the language, or text that is taken as it is. */
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "option"; readonly element: DraftType }
  | { readonly kind: "list"; readonly element: DraftType }
  | { readonly kind: "array"; readonly element: DraftType; readonly length: string }
  | { readonly kind: "tuple"; readonly elements: readonly DraftType[] }
  /** `map`, `set`, `result`, `Tx`, `Rx`. */
  | { readonly kind: "generic"; readonly name: string; readonly args: readonly DraftType[] }
  | { readonly kind: "named"; readonly declaration: DraftDeclaration; readonly args: readonly DraftType[] };

interface Drafted {
  readonly name: string;
  readonly docs: readonly string[];
  /** As they are written: `@deprecated("old")`. */
  readonly attributes: readonly string[];
}

export interface DraftField extends Drafted {
  readonly type: DraftType;
  /** As it is written: `5`, `none`. */
  readonly default: string | undefined;
}

export type DraftVariantForm =
  | { readonly kind: "unit" }
  | { readonly kind: "tuple"; readonly types: readonly DraftType[] }
  | { readonly kind: "struct"; readonly fields: readonly DraftField[] };

export interface DraftVariant extends Drafted {
  readonly form: DraftVariantForm;
}

/** Members are filled in after a declaration exists, because types may contain themselves. */
export type DraftDeclaration = Drafted & { readonly parameters: readonly string[] } & (
    | { readonly kind: "struct"; fields: readonly DraftField[] }
    | { readonly kind: "tupleStruct"; types: readonly DraftType[] }
    | { readonly kind: "enum"; isError: boolean; variants: readonly DraftVariant[] }
    | { readonly kind: "alias"; type: DraftType }
  );

export interface DraftArgument extends Drafted {
  readonly type: DraftType;
}

export interface DraftMethod extends Drafted {
  readonly args: readonly DraftArgument[];
  readonly returns: DraftType | undefined;
  readonly throws: DraftType | undefined;
}

export interface DraftService extends Drafted {
  readonly methods: readonly DraftMethod[];
}

export interface DraftFile {
  /** Name without folder: `shop.vox`. */
  readonly name: string;
  readonly packageName: string;
  readonly docs: readonly string[];
  readonly declarations: readonly DraftDeclaration[];
  readonly services: readonly DraftService[];
}

/** Types directly inside a type. */
export function innerDrafts(type: DraftType): readonly DraftType[] {
  switch (type.kind) {
    case "word":
      return [];
    case "tuple":
      return type.elements;
    case "generic":
    case "named":
      return type.args;
    default:
      return [type.element];
  }
}

/** Types directly in a declaration. */
export function draftTypes(declaration: DraftDeclaration): readonly DraftType[] {
  switch (declaration.kind) {
    case "alias":
      return [declaration.type];
    case "struct":
      return declaration.fields.map(({ type }) => type);
    case "tupleStruct":
      return declaration.types;
    case "enum":
      return declaration.variants.flatMap(({ form }) =>
        form.kind === "unit" ? [] : form.kind === "tuple" ? form.types : form.fields.map(({ type }) => type),
      );
  }
}
