/** Items of a Rust file out of its syntax tree. */
import type { SourceFile } from "../source/source-file.js";
import type { Span } from "../source/span.js";
import type {
  Described,
  RustArgument,
  RustField,
  RustFields,
  RustFile,
  RustItem,
  RustMethod,
  RustName,
  RustTrait,
  RustUse,
  RustVariant,
} from "./ast.js";
import { isCompiled, type Preface, readPreface } from "./attributes.js";
import { bare, isType, readGenerics, readPath, readType, typeIn } from "./read-types.js";
import { comments, maxDepth, type Node, nameOf, parseTree } from "./tree.js";

/** Bodies of functions say nothing about types, whatever they hold. */
const bodies: ReadonlySet<string> = new Set(["Block"]);

export function readRustFile(source: SourceFile): RustFile {
  const faults: Span[] = [];
  return { source, items: readItems(parseTree(source), faults, 0), faults };
}

/** A child of a list of items, with its attributes and the comments before it. */
interface Entry {
  readonly node: Node;
  readonly preface: readonly Node[];
}

/** Pairs each item with the comments and attributes before it. */
function entriesOf(list: Node): readonly Entry[] {
  const found: Entry[] = [];
  let before: Node[] = [];
  for (const child of list.children()) {
    if (comments.has(child.kind) || child.kind === "Attribute") {
      before.push(child);
      continue;
    }
    if (child.kind === "AttributeItem") {
      const parts = child.children();
      const node = parts.find(({ kind }) => kind !== "Attribute" && !comments.has(kind));
      if (node !== undefined)
        found.push({ node, preface: [...before, ...parts.slice(0, parts.indexOf(node))] });
    } else if (child.kind !== ",") found.push({ node: child, preface: before });
    if (child.kind !== ",") before = [];
  }
  return found;
}

function readItems(list: Node, faults: Span[], depth: number): readonly RustItem[] {
  const items: RustItem[] = [];
  for (const { node, preface } of entriesOf(list)) {
    if (node.kind === "⚠" || depth > maxDepth) {
      faults.push(node.span);
      continue;
    }
    const before = readPreface(preface);
    if (isCompiled(before.attributes)) items.push(...readItem(node, before, faults, depth));
  }
  return items;
}

function readItem(node: Node, preface: Preface, faults: Span[], depth: number): readonly RustItem[] {
  switch (node.kind) {
    case "StructItem":
      return one(described(node, preface, "TypeIdentifier"), (base) => ({
        ...base,
        kind: "struct",
        generics: readGenerics(node),
        fields: readFields(node),
      }));
    case "EnumItem":
      return one(described(node, preface, "TypeIdentifier"), (base) => ({
        ...base,
        kind: "enum",
        generics: readGenerics(node),
        variants: readVariants(node),
      }));
    case "TypeItem":
      return one(described(node, preface, "TypeIdentifier"), (base) => ({
        ...base,
        kind: "alias",
        generics: readGenerics(node),
        type: aliased(node),
      }));
    case "TraitItem":
      return one(described(node, preface, "TypeIdentifier"), (base) => readTrait(node, base));
    case "ModItem":
      return one(described(node, preface, "BoundIdentifier"), (base) => {
        const list = node.child("DeclarationList");
        const items = list === undefined ? undefined : readItems(list, faults, depth + 1);
        return { ...base, kind: "module", items };
      });
    case "ConstItem":
      return one(described(node, preface, "BoundIdentifier"), (base) => ({
        ...base,
        kind: "const",
        value: afterSign(node, "=")
          .filter(({ kind }) => kind !== ";")
          .flatMap((child) => child.tokens()),
      }));
    case "UseDeclaration":
      return readUse(node);
    case "ExternCrateDeclaration":
      return readExternCrate(node);
    case "MacroInvocation":
      return [readMacroCall(node)];
    case "ExpressionStatement": {
      const call = node.child("MacroInvocation");
      return call === undefined ? [] : [readMacroCall(call)];
    }
    case "ImplItem":
      return readImpl(node);
    default:
      return [];
  }
}

