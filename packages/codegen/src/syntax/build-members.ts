/** Fields, variants, methods and arguments of the tree. */
import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../source/span.js";
import type {
  ArgumentNode,
  AttributeNode,
  Comment,
  FieldNode,
  MethodNode,
  NameNode,
  TypeNode,
  VariantFormNode,
  VariantNode,
} from "./ast.js";
import type { BuildContext } from "./build-context.js";
import { node, nodes, token, tokens } from "./build-context.js";
import { buildAttributes, buildLiteral } from "./build-literals.js";
import { buildElementTypes, buildType, reportUnclosed } from "./build-types.js";
import { foreignModifierAdvice } from "./slips.js";

/** Members of a body, with what separates them checked. */
function buildMembers<Node>(
  context: BuildContext,
  members: readonly CstNode[],
  what: string,
  example: string,
  build: (member: CstNode, attributes: readonly AttributeNode[]) => Node | undefined,
): readonly Node[] {
  const built: Node[] = [];
  let semicolons = 0;
  for (const member of members) {
    const attributes = buildAttributes(context, member);
    const result = build(member, attributes);
    if (result !== undefined) built.push(result);
    else reportNoMember(context, member, attributes, what, example);
    semicolons = checkSeparators(context, member, semicolons);
  }
  return built;
}

function reportNoMember(
  context: BuildContext,
  member: CstNode,
  attributes: readonly AttributeNode[],
  what: string,
  example: string,
): void {
  const stray = node(member, "strayMember");
  if (stray !== undefined) {
    reportStray(context, stray, what, example);
    return;
  }
  const last = attributes.at(-1);
  if (last === undefined || context.isReportedBefore(last.span.end)) return;
  context.report("VOX1010", last.span, {
    expected: `${what} after this attribute`,
    found: context.foundAt(last.span.end),
    advice: "write attributes before the item that they mark",
  });
}

/** Tells about tokens that no member of this body can hold. */
function reportStray(context: BuildContext, stray: CstNode, what: string, example: string): void {
  const span = context.nodeSpan(stray);
  const text = context.source.textOf(span);
  const proto = /^(?:(optional|repeated|required)\s+)?([A-Za-z_][\w.]*)\s+([A-Za-z_]\w*)\s*=\s*\d+$/.exec(
    text,
  );
  if (proto !== null) {
    const suffix = proto[1] === "repeated" ? "[]" : proto[1] === "optional" ? "?" : "";
    context.report("VOX1015", span, {
      problem: "fields have no numbers, and the name comes first",
      advice: `write \`${proto[3]}: ${proto[2]}${suffix}\``,
    });
    return;
  }
  if (context.isReportedBefore(span.start)) return;
  const first = context.foundAt(span.start);
  const shown = context.span(span.start, span.start + Math.max(1, first.length - 2));
  context.report("VOX1011", shown, { found: first, advice: `${what} is written \`${example}\`` });
}

/** Reports the first semicolon of a body and each comma too many; returns the number of semicolons so far. */
function checkSeparators(context: BuildContext, member: CstNode, semicolonsBefore: number): number {
  let semicolons = semicolonsBefore;
  const separators = nodes(member, "separator");
  for (const [index, separator] of separators.entries()) {
    const span = context.nodeSpan(separator);
    if (token(separator, "Semicolon") !== undefined) {
      semicolons += 1;
      if (semicolons === 1) context.report("VOX1013", span, {}, { replacement: "" });
    } else if (index > 0) {
      context.report(
        "VOX1014",
        span,
        { problem: "one comma too many", advice: "remove it" },
        { replacement: "" },
      );
    }
  }
  const isLone = separators.length > 0 && Object.keys(member.children).every((key) => key === "separator");
  const [first] = separators;
  if (isLone && first !== undefined && token(first, "Comma") !== undefined) {
    context.report("VOX1014", context.nodeSpan(first), {
      problem: "nothing before this comma",
      advice: "remove it",
    });
  }
  return semicolons;
}

