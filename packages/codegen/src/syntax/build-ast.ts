/** Concrete tree → syntax tree. Reports syntax that the grammar accepts and the language does not have. */
import type { CstElement, CstNode, IToken } from "chevrotain";
import { nearestName } from "../diagnostics/suggest.js";
import type {
  AliasNode,
  AttributeNode,
  DeclarationNode,
  EnumNode,
  FileNode,
  ImportedNameNode,
  ImportNode,
  ItemNode,
  NameNode,
  PackageNode,
  ServiceNode,
  StructNode,
} from "./ast.js";
import type { BuildContext } from "./build-context.js";
import { inOrder, isNode, node, nodes, token, tokens } from "./build-context.js";
import { buildAttributes } from "./build-literals.js";
import { buildFields, buildMethods, buildVariants, closeBody, common } from "./build-members.js";
import { buildElementTypes, buildType, reportUnclosed } from "./build-types.js";
import { foreignDeclarationAdvice } from "./slips.js";
import { keywords } from "./tokens.js";

export function buildFile(context: BuildContext, cst: CstNode): FileNode {
  const items: ItemNode[] = [];
  for (const from of nodes(cst, "item")) {
    const item = buildItem(context, from);
    if (item !== undefined) items.push(item);
  }
  checkOrder(context, items);
  return {
    kind: "file",
    source: context.source,
    items,
    package: items.find((item) => item.kind === "package"),
    imports: items.filter((item) => item.kind === "import"),
    declarations: items.filter(
      (item): item is DeclarationNode => item.kind !== "package" && item.kind !== "import",
    ),
    comments: context.trivia.comments,
    dangling: context.trivia.leading(context.source.text.length),
  };
}

function buildItem(context: BuildContext, from: CstNode): ItemNode | undefined {
  const attributes = buildAttributes(context, from);
  const packageItem = node(from, "packageItem");
  if (packageItem !== undefined) return buildPackage(context, from, packageItem, attributes);
  const importItem = node(from, "importItem");
  if (importItem !== undefined) return buildImport(context, from, importItem, attributes);
  const structItem = node(from, "structItem");
  if (structItem !== undefined) return buildStruct(context, from, structItem, attributes);
  const enumItem = node(from, "enumItem");
  if (enumItem !== undefined) return buildEnum(context, from, enumItem, attributes);
  const aliasItem = node(from, "aliasItem");
  if (aliasItem !== undefined) return buildAlias(context, from, aliasItem, attributes);
  const serviceItem = node(from, "serviceItem");
  if (serviceItem !== undefined) return buildService(context, from, serviceItem, attributes);
  const stray = node(from, "strayItem");
  if (stray !== undefined) reportStrayItem(context, stray);
  else reportLoneAttribute(context, attributes);
  return undefined;
}

function reportLoneAttribute(context: BuildContext, attributes: readonly AttributeNode[]): void {
  const last = attributes.at(-1);
  if (last === undefined || context.isReportedBefore(last.span.end)) return;
  const found = context.foundAt(last.span.end);
  context.report("VOX1010", last.span, {
    expected: "a declaration after this attribute",
    found,
    advice: "write attributes before the item that they mark",
  });
}

function reportStrayItem(context: BuildContext, stray: CstNode): void {
  const { start } = context.nodeSpan(stray);
  if (context.isReportedBefore(start)) return;
  const found = context.foundAt(start);
  const word = found.slice(1, -1);
  const near = nearestName(word, keywords.slice(0, 8));
  const advice =
    foreignDeclarationAdvice(word) ??
    (near === undefined
      ? "the top level has package, import, struct, enum, error enum, type and service"
      : `did you mean \`${near}\`?`);
  const span = context.span(start, start + Math.max(1, word.length));
  context.report("VOX1011", span, { found, advice }, { replacement: near });
}

function checkOrder(context: BuildContext, items: readonly ItemNode[]): void {
  let hasPackage = false;
  let hasDeclaration = false;
  for (const [index, item] of items.entries()) {
    if (item.kind === "package") {
      const problem = hasPackage ? "a file has one package" : "the package comes first in the file";
      if (index > 0) context.report("VOX1021", item.span, { problem });
      hasPackage = true;
    } else if (item.kind !== "import") {
      hasDeclaration = true;
    } else if (hasDeclaration) {
      context.report("VOX1021", item.span, { problem: "imports go before declarations" });
    }
  }
}

function buildPackage(
  context: BuildContext,
  outer: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): PackageNode {
  reportSemicolon(context, from);
  const names = tokens(from, "Name");
  const dots = tokens(from, "Dot");
  const lastDot = dots.at(-1);
  if (lastDot !== undefined && dots.length >= names.length) {
    const at = context.tokenSpan(lastDot);
    context.report("VOX1010", at, {
      expected: "a name after `.`",
      found: context.foundAt(at.end),
      advice: "write `package shop.catalog`",
    });
  }
  const name = names.map((part) => part.image).join(".");
  return { kind: "package", name, ...common(context, outer, from, attributes, context.nodeSpan(from).start) };
}

