/** Types of Rust out of the syntax tree. */
import type { Generics, RustPath, RustType } from "./ast.js";
import { comments, maxDepth, type Node } from "./tree.js";

const pathParts: ReadonlySet<string> = new Set([
  "ScopeIdentifier", "TypeIdentifier", "Identifier", "BoundIdentifier", "crate", "super", "self", "Self",
]); // biome-ignore format: a table

const others: Readonly<Record<string, string>> = {
  DynamicType: "a trait object",
  AbstractType: "an `impl` type",
  FunctionType: "a function",
  PointerType: "a raw pointer",
  MacroInvocation: "a type made by a macro",
  QuantifiedType: "a type with bounds",
  BoundedType: "a type with bounds",
};

const typeKinds: ReadonlySet<string> = new Set([
  "TypeIdentifier", "ScopedTypeIdentifier", "GenericType", "ReferenceType", "ArrayType", "TupleType", "UnitType",
  "EmptyType", ...Object.keys(others),
]); // biome-ignore format: a table

export function isType(node: Node): boolean {
  return typeKinds.has(node.kind);
}

/** The type among the children of a node. */
export function typeIn(node: Node): RustType | undefined {
  const found = node.children().find(isType);
  return found === undefined ? undefined : readType(found);
}

export function readType(node: Node, depth = 0): RustType {
  const { span } = node;
  if (depth > maxDepth) return { kind: "fault", span };
  const inner = (): RustType[] =>
    node
      .children()
      .filter(isType)
      .map((child) => readType(child, depth + 1));
  switch (node.kind) {
    case "TypeIdentifier":
      return { kind: "path", span, path: { segments: [bare(node.text)], isGlobal: false }, args: [] };
    case "ScopedTypeIdentifier":
    case "GenericType":
      return pathType(node, depth);
    case "ReferenceType":
      return { kind: "reference", span, element: inner()[0] ?? { kind: "fault", span } };
    case "ArrayType":
      return arrayType(node, depth);
    case "TupleType":
      return tupleType(node, inner());
    case "UnitType":
      return { kind: "tuple", span, elements: [] };
    case "EmptyType":
      return { kind: "never", span };
    default:
      return others[node.kind] === undefined
        ? { kind: "fault", span }
        : { kind: "other", span, what: others[node.kind] ?? "" };
  }
}

/** `(T)` is T. */
function tupleType(node: Node, elements: readonly RustType[]): RustType {
  const [only] = elements;
  const isBracketed = elements.length === 1 && !node.has(",");
  return isBracketed && only !== undefined ? only : { kind: "tuple", span: node.span, elements };
}

function arrayType(node: Node, depth: number): RustType {
  const children = node.children();
  const at = children.findIndex(({ kind }) => kind === ";");
  const found = children.find(isType);
  const { span } = node;
  const element: RustType = found === undefined ? { kind: "fault", span } : readType(found, depth + 1);
  if (at < 0) return { kind: "slice", span, element };
  const length = children
    .slice(at + 1)
    .filter(({ kind }) => kind !== "]" && !comments.has(kind))
    .flatMap((child) => (child.kind === "⚠" ? [] : child.tokens()));
  return { kind: "array", span, element, length };
}

function pathType(node: Node, depth: number): RustType {
  const { span } = node;
  const children = node.children();
  if (node.fault() !== undefined && children.some(({ kind }) => kind === "⚠")) return { kind: "fault", span };
  if (children.some(({ kind }) => kind === "QualifiedScope" || kind === "<"))
    return { kind: "other", span, what: "an associated type" };
  const list = node.child("TypeArgList");
  const args: RustType[] = [];
  for (const child of list?.children() ?? []) {
    if (isType(child)) args.push(readType(child, depth + 1));
    else if (child.kind === "Integer") args.push({ kind: "number", span: child.span, text: child.text });
    else if (child.kind === "TypeBinding" || child.kind === "Block")
      return { kind: "other", span, what: `\`${node.text}\`` };
  }
  const head = children.find(({ kind }) => kind === "ScopedTypeIdentifier" || kind === "TypeIdentifier");
  const path = node.kind === "GenericType" && head !== undefined ? readPath(head) : readPath(node);
  return { kind: "path", span, path, args };
}

/** Segments of a path, of a type or of a `use`. */
export function readPath(node: Node): RustPath {
  const segments: string[] = [];
  const children = node.children();
  if (children.length === 0) return { segments: [bare(node.text)], isGlobal: false };
  for (const child of children) {
    if (pathParts.has(child.kind)) segments.push(bare(child.text));
    else if (child.kind.startsWith("Scoped")) segments.push(...readPath(child).segments);
  }
  return { segments, isGlobal: children[0]?.kind === "::" };
}

export function bare(text: string): string {
  return text.startsWith("r#") ? text.slice(2) : text;
}

/** Parameters of an item. */
export function readGenerics(item: Node): Generics {
  const types: string[] = [];
  const consts: string[] = [];
  for (const child of item.child("TypeParamList")?.children() ?? []) {
    if (child.kind === "TypeIdentifier") types.push(child.text);
    else if (child.kind === "ConstParameter") consts.push(child.child("BoundIdentifier")?.text ?? "");
    else if (child.kind === "ConstrainedTypeParameter" || child.kind === "OptionalTypeParameter")
      types.push(firstName(child));
  }
  return { types, consts };
}

function firstName(node: Node): string {
  const found = node.child("TypeIdentifier", "ConstrainedTypeParameter");
  if (found === undefined) return "";
  return found.kind === "TypeIdentifier" ? found.text : firstName(found);
}