function one<Base, Item>(base: Base | undefined, make: (base: Base) => Item): readonly Item[] {
  return base === undefined ? [] : [make(base)];
}

function described(node: Node, preface: Preface, nameKind: string): Described | undefined {
  const name = node.child(nameKind);
  if (name === undefined) return undefined;
  return { name: nameOf(name), ...preface, span: node.span, fault: node.fault(bodies) };
}

function afterSign(node: Node, sign: string): readonly Node[] {
  const children = node.children();
  const at = children.findIndex(({ kind }) => kind === sign);
  return at < 0 ? [] : children.slice(at + 1);
}

function aliased(node: Node): ReturnType<typeof typeIn> {
  const found = afterSign(node, "=").find(isType);
  return found === undefined ? undefined : readType(found);
}

function readFields(node: Node): RustFields {
  const namedList = node.child("FieldDeclarationList");
  if (namedList !== undefined) return { kind: "named", fields: readNamedFields(namedList) };
  const ordered = node.child("OrderedFieldDeclarationList");
  return ordered === undefined ? { kind: "unit" } : { kind: "tuple", fields: readOrderedFields(ordered) };
}

function readNamedFields(list: Node): readonly RustField[] {
  return entriesOf(list).flatMap(({ node, preface }) => {
    if (node.kind !== "FieldDeclaration") return [];
    const before = readPreface(preface);
    const base = isCompiled(before.attributes) ? described(node, before, "FieldIdentifier") : undefined;
    if (base === undefined) return [];
    return [{ ...base, type: typeIn(node) ?? { kind: "fault" as const, span: node.span } }];
  });
}

function readOrderedFields(list: Node): readonly RustField[] {
  const fields: RustField[] = [];
  for (const { node, preface } of entriesOf(list)) {
    if (!isType(node)) continue;
    const before = readPreface(preface);
    if (!isCompiled(before.attributes)) continue;
    const { span } = node;
    const name: RustName = { text: String(fields.length), isRaw: false, span };
    fields.push({ name, ...before, span, fault: node.fault(), type: readType(node) });
  }
  return fields;
}

function readVariants(node: Node): readonly RustVariant[] {
  const list = node.child("EnumVariantList");
  if (list === undefined) return [];
  return entriesOf(list).flatMap(({ node: variant, preface }) => {
    if (variant.kind !== "EnumVariant") return [];
    const before = readPreface(preface);
    const base = isCompiled(before.attributes) ? described(variant, before, "Identifier") : undefined;
    return base === undefined ? [] : [{ ...base, fields: readFields(variant) }];
  });
}

function readTrait(node: Node, base: Described): RustTrait {
  const list = node.child("DeclarationList");
  const members = list === undefined ? [] : entriesOf(list);
  const methods: RustMethod[] = [];
  const others: { text: string; span: Span }[] = [];
  for (const { node: member, preface } of members) {
    const before = readPreface(preface);
    if (!isCompiled(before.attributes)) continue;
    if (member.kind === "FunctionItem") methods.push(...readMethod(member, before));
    else if (
      member.kind === "AssociatedType" ||
      member.kind === "ConstItem" ||
      member.kind === "MacroInvocation"
    )
      others.push({ text: member.text, span: member.span });
  }
  const hasSupertraits = node.has("TraitBounds") || node.has("WhereClause");
  return { ...base, kind: "trait", generics: readGenerics(node), hasSupertraits, methods, others };
}

function readMethod(node: Node, preface: Preface): readonly RustMethod[] {
  const base = described(node, preface, "BoundIdentifier");
  if (base === undefined) return [];
  const parameters = node.child("ParamList")?.children() ?? [];
  const self = parameters.find(
    (one) => one.kind === "SelfParameter" || (one.kind === "Parameter" && one.has("SelfPattern")),
  );
  const args = parameters.filter((one) => one.kind === "Parameter" && one !== self).map(readArgument);
  const returns = afterSign(node, "->").find(isType);
  return [
    {
      ...base,
      isAsync: node.has("async") || node.child("FunctionModifiers")?.has("async") === true,
      hasGenerics: node.has("TypeParamList"),
      hasBody: node.has("Block"),
      receiver: self?.text,
      args,
      returns: returns === undefined ? undefined : readType(returns),
    },
  ];
}