function reportSemicolon(context: BuildContext, from: CstNode): void {
  const semicolon = token(from, "Semicolon");
  if (semicolon !== undefined)
    context.report("VOX1013", context.tokenSpan(semicolon), {}, { replacement: "" });
}

const importExample = 'write `import { Name } from "./file.vox"`';

function buildImport(
  context: BuildContext,
  outer: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): ImportNode {
  const span = context.nodeSpan(from);
  const opener = token(from, "LeftBrace");
  const quoted = node(from, "quoted");
  const names = importNames(context, from);
  if (opener === undefined) {
    const at = token(from, "Keyword_import");
    const place = at === undefined ? span : context.tokenSpan(at);
    context.report("VOX1010", place, {
      expected: "names in braces after `import`",
      found: context.foundAt(place.end),
      advice: importExample,
    });
  } else if (token(from, "RightBrace") === undefined) {
    const last = names.at(-1)?.span.end ?? opener.startOffset + 1;
    const found = context.foundAt(last);
    context.report("VOX1010", context.span(last, last), { expected: "`}`", found, advice: importExample });
  } else if (quoted === undefined || token(from, "Keyword_from") === undefined) {
    const at =
      quoted === undefined ? context.pointAfter(span) : context.pointBefore(context.nodeSpan(quoted).start);
    const expected = token(from, "Keyword_from") === undefined ? "`from`" : "the path of a file in quotes";
    context.report("VOX1010", at, { expected, found: context.foundAt(at.end), advice: importExample });
  }
  reportSemicolon(context, from);
  const path = quoted === undefined ? undefined : context.string(quoted);
  return {
    kind: "import",
    names,
    from: path === undefined ? undefined : { path: path.value, span: path.span },
    ...common(context, outer, from, attributes, span.start),
  };
}

function importNames(context: BuildContext, from: CstNode): readonly ImportedNameNode[] {
  const words = inOrder(from, "Name", "Comma").filter((element) => !isNode(element));
  const names: ImportedNameNode[] = [];
  let previousIsName = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at];
    if (word === undefined || isNode(word)) continue;
    if (word.tokenType.name === "Comma") {
      if (!previousIsName) {
        context.report("VOX1014", context.tokenSpan(word), {
          problem: "no name before this comma",
          advice: "remove it",
        });
      }
      previousIsName = false;
      continue;
    }
    const name = context.name(word, context.nodeSpan(from));
    if (previousIsName) {
      context.report("VOX1014", context.pointBefore(name.span.start), {
        problem: "a comma is missing between two names",
        advice: "write `,` here",
      });
    }
    const [as, alias] = [words[at + 1], words[at + 2]];
    const isRenamed = isNamed(as, "as") && isName(alias);
    names.push({ ...name, local: isRenamed ? context.name(alias, context.nodeSpan(from)) : name });
    if (isRenamed) at += 2;
    previousIsName = true;
  }
  return names;
}

function isName(element: CstElement | undefined): element is IToken {
  return element !== undefined && !isNode(element) && element.tokenType.name !== "Comma";
}

function isNamed(element: CstElement | undefined, text: string): boolean {
  return isName(element) && element.image === text;
}

// --- declarations ---

interface Head {
  readonly name: NameNode;
  readonly parameters: readonly NameNode[];
}

function buildHead(context: BuildContext, from: CstNode, what: string): Head {
  const head = node(from, "head");
  const word = head === undefined ? undefined : token(head, "Name");
  const keyword = keywordSpan(context, from);
  if (word === undefined) {
    const found = context.foundAt(keyword.end);
    context.report("VOX1010", keyword, {
      expected: `the name of the ${what}`,
      found,
      advice: `write \`${what === "alias" ? "type" : what} Name\``,
    });
  }
  const list = head === undefined ? undefined : node(head, "parameters");
  return {
    name: context.name(word, keyword),
    parameters: list === undefined ? [] : buildParameters(context, list),
  };
}

function keywordSpan(context: BuildContext, from: CstNode): ReturnType<BuildContext["span"]> {
  for (const name of ["Keyword_struct", "Keyword_enum", "Keyword_type", "Keyword_service"]) {
    const word = token(from, name);
    if (word !== undefined) return context.tokenSpan(word);
  }
  return context.nodeSpan(from);
}

function buildParameters(context: BuildContext, list: CstNode): readonly NameNode[] {
  const names: NameNode[] = [];
  let previousIsName = false;
  for (const element of inOrder(list, "Name", "Comma")) {
    if (isNode(element)) continue;
    const isComma = element.tokenType.name === "Comma";
    if (isComma && !previousIsName) {
      context.report("VOX1014", context.tokenSpan(element), {
        problem: "no name before this comma",
        advice: "remove it",
      });
    } else if (!isComma && previousIsName) {
      const at = context.pointBefore(element.startOffset);
      context.report("VOX1014", at, {
        problem: "a comma is missing between two names",
        advice: "write `,` here",
      });
    }
    if (!isComma) names.push(context.name(element, context.nodeSpan(list)));
    previousIsName = !isComma;
  }
  const opener = token(list, "LeftAngle");
  const span = context.nodeSpan(list);
  if (token(list, "RightAngle") === undefined && opener !== undefined)
    reportUnclosed(context, opener, ">", span.end);
  else if (names.length === 0) {
    context.report("VOX1010", span, {
      expected: "a type parameter",
      found: "nothing",
      advice: "write `<T>`, or leave the brackets out",
    });
  }
  return names;
}

