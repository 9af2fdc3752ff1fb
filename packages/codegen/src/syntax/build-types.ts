/** Types of the tree; slips of other languages are reported here. */
import type { CstNode, IToken } from "chevrotain";
import type { NameNode, TypeNode } from "./ast.js";
import type { BuildContext } from "./build-context.js";
import { inOrder, isNode, node, nodes, token, tokens } from "./build-context.js";
import { maxTypeDepth } from "./lex.js";
import { foreignModifierAdvice } from "./slips.js";

/** A type with its depth, so that a deep one is cut as soon as it is too deep. */
interface Built {
  readonly type: TypeNode;
  readonly depth: number;
}

/** The type of a `type` rule. */
export function buildType(context: BuildContext, from: CstNode): TypeNode {
  return buildUnion(context, from).type;
}

function buildUnion(context: BuildContext, from: CstNode): Built {
  const parts = nodes(from, "plainType").map((part) => buildPlain(context, part));
  const first = parts[0] ?? invalid(context, from);
  const bar = token(from, "Bar") ?? token(from, "Ampersand");
  if (bar === undefined) return first;
  const rest = parts.slice(1).map((part) => part.type);
  const isNullable =
    rest.length === 1 && rest.every((type) => /^(?:null|undefined|none|unit)$/.test(sourceOf(context, type)));
  context.report("VOX1015", isNullable ? context.nodeSpan(from) : context.tokenSpan(bar), {
    problem: `there are no types joined by \`${bar.image}\``,
    advice: isNullable
      ? `write \`${sourceOf(context, first.type)}?\``
      : "declare an enum: its variants may carry values",
  });
  return isNullable ? first : invalid(context, from);
}

function sourceOf(context: BuildContext, type: TypeNode): string {
  return context.source.textOf(type.span);
}

function invalid(context: BuildContext, from: CstNode): Built {
  return { type: { kind: "invalid", span: context.nodeSpan(from) }, depth: 0 };
}

function buildPlain(context: BuildContext, from: CstNode): Built {
  for (const attribute of nodes(from, "attribute")) {
    const text = context.source.textOf(context.nodeSpan(attribute));
    context.report("VOX1020", context.nodeSpan(attribute), {
      advice: `write \`${text} name: T\`, or mark an alias and name it here`,
    });
  }
  const primary = node(from, "primary");
  const built = primary === undefined ? invalid(context, from) : buildPrimary(context, primary);
  reportPrefixes(context, from, built);
  let result = built;
  for (const suffix of nodes(from, "suffix")) {
    const next = applySuffix(context, suffix, result);
    if (next.depth <= maxTypeDepth) {
      result = next;
    } else {
      context.report("VOX1018", next.type.span, { limit: maxTypeDepth });
      return { type: { kind: "invalid", span: next.type.span }, depth: 0 };
    }
  }
  return result;
}

function reportPrefixes(context: BuildContext, from: CstNode, built: Built): void {
  const [ampersand] = tokens(from, "Ampersand");
  if (ampersand !== undefined) {
    const text = sourceOf(context, built.type);
    context.report("VOX1015", context.tokenSpan(ampersand), {
      problem: "there are no references",
      advice: text === "" ? "remove it" : `write \`${text}\``,
    });
  }
  const [prefix] = nodes(from, "prefix");
  if (prefix === undefined) return;
  const length = token(prefix, "Number")?.image ?? "";
  context.report("VOX1015", context.nodeSpan(prefix), {
    problem: "brackets go after the type of the elements",
    advice: `write \`${sourceOf(context, built.type) || "T"}[${length}]\``,
  });
}

function applySuffix(context: BuildContext, from: CstNode, inner: Built): Built {
  const span = context.span(inner.type.span.start, context.nodeSpan(from).end);
  const depth = inner.depth + 1;
  const element = inner.type;
  const bracket = token(from, "LeftBracket");
  if (bracket === undefined) return { type: { kind: "option", element, span }, depth };
  if (token(from, "RightBracket") === undefined) reportUnclosed(context, bracket, "]", span.end);
  const length = token(from, "Number") ?? token(from, "Name");
  if (length === undefined) return { type: { kind: "list", element, span }, depth };
  const place = { text: length.image, span: context.tokenSpan(length) };
  return { type: { kind: "array", element, length: place, span }, depth };
}

/** Reports a bracket that is never closed, at the place where it could be. */
export function reportUnclosed(context: BuildContext, opener: IToken, closer: string, end: number): void {
  const at = context.span(end, end);
  if (context.isReportedBefore(end)) return;
  context.report(
    "VOX1012",
    at,
    { closer, advice: `close the \`${opener.image}\` that is opened before` },
    { related: [{ span: context.tokenSpan(opener), message: "opened here" }], replacement: closer },
  );
}

function buildPrimary(context: BuildContext, from: CstNode): Built {
  const named = node(from, "namedType");
  if (named !== undefined) return buildNamed(context, named);
  const tuple = node(from, "tuple");
  if (tuple !== undefined) return buildTuple(context, tuple);
  const bracket = node(from, "bracketType");
  if (bracket !== undefined) return buildBracketed(context, bracket);
  const span = context.nodeSpan(from);
  if (node(from, "inlineStruct") !== undefined) {
    context.report("VOX1015", span, {
      problem: "a struct has a name of its own",
      advice: "declare `struct Name { … }` and write its name here",
    });
  } else if (node(from, "quoted") !== undefined) {
    context.report("VOX1015", span, {
      problem: "a string is not a type",
      advice: "declare an enum of unit variants and write its name here",
    });
  }
  return invalid(context, from);
}

