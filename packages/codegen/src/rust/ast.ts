/** Rust sources as far as services need them: items with their names, types, attributes and documentation. */
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";

/** A piece of the text that no rule of Rust's grammar divides further here. */
export interface Token {
  readonly text: string;
  readonly span: Span;
}

/** One attribute, those inside of `cfg_attr` included: `facet(default = 5)`. */
export interface Attribute {
  /** `["facet"]`, `["vox", "service"]` */
  readonly path: readonly string[];
  /** Tokens in the brackets; undefined without brackets. */
  readonly args: readonly Token[] | undefined;
  /** Tokens after `=`; undefined without one. */
  readonly value: readonly Token[] | undefined;
  readonly span: Span;
}

export interface RustName {
  /** Without `r#`. */
  readonly text: string;
  readonly isRaw: boolean;
  readonly span: Span;
}

/** A path as it is written, `Self` and generics of inner segments left out: `crate::a::B`, `Vec<u8>`. */
export interface RustPath {
  readonly segments: readonly string[];
  /** Starts with `::`. */
  readonly isGlobal: boolean;
}

export type RustType = { readonly span: Span } & (
  | { readonly kind: "path"; readonly path: RustPath; readonly args: readonly RustType[] }
  | { readonly kind: "reference"; readonly element: RustType }
  | { readonly kind: "slice"; readonly element: RustType }
  | { readonly kind: "array"; readonly element: RustType; readonly length: readonly Token[] }
  | { readonly kind: "tuple"; readonly elements: readonly RustType[] }
  | { readonly kind: "never" }
  /** A number in the place of a type argument. */
  | { readonly kind: "number"; readonly text: string }
  /** A type of Rust that has no values to send: `dyn`, `impl`, function and raw pointers, associated types. */
  | { readonly kind: "other"; readonly what: string }
  /** Text that the parser does not understand. */
  | { readonly kind: "fault" }
);

export interface Described {
  readonly name: RustName;
  readonly docs: readonly string[];
  readonly attributes: readonly Attribute[];
  readonly span: Span;
  /** First place inside that is not understood. */
  readonly fault: Span | undefined;
}

export interface RustField extends Described {
  readonly type: RustType;
}

export type RustFields =
  | { readonly kind: "unit" }
  /** Names are the positions. */
  | { readonly kind: "tuple"; readonly fields: readonly RustField[] }
  | { readonly kind: "named"; readonly fields: readonly RustField[] };

export interface Generics {
  /** Type parameters; lifetimes are left out. */
  readonly types: readonly string[];
  /** Names of const parameters. */
  readonly consts: readonly string[];
}

export interface RustStruct extends Described {
  readonly kind: "struct";
  readonly generics: Generics;
  readonly fields: RustFields;
}

export interface RustVariant extends Described {
  readonly fields: RustFields;
}

export interface RustEnum extends Described {
  readonly kind: "enum";
  readonly generics: Generics;
  readonly variants: readonly RustVariant[];
}

export interface RustAlias extends Described {
  readonly kind: "alias";
  readonly generics: Generics;
  /** Undefined for one without `=`. */
  readonly type: RustType | undefined;
}

export interface RustArgument {
  /** Undefined where a pattern takes the value apart. */
  readonly name: RustName | undefined;
  readonly type: RustType;
  readonly span: Span;
}

export interface RustMethod extends Described {
  readonly isAsync: boolean;
  readonly hasGenerics: boolean;
  readonly hasBody: boolean;
  /** As written: `&self`; undefined without one. */
  readonly receiver: string | undefined;
  readonly args: readonly RustArgument[];
  readonly returns: RustType | undefined;
}

export interface RustTrait extends Described {
  readonly kind: "trait";
  readonly generics: Generics;
  readonly hasSupertraits: boolean;
  readonly methods: readonly RustMethod[];
  /** Members that are no methods, as written. */
  readonly others: readonly Token[];
}

/** One name of a `use`: `use a::{b as c}` has the path `a::b` and the name `c`. */
export interface RustUse {
  readonly kind: "use";
  readonly path: RustPath;
  /** Undefined for `*` and for `as _`. */
  readonly name: string | undefined;
  readonly isGlob: boolean;
  readonly span: Span;
}

export interface RustModule extends Described {
  readonly kind: "module";
  /** Undefined for `mod name;`. */
  readonly items: readonly RustItem[] | undefined;
}

export interface RustConst extends Described {
  readonly kind: "const";
  readonly value: readonly Token[];
}

/** A call of a macro in the place of an item. */
export interface RustMacroCall {
  readonly kind: "macro";
  readonly name: string;
  readonly words: ReadonlySet<string>;
  readonly span: Span;
}

/** `impl Trait for Type`, by last segments. */
export interface RustImpl {
  readonly kind: "impl";
  readonly trait: string;
  readonly type: string;
  readonly span: Span;
}

export type RustItem =
  | RustStruct
  | RustEnum
  | RustAlias
  | RustTrait
  | RustUse
  | RustModule
  | RustConst
  | RustMacroCall
  | RustImpl;

export type RustTypeItem = RustStruct | RustEnum | RustAlias;

export interface RustFile {
  readonly source: SourceFile;
  readonly items: readonly RustItem[];
  /** Places between items that are not understood. */
  readonly faults: readonly Span[];
}