/** Reports what only some declarations may have. */
function checkExtras(context: BuildContext, from: CstNode, what: string): void {
  const error = token(from, "Keyword_error");
  if (error !== undefined && what !== "enum") {
    context.report("VOX1011", context.tokenSpan(error), {
      found: "`error`",
      advice: "only enums are declared as errors; `throws` takes any type",
    });
  }
  let semicolons = 0;
  for (const separator of nodes(from, "separator")) {
    const span = context.nodeSpan(separator);
    if (token(separator, "Semicolon") === undefined) {
      context.report(
        "VOX1014",
        span,
        { problem: "there is no comma between declarations", advice: "remove it" },
        { replacement: "" },
      );
    } else if (semicolons++ === 0) {
      context.report("VOX1013", span, {}, { replacement: "" });
    }
  }
}

function reportMissingBody(context: BuildContext, from: CstNode, name: NameNode, what: string): void {
  const head = node(from, "head");
  const end =
    head === undefined || Number.isNaN(context.nodeSpan(head).end)
      ? name.span.end
      : Math.max(context.nodeSpan(head).end, name.span.end);
  if (context.isReportedBefore(end)) return;
  context.report("VOX1023", context.span(end, end), {
    subject: `${what} \`${name.text}\``,
    advice: "write `{` and `}`, also when there is nothing between them",
  });
}

function buildStruct(
  context: BuildContext,
  outer: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): StructNode {
  const { name, parameters } = buildHead(context, from, "struct");
  const shared = common(context, outer, from, attributes, name.span.start);
  const body = node(from, "fieldBody");
  const tuple = node(from, "tuple");
  if (body === undefined && tuple === undefined) reportMissingBody(context, from, name, "struct");
  const { fields, dangling } = body === undefined ? { fields: [], dangling: [] } : buildFields(context, body);
  const elements =
    tuple === undefined ? undefined : buildElementTypes(context, tuple, "a tuple struct has a type at least");
  checkExtras(context, from, "struct");
  return { kind: "struct", name, parameters, fields, elements, dangling, ...shared };
}

function buildEnum(
  context: BuildContext,
  outer: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): EnumNode {
  const { name, parameters } = buildHead(context, from, "enum");
  const shared = common(context, outer, from, attributes, name.span.start);
  if (token(from, "LeftBrace") === undefined) reportMissingBody(context, from, name, "enum");
  const variants = buildVariants(context, nodes(from, "variantMember"));
  const dangling = closeBody(context, from);
  checkExtras(context, from, "enum");
  const isError = token(from, "Keyword_error") !== undefined;
  return { kind: "enum", isError, name, parameters, variants, dangling, ...shared };
}

function buildAlias(
  context: BuildContext,
  outer: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): AliasNode {
  const { name, parameters } = buildHead(context, from, "alias");
  const shared = common(context, outer, from, attributes, name.span.start);
  const type = node(from, "type");
  const { end } = context.nodeSpan(from);
  const isBroken = token(from, "Equals") === undefined || type === undefined;
  if (isBroken && !context.isReportedBefore(end)) {
    const at = type === undefined ? end : context.trivia.endBefore(context.nodeSpan(type).start);
    const expected = token(from, "Equals") === undefined ? "`=`" : "a type after `=`";
    const found = context.foundAt(at);
    context.report("VOX1010", context.span(at, at), {
      expected,
      found,
      advice: `write \`type ${name.text || "Name"} = T\``,
    });
  }
  checkExtras(context, from, "alias");
  const target =
    type === undefined
      ? { kind: "invalid" as const, span: context.nodeSpan(from) }
      : buildType(context, type);
  return { kind: "alias", name, parameters, type: target, dangling: [], ...shared };
}

function buildService(
  context: BuildContext,
  outer: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): ServiceNode {
  const { name, parameters } = buildHead(context, from, "service");
  const shared = common(context, outer, from, attributes, name.span.start);
  const [parameter] = parameters;
  if (parameter !== undefined) {
    context.report("VOX1015", parameter.span, {
      problem: "services have no type parameters",
      advice: "name the types; a struct or enum may be generic",
    });
  }
  if (token(from, "LeftBrace") === undefined) reportMissingBody(context, from, name, "service");
  const methods = buildMethods(context, nodes(from, "methodMember"));
  const dangling = closeBody(context, from);
  checkExtras(context, from, "service");
  return { kind: "service", name, methods, dangling, ...shared };
}