/** End of a member with its separators, so that a comment after the comma is still its own. */
function endOf(context: BuildContext, member: CstNode): number {
  return context.nodeSpan(member).end;
}

interface Common {
  readonly docs: readonly string[];
  readonly attributes: readonly AttributeNode[];
  readonly trivia: FieldNode["trivia"];
  readonly span: Span;
}

/** The properties of every member; the span starts at the attributes and leaves separators out. */
export function common(
  context: BuildContext,
  outer: CstNode,
  inner: CstNode,
  attributes: readonly AttributeNode[],
  nameStart: number,
): Common {
  const start = context.nodeSpan(outer).start;
  return {
    docs: context.trivia.docs(start, nameStart),
    attributes,
    trivia: context.trivia.around(start, endOf(context, outer)),
    span: context.span(start, context.nodeSpan(inner).end),
  };
}

// --- fields ---

export interface FieldBody {
  readonly fields: readonly FieldNode[];
  readonly dangling: readonly Comment[];
}

export function buildFields(context: BuildContext, body: CstNode): FieldBody {
  const fields = buildMembers(
    context,
    nodes(body, "fieldMember"),
    "a field",
    "name: type",
    (member, attributes) => {
      const from = node(member, "field");
      return from === undefined ? undefined : buildField(context, member, from, attributes);
    },
  );
  return { fields, dangling: closeBody(context, body) };
}

/** Checks the closing brace; returns the comments before it that belong to no member. */
export function closeBody(context: BuildContext, body: CstNode): readonly Comment[] {
  const opener = token(body, "LeftBrace");
  const closer = token(body, "RightBrace");
  const end = context.nodeSpan(body).end;
  if (closer === undefined) {
    if (opener !== undefined) reportUnclosed(context, opener, "}", end);
    return [];
  }
  return context.trivia.leading(closer.startOffset);
}

function buildField(
  context: BuildContext,
  member: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): FieldNode {
  const typed = node(from, "typedName");
  const { name, type } = buildTypedName(context, typed, "field");
  const literal = node(from, "literal");
  const equals = token(from, "Equals");
  if (equals !== undefined && literal === undefined) {
    const at = context.tokenSpan(equals);
    const found = context.foundAt(at.end);
    context.report("VOX1010", at, {
      expected: "a default after `=`",
      found,
      advice: "write a literal, or remove the `=`",
    });
  }
  return {
    kind: "field",
    name,
    type,
    default: literal === undefined ? undefined : buildLiteral(context, literal),
    ...common(context, member, from, attributes, name.span.start),
  };
}

function buildTypedName(
  context: BuildContext,
  from: CstNode | undefined,
  what: "field" | "argument",
): { name: NameNode; type: TypeNode } {
  const nowhere = context.span(0, 0);
  const word = from === undefined ? undefined : token(from, "Name");
  const name = context.name(word, nowhere);
  if (from === undefined || word === undefined) return { name, type: { kind: "invalid", span: nowhere } };
  reportModifiers(context, tokens(from, "modifier"));
  const typeFrom = node(from, "type");
  const question = token(from, "Question");
  const typeText = typeFrom === undefined ? "T" : context.source.textOf(context.nodeSpan(typeFrom));
  if (question !== undefined) {
    context.report("VOX1015", context.tokenSpan(question), {
      problem: "`?` belongs to the type, not to the name",
      advice: `write \`${name.text}: ${typeText}?\``,
    });
  }
  const arrow = token(from, "Arrow");
  if (arrow !== undefined) {
    context.report("VOX1015", context.tokenSpan(arrow), {
      problem: `a ${what} has a colon before its type`,
      advice: `write \`${name.text}: ${typeText}\``,
    });
  }
  if (typeFrom === undefined) {
    const span = token(from, "Colon") === undefined ? name.span : context.pointAfter(context.nodeSpan(from));
    if (arrow === undefined) {
      const example =
        what === "argument"
          ? `${/^[A-Z]/.test(name.text) ? "value" : name.text}: ${/^[A-Z]/.test(name.text) ? name.text : "T"}`
          : `${name.text}: T`;
      context.report("VOX1016", span, { subject: `${what} \`${name.text}\``, example });
    }
    return { name, type: { kind: "invalid", span } };
  }
  if (token(from, "Colon") === undefined && arrow === undefined) {
    const at = context.pointAfter(name.span);
    const found = context.foundAt(at.end);
    context.report("VOX1010", at, { expected: "`:`", found, advice: `write \`${name.text}: ${typeText}\`` });
  }
  return { name, type: buildType(context, typeFrom) };
}

