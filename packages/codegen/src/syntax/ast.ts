/**
 * The syntax tree of one file. It keeps what a formatter, a linter with fixes and a language server need: a span on
 * every node, comments, blank lines. A node that the source lacks is undefined, or a name with empty text; the parser
 * has then reported it, so that later phases stay silent about it.
 */
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";

export interface Comment {
  /** `//`, `///`, or a block comment (which the language does not have: reported, but kept). */
  readonly kind: "line" | "doc" | "block";
  /** Without the slashes; one leading space removed. */
  readonly text: string;
  readonly span: Span;
  /** True when only white space is before it on its line. */
  readonly ownLine: boolean;
}

/** The comments and blank lines around a declaration or member. */
export interface Trivia {
  /** Comments between the code before and this node, doc comments included, that have their own lines. */
  readonly leading: readonly Comment[];
  /** The comment after it on the line where it ends. */
  readonly trailing: Comment | undefined;
  /** True when an empty line separates it (with its leading comments) from the code before. */
  readonly blankLineBefore: boolean;
}

export interface NameNode {
  readonly kind: "name";
  /** Empty when the source lacks the name. */
  readonly text: string;
  readonly span: Span;
}

export type LiteralNode =
  /** As written, sign and `_` included. */
  | { readonly kind: "number"; readonly text: string; readonly span: Span }
  | { readonly kind: "string"; readonly value: string; readonly span: Span }
  | { readonly kind: "bool"; readonly value: boolean; readonly span: Span }
  | { readonly kind: "none"; readonly span: Span }
  | { readonly kind: "empty"; readonly span: Span }
  | { readonly kind: "identifier"; readonly text: string; readonly span: Span }
  /** Already reported. */
  | { readonly kind: "invalid"; readonly span: Span };

export interface AttributeNode {
  readonly kind: "attribute";
  readonly name: NameNode;
  readonly args: readonly LiteralNode[];
  readonly span: Span;
}

export type TypeNode =
  /** A name with its type arguments; also `map`, `set`, `result`, `Tx`, `Rx` and the primitives. */
  | {
      readonly kind: "named";
      readonly name: NameNode;
      readonly args: readonly TypeNode[];
      readonly span: Span;
    }
  | { readonly kind: "option"; readonly element: TypeNode; readonly span: Span }
  | { readonly kind: "list"; readonly element: TypeNode; readonly span: Span }
  | { readonly kind: "array"; readonly element: TypeNode; readonly length: LengthNode; readonly span: Span }
  | { readonly kind: "tuple"; readonly elements: readonly TypeNode[]; readonly span: Span }
  /** Already reported. */
  | { readonly kind: "invalid"; readonly span: Span };

/** The number in `T[3]`. */
export interface LengthNode {
  readonly text: string;
  readonly span: Span;
}

interface Documented {
  readonly docs: readonly string[];
  readonly attributes: readonly AttributeNode[];
  readonly trivia: Trivia;
  readonly span: Span;
}

export interface FieldNode extends Documented {
  readonly kind: "field";
  readonly name: NameNode;
  readonly type: TypeNode;
  readonly default: LiteralNode | undefined;
}

export type VariantFormNode =
  | { readonly kind: "unit" }
  | { readonly kind: "tuple"; readonly types: readonly TypeNode[]; readonly span: Span }
  | { readonly kind: "struct"; readonly fields: readonly FieldNode[]; readonly dangling: readonly Comment[] };

export interface VariantNode extends Documented {
  readonly kind: "variant";
  readonly name: NameNode;
  readonly form: VariantFormNode;
}

export interface ArgumentNode extends Documented {
  readonly kind: "argument";
  readonly name: NameNode;
  readonly type: TypeNode;
}

export interface MethodNode extends Documented {
  readonly kind: "method";
  readonly name: NameNode;
  readonly args: readonly ArgumentNode[];
  readonly returns: TypeNode | undefined;
  readonly throws: TypeNode | undefined;
}

interface Declaration extends Documented {
  readonly name: NameNode;
  /** Comments before the closing brace that belong to no member. */
  readonly dangling: readonly Comment[];
}

export interface StructNode extends Declaration {
  readonly kind: "struct";
  readonly parameters: readonly NameNode[];
  readonly fields: readonly FieldNode[];
  /** Types in brackets instead of fields: a tuple struct. */
  readonly elements: readonly TypeNode[] | undefined;
}

export interface EnumNode extends Declaration {
  readonly kind: "enum";
  readonly isError: boolean;
  readonly parameters: readonly NameNode[];
  readonly variants: readonly VariantNode[];
}

export interface AliasNode extends Declaration {
  readonly kind: "alias";
  readonly parameters: readonly NameNode[];
  readonly type: TypeNode;
}

export interface ServiceNode extends Declaration {
  readonly kind: "service";
  readonly methods: readonly MethodNode[];
}

export type TypeDeclarationNode = StructNode | EnumNode | AliasNode;
export type DeclarationNode = TypeDeclarationNode | ServiceNode;

export interface PackageNode extends Documented {
  readonly kind: "package";
  /** `shop.catalog` */
  readonly name: string;
}

/** A name that is imported, as the other file declares it. */
export interface ImportedNameNode extends NameNode {
  /** The name that it has in this file: the same without `as`. */
  readonly local: NameNode;
}

export interface ImportNode extends Documented {
  readonly kind: "import";
  readonly names: readonly ImportedNameNode[];
  /** As written, without quotes; undefined when the source lacks it. */
  readonly from: { readonly path: string; readonly span: Span } | undefined;
}

export type ItemNode = PackageNode | ImportNode | DeclarationNode;

export interface FileNode {
  readonly kind: "file";
  readonly source: SourceFile;
  /** Everything at the top level, in source order. */
  readonly items: readonly ItemNode[];
  readonly package: PackageNode | undefined;
  readonly imports: readonly ImportNode[];
  readonly declarations: readonly DeclarationNode[];
  /** Every comment of the file in source order, attached to a node or not. */
  readonly comments: readonly Comment[];
  /** Comments after the last item. */
  readonly dangling: readonly Comment[];
}