function buildNamed(context: BuildContext, from: CstNode): Built {
  const [modifier] = tokens(from, "modifier");
  if (modifier !== undefined) {
    context.report("VOX1015", context.tokenSpan(modifier), {
      problem: `\`${modifier.image}\` is not part of a type`,
      advice: foreignModifierAdvice(modifier.image),
    });
  }
  const span = context.nodeSpan(from);
  const qualified = tokens(from, "qualified").at(-1);
  if (token(from, "Dot") !== undefined || token(from, "DoubleColon") !== undefined) {
    context.report("VOX1015", span, {
      problem: "types are named without a path",
      advice: `write \`${qualified?.image ?? "Name"}\`, and import it when it is declared in another file`,
    });
    return invalid(context, from);
  }
  const name: NameNode = context.name(token(from, "Name"), span);
  const list = node(from, "typeArguments");
  if (list === undefined) return { type: { kind: "named", name, args: [], span }, depth: 1 };
  const opener = token(list, "LeftAngle");
  const { types, depth } = buildTypeList(context, list);
  if (token(list, "RightAngle") === undefined && opener !== undefined)
    reportUnclosed(context, opener, ">", span.end);
  if (types.length === 0 && !context.isReportedBefore(span.end)) {
    context.report("VOX1010", context.nodeSpan(list), {
      expected: "a type",
      found: "nothing",
      advice: `write the type arguments of \`${name.text}\`, or leave the brackets out`,
    });
    return invalid(context, from);
  }
  return limited(context, { type: { kind: "named", name, args: types, span }, depth: depth + 1 });
}

function limited(context: BuildContext, built: Built): Built {
  if (built.depth <= maxTypeDepth) return built;
  context.report("VOX1018", built.type.span, { limit: maxTypeDepth });
  return { type: { kind: "invalid", span: built.type.span }, depth: 0 };
}

interface TypeList {
  readonly types: readonly TypeNode[];
  readonly depth: number;
  readonly hasTrailingComma: boolean;
}

/** Types of a `typeList`, commas checked. */
function buildTypeList(context: BuildContext, parent: CstNode): TypeList {
  const list = node(parent, "typeList");
  const types: TypeNode[] = [];
  let depth = 0;
  let previous: "start" | "type" | "comma" = "start";
  for (const element of list === undefined ? [] : inOrder(list, "type", "Comma")) {
    if (isNode(element)) {
      const built = buildUnion(context, element);
      if (previous === "type") {
        const at = context.pointBefore(built.type.span.start);
        context.report("VOX1014", at, {
          problem: "a comma is missing between two types",
          advice: "write `,` here",
        });
      }
      types.push(built.type);
      depth = Math.max(depth, built.depth);
      previous = "type";
    } else {
      if (previous !== "type") {
        context.report("VOX1014", context.tokenSpan(element), {
          problem: "no type before this comma",
          advice: "remove it",
        });
      }
      previous = "comma";
    }
  }
  return { types, depth, hasTrailingComma: previous === "comma" };
}

function buildTuple(context: BuildContext, from: CstNode): Built {
  const span = context.nodeSpan(from);
  const { types, depth, hasTrailingComma } = buildTypeList(context, from);
  const opener = token(from, "LeftParen");
  const isOpen = token(from, "RightParen") === undefined;
  if (isOpen && opener !== undefined) reportUnclosed(context, opener, ")", span.end);
  const [first] = types;
  if (first === undefined) {
    if (!context.isReportedBefore(span.end)) {
      context.report("VOX1017", span, {
        problem: "a tuple has at least one element",
        advice: "the type without content is `unit`",
      });
    }
    return invalid(context, from);
  }
  if (types.length === 1 && !hasTrailingComma) {
    // An unclosed bracket is reported above. Of pairs directly around one type, the innermost one is reported.
    const before = { ...span, start: span.start + 1, end: first.span.start };
    const isReported = isOpen || /^\s*\(/.test(sourceOf(context, { kind: "invalid", span: before }));
    const text = sourceOf(context, first);
    if (!isReported)
      context.report("VOX1017", span, {
        problem: "brackets around a single type mean nothing",
        advice: `write \`${text}\`, or \`(${text},)\` for a tuple of one`,
      });
    return { type: first, depth };
  }
  return limited(context, { type: { kind: "tuple", elements: types, span }, depth: depth + 1 });
}

function buildBracketed(context: BuildContext, from: CstNode): Built {
  const element = node(from, "type");
  const built = element === undefined ? invalid(context, from) : buildUnion(context, element);
  const length = token(from, "Number")?.image ?? "";
  context.report("VOX1015", context.nodeSpan(from), {
    problem: "brackets go after the type of the elements",
    advice: `write \`${sourceOf(context, built.type) || "T"}[${length}]\``,
  });
  return { type: { kind: "invalid", span: context.nodeSpan(from) }, depth: 0 };
}

/** Types of a tuple variant: any number, a single one needs no comma. */
export function buildElementTypes(
  context: BuildContext,
  from: CstNode,
  problem = "a variant without values has no brackets",
): readonly TypeNode[] {
  const span = context.nodeSpan(from);
  const { types } = buildTypeList(context, from);
  const opener = token(from, "LeftParen");
  if (token(from, "RightParen") === undefined && opener !== undefined)
    reportUnclosed(context, opener, ")", span.end);
  if (types.length === 0 && !context.isReportedBefore(span.end)) {
    context.report("VOX1017", span, {
      problem,
      advice: problem.startsWith("a variant")
        ? "remove them"
        : "write `unit` where there is nothing to carry",
    });
  }
  return types;
}