function reportModifiers(context: BuildContext, words: readonly IToken[]): void {
  for (const word of words) {
    context.report("VOX1015", context.tokenSpan(word), {
      problem: `\`${word.image}\` does not belong before a name`,
      advice: foreignModifierAdvice(word.image),
    });
  }
}

// --- variants ---

export function buildVariants(context: BuildContext, members: readonly CstNode[]): readonly VariantNode[] {
  return buildMembers(
    context,
    members,
    "a variant",
    "Name, Name(T) or Name { field: T }",
    (member, attributes) => {
      const from = node(member, "variant");
      if (from === undefined) return undefined;
      const name = context.name(token(from, "Name"), context.nodeSpan(from));
      const form = buildForm(context, from);
      const slip = node(from, "slipValue");
      if (slip !== undefined) reportVariantValue(context, slip, name);
      return { kind: "variant", name, form, ...common(context, member, from, attributes, name.span.start) };
    },
  );
}

function buildForm(context: BuildContext, from: CstNode): VariantFormNode {
  const tuple = node(from, "tuple");
  if (tuple !== undefined) {
    return { kind: "tuple", types: buildElementTypes(context, tuple), span: context.nodeSpan(tuple) };
  }
  const body = node(from, "fieldBody");
  return body === undefined ? { kind: "unit" } : { kind: "struct", ...buildFields(context, body) };
}

function reportVariantValue(context: BuildContext, slip: CstNode, name: NameNode): void {
  const isValue = token(slip, "Equals") !== undefined;
  const type = node(slip, "type");
  const text = type === undefined ? "T" : context.source.textOf(context.nodeSpan(type));
  context.report("VOX1015", context.nodeSpan(slip), {
    problem: isValue ? "variants have no numbers" : "the type of a variant goes in brackets",
    advice: isValue
      ? "remove it: a variant travels by its place in the list"
      : `write \`${name.text}(${text})\``,
  });
}

// --- methods ---

export function buildMethods(context: BuildContext, members: readonly CstNode[]): readonly MethodNode[] {
  return buildMembers(context, members, "a method", "name(argument: T) -> R", (member, attributes) => {
    const from = node(member, "method");
    return from === undefined ? undefined : buildMethod(context, member, from, attributes);
  });
}

function buildMethod(
  context: BuildContext,
  member: CstNode,
  from: CstNode,
  attributes: readonly AttributeNode[],
): MethodNode {
  const name = context.name(token(from, "Name"), context.nodeSpan(from));
  reportModifiers(context, tokens(from, "modifier"));
  const colon = token(from, "Colon");
  if (colon !== undefined) {
    context.report("VOX1015", context.tokenSpan(colon), {
      problem: "there is no colon between a method and its arguments",
      advice: `write \`${name.text}(…)\``,
    });
  }
  const parameters = node(from, "parameters");
  if (parameters !== undefined) {
    context.report("VOX1015", context.nodeSpan(parameters), {
      problem: "methods have no type parameters",
      advice: "name the types; a struct or enum may be generic",
    });
  }
  const list = node(from, "arguments");
  if (list === undefined && !context.isReportedBefore(name.span.end)) {
    const found = context.foundAt(name.span.end);
    const advice = `write \`${name.text}()\` for a method without arguments`;
    context.report("VOX1010", context.pointAfter(name.span), {
      expected: "`(` after the name of a method",
      found,
      advice,
    });
  }
  const args = list === undefined ? [] : buildArguments(context, list);
  const { returns, throws } = buildClauses(context, from);
  const body = node(from, "methodBody");
  if (body !== undefined) {
    context.report("VOX1015", context.nodeSpan(body), {
      problem: "a method has no body",
      advice: "remove it: handlers are written in the target language",
    });
  }
  const shared = common(context, member, from, attributes, name.span.start);
  return { kind: "method", name, args, returns, throws, ...shared };
}

