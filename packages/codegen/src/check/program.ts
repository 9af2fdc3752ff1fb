/** The data that the phases of the checker share. */

import type { Reporter } from "../diagnostics/report.js";
import type {
  Argument,
  EnumDeclaration,
  Field,
  Method,
  ModelFile,
  Service,
  StructDeclaration,
  TupleStructDeclaration,
  Type,
  TypeDeclaration,
  Variant,
} from "../model/model.js";
import type { Span } from "../source/span.js";
import type {
  ArgumentNode,
  DeclarationNode,
  FieldNode,
  FileNode,
  ImportNode,
  MethodNode,
  ServiceNode,
  TypeDeclarationNode,
  TypeNode,
  VariantNode,
} from "../syntax/ast.js";

/** The meaning of a name of a file. */
export type Meaning =
  | { readonly kind: "type"; readonly node: TypeDeclarationNode; readonly file: LoadedFile }
  | { readonly kind: "service"; readonly node: ServiceNode; readonly file: LoadedFile }
  /** Imported from a file or under a name that does not exist: reported at the import, silent after it. */
  | { readonly kind: "missing" };

export interface ImportEdge {
  readonly node: ImportNode;
  /** Undefined when the file does not exist. */
  readonly target: LoadedFile | undefined;
}

export interface LoadedFile {
  readonly path: string;
  readonly ast: FileNode;
  readonly imports: ImportEdge[];
  /** Declarations and imported names; the first declaration of a name wins. */
  readonly names: Map<string, Meaning>;
  /** Imported names that some type of the file uses. */
  readonly used: Set<string>;
}

/** The files of one run, dependencies first, with everything that names resolve to. */
export interface Program {
  readonly files: readonly LoadedFile[];
  readonly reporter: Reporter;
}

/** Takes the place of a type that was reported; rules skip it. */
export const invalidType: Type = Object.freeze({ kind: "primitive", name: "unit", asNumber: false });

/** Syntax and model side by side: what the rules read. */
export interface Linked extends Program {
  readonly model: ReadonlyMap<LoadedFile, ModelFile>;
  readonly declarations: ReadonlyMap<TypeDeclarationNode, TypeDeclaration>;
  readonly nodes: ReadonlyMap<TypeDeclaration, TypeDeclarationNode>;
  readonly services: ReadonlyMap<ServiceNode, Service>;
  readonly methods: ReadonlyMap<MethodNode, Method>;
  readonly fields: ReadonlyMap<FieldNode, Field>;
  readonly variants: ReadonlyMap<VariantNode, Variant>;
  readonly args: ReadonlyMap<ArgumentNode, Argument>;
  /** The type of each type node that could be resolved, or `invalidType`. */
  readonly types: ReadonlyMap<TypeNode, Type>;
}

/** A declaration that has members of its own. */
export type MemberDeclaration = StructDeclaration | TupleStructDeclaration | EnumDeclaration;

/** Every field node of a declaration, those of struct variants included. */
export function fieldNodes(declaration: DeclarationNode): readonly FieldNode[] {
  if (declaration.kind === "struct") return declaration.fields;
  if (declaration.kind !== "enum") return [];
  return declaration.variants.flatMap((variant) =>
    variant.form.kind === "struct" ? variant.form.fields : [],
  );
}

/** A type node and all type nodes inside it. */
export function* nestedTypes(node: TypeNode): Generator<TypeNode> {
  yield node;
  if (node.kind === "option" || node.kind === "list" || node.kind === "array")
    yield* nestedTypes(node.element);
  else if (node.kind === "tuple") for (const element of node.elements) yield* nestedTypes(element);
  else if (node.kind === "named") for (const argument of node.args) yield* nestedTypes(argument);
}

/** The source text of a type on one line, for messages. */
export function typeText(file: LoadedFile, span: Span): string {
  const text = file.ast.source.textOf(span).replace(/\s+/g, " ");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