function readArgument(node: Node): RustArgument {
  const name = node.child("BoundIdentifier");
  const { span } = node;
  return {
    name: name === undefined ? undefined : nameOf(name),
    type: typeIn(node) ?? { kind: "fault", span },
    span,
  };
}

function readUse(node: Node): readonly RustUse[] {
  const tree = node.children().find(({ kind }) => isUseTree(kind));
  return tree === undefined ? [] : useTree(tree, [], false, 0);
}

function isUseTree(kind: string): boolean {
  return (
    kind.endsWith("Identifier") ||
    kind === "ScopedUseList" ||
    kind === "UseList" ||
    kind === "UseWildcard" ||
    kind === "UseAsClause" ||
    kind === "self" ||
    kind === "crate" ||
    kind === "super"
  );
}

function useTree(node: Node, prefix: readonly string[], global: boolean, depth: number): readonly RustUse[] {
  if (depth > maxDepth) return [];
  const { span } = node;
  const children = node.children();
  const isGlobal = global || (prefix.length === 0 && children[0]?.kind === "::");
  const leaf = (segments: readonly string[], name: string | undefined, isGlob = false): RustUse => ({
    kind: "use",
    path: { segments: [...prefix, ...segments], isGlobal },
    name,
    isGlob,
    span,
  });
  if (node.kind === "UseList" || node.kind === "ScopedUseList") {
    const list = node.kind === "UseList" ? node : node.child("UseList");
    const head = node.kind === "UseList" ? [] : headOf(node);
    const inner = list?.children().filter(({ kind }) => isUseTree(kind)) ?? [];
    return inner.flatMap((child) => useTree(child, [...prefix, ...head], isGlobal, depth + 1));
  }
  if (node.kind === "UseWildcard") return [leaf(readHead(node), undefined, true)];
  if (node.kind === "UseAsClause") {
    const [path] = children;
    const alias = node.child("BoundIdentifier")?.text;
    const segments = path === undefined ? [] : selfless(readPath(path).segments, prefix);
    return [leaf(segments, alias === undefined ? undefined : bare(alias))];
  }
  const segments = selfless(readPath(node).segments, prefix);
  return [leaf(segments, segments.at(-1) ?? prefix.at(-1))];
}

/** `use a::{self}` names `a`. */
function selfless(segments: readonly string[], prefix: readonly string[]): readonly string[] {
  return prefix.length > 0 && segments.length === 1 && segments[0] === "self" ? [] : segments;
}

function headOf(node: Node): readonly string[] {
  return readPath(node).segments;
}

function readHead(node: Node): readonly string[] {
  return node.children().some(({ kind }) => kind !== "*" && kind !== "::") ? readPath(node).segments : [];
}

function readExternCrate(node: Node): readonly RustUse[] {
  const name = node.child("Identifier", "BoundIdentifier", "self")?.text;
  if (name === undefined || name === "self") return [];
  const alias = node.child("BoundIdentifier")?.text ?? name;
  const { span } = node;
  return [{ kind: "use", path: { segments: [name], isGlobal: true }, name: alias, isGlob: false, span }];
}

function readMacroCall(node: Node): RustItem {
  const head = node.children().find(({ kind }) => kind !== "!");
  const words = new Set(node.tokens().map(({ text }) => bare(text)));
  return { kind: "macro", name: head?.text ?? "", words, span: node.span };
}

/** `impl Trait for Type`. */
function readImpl(node: Node): readonly RustItem[] {
  const [type] = afterSign(node, "for").filter(isType);
  const [trait] = node.children().filter(isType);
  if (type === undefined || trait === undefined || type.span.start === trait.span.start) return [];
  return [{ kind: "impl", trait: lastName(trait), type: lastName(type), span: node.span }];
}

function lastName(node: Node): string {
  const type = readType(node);
  return type.kind === "path" ? (type.path.segments.at(-1) ?? "") : "";
}