function buildArguments(context: BuildContext, list: CstNode): readonly ArgumentNode[] {
  const members = nodes(list, "argumentMember");
  const args = buildMembers(context, members, "an argument", "name: type", (member, attributes) => {
    const from = node(member, "argument");
    if (from === undefined) return undefined;
    const { name, type } = buildTypedName(context, node(from, "typedName"), "argument");
    const slip = node(from, "slipValue");
    if (slip !== undefined) {
      context.report("VOX1015", context.nodeSpan(slip), {
        problem: "arguments have no defaults",
        advice: "make it an option, or pass a struct whose field has the default",
      });
    }
    return {
      kind: "argument" as const,
      name,
      type,
      ...common(context, member, from, attributes, name.span.start),
    };
  });
  reportMissingCommas(context, members);
  const opener = token(list, "LeftParen");
  if (token(list, "RightParen") === undefined && opener !== undefined) {
    reportUnclosed(context, opener, ")", context.nodeSpan(list).end);
  }
  return args;
}

function reportMissingCommas(context: BuildContext, members: readonly CstNode[]): void {
  for (const member of members.slice(0, -1)) {
    const span = context.nodeSpan(member);
    if (nodes(member, "separator").length > 0 || node(member, "argument") === undefined) continue;
    const at = context.pointAfter(span);
    context.report("VOX1014", at, {
      problem: "a comma is missing between two arguments",
      advice: "write `,` here",
    });
  }
}

function buildClauses(
  context: BuildContext,
  from: CstNode,
): { returns: TypeNode | undefined; throws: TypeNode | undefined } {
  const [returned, ...moreReturns] = nodes(from, "returnClause");
  const [thrown, ...moreThrows] = nodes(from, "throwsClause");
  for (const clause of [...moreReturns, ...moreThrows]) {
    const word = node(from, "throwsClause") === clause ? "throws" : "result";
    context.report("VOX1011", context.nodeSpan(clause), {
      found: `a second ${word}`,
      advice: "a method has one; use a tuple or an enum",
    });
  }
  const returns = returned === undefined ? undefined : buildReturn(context, returned);
  const throws =
    thrown === undefined ? undefined : buildClauseType(context, thrown, "the error after `throws`");
  if (
    returned !== undefined &&
    thrown !== undefined &&
    context.nodeSpan(thrown).start < context.nodeSpan(returned).start
  ) {
    context.report("VOX1011", context.nodeSpan(thrown), {
      found: "`throws`",
      advice: "the result comes first: `-> T throws E`",
    });
  }
  return { returns, throws };
}

function buildReturn(context: BuildContext, from: CstNode): TypeNode {
  const other = token(from, "Colon") ?? token(from, "Identifier");
  if (other !== undefined) {
    context.report(
      "VOX1015",
      context.tokenSpan(other),
      {
        problem: "the result of a method goes after `->`",
        advice: `write \`->\` instead of \`${other.image}\``,
      },
      { replacement: "->" },
    );
  }
  return buildClauseType(context, from, "a type after `->`");
}

function buildClauseType(context: BuildContext, from: CstNode, expected: string): TypeNode {
  const type = node(from, "type");
  if (type !== undefined) return buildType(context, type);
  const span = context.nodeSpan(from);
  if (!context.isReportedBefore(span.end)) {
    context.report("VOX1010", span, {
      expected,
      found: context.foundAt(span.end),
      advice: "write a type, or remove this",
    });
  }
  return { kind: "invalid", span };
}
