/** Brings the parameters and the return type of an existing method up to date, and nothing else of it. */
import { Node, type ParameterDeclaration, SyntaxKind, type TypeNode } from "ts-morph";
import type { ExpectedMethod, ExpectedParameter } from "./expected-methods.js";
import { matchParameters } from "./match-parameters.js";
import type { Signature } from "./target-members.js";
import type { TextEdits } from "./text-edits.js";
import { accepts, type Form, isReturnable, union } from "./type-form.js";
import { indentationOf, type Style } from "./user-file.js";
import type { TypeText } from "./user-scope.js";

/** Tools to compare and write a signature. */
export interface SignatureContext {
  readonly edits: TextEdits;
  readonly style: Style;
  /** The form of a type in the file. */
  readonly formOf: (type: TypeNode) => Form;
  /** The form of a text that would be written. */
  readonly expectedForm: (text: TypeText) => Form;
  /** Returns the text and requests its imports. */
  readonly use: (text: TypeText) => string;
  /** The argument of a `Promise` or `Awaitable`; undefined for any other type. */
  readonly promised: (type: TypeNode) => TypeNode | undefined;
  /** The name of `Promise` in the file. */
  readonly promise: string;
}

/** @returns whether anything was changed */
export function updateSignature(
  signature: Signature,
  expected: ExpectedMethod,
  context: SignatureContext,
): boolean {
  const parameters = updateParameters(signature, expected.parameters, context);
  const returns = updateReturn(signature, expected.value, context);
  return parameters || returns;
}

type Wanted = ExpectedParameter & { readonly isContext: boolean };

function updateParameters(
  { node, parameters }: Signature,
  expected: readonly ExpectedParameter[],
  context: SignatureContext,
): boolean {
  // A rest parameter takes whatever comes.
  if (parameters.some((parameter) => parameter.isRestParameter())) return false;
  const takes = (parameter: ParameterDeclaration, wanted: ExpectedParameter): boolean => {
    const form = parameterForm(parameter, context);
    return form === undefined || accepts(form, context.expectedForm(wanted.type));
  };
  const fits = parameters.every((parameter, at) => {
    const wanted = expected[at];
    if (wanted === undefined) return parameter.isOptional();
    const name = parameter.getName();
    // The name of another argument: the order has changed.
    return (
      takes(parameter, wanted) && (name === wanted.name || expected.every((other) => other.name !== name))
    );
  });
  if (fits) return false;

  const wanted = expected.map((one, at): Wanted => ({ ...one, isContext: at === expected.length - 1 }));
  const existing = parameters.map((value) => ({ value, name: value.getName() }));
  const pairs = matchParameters(existing, wanted, (parameter, one) => {
    const form = parameterForm(parameter, context);
    return form !== undefined && !form.isForeign && accepts(form, context.expectedForm(one.type));
  });
  const isSameList =
    pairs.length === parameters.length && pairs.every((pair, at) => pair.existing === parameters[at]);
  if (isSameList) {
    for (const pair of pairs) {
      const type = pair.existing?.getTypeNode();
      if (pair.existing === undefined || type === undefined || takes(pair.existing, pair.wanted)) continue;
      context.edits.replace(type.getStart(), type.getEnd(), context.use(pair.wanted.type));
    }
    return true;
  }
  rewriteList(node, parameters, pairs, takes, context);
  return true;
}

/** Undefined without annotation: the type is inferred, or implicitly any. */
function parameterForm(parameter: ParameterDeclaration, context: SignatureContext): Form | undefined {
  const type = parameter.getTypeNode();
  if (type === undefined) return undefined;
  const form = context.formOf(type);
  return parameter.isOptional() ? union([form, { members: new Set(["undefined"]), isForeign: false }]) : form;
}

interface Pair {
  readonly wanted: Wanted;
  readonly existing: ParameterDeclaration | undefined;
}

/** Writes the list again from the texts in it; comments between parameters stay. */
function rewriteList(
  node: Node,
  parameters: readonly ParameterDeclaration[],
  pairs: readonly Pair[],
  takes: (parameter: ParameterDeclaration, wanted: ExpectedParameter) => boolean,
  context: SignatureContext,
): void {
  const [first] = parameters;
  const last = parameters.at(-1);
  if (first === undefined || last === undefined) return;
  const text = node.getSourceFile().getFullText();
  const { newline } = context.style;
  const lineBreak = `${newline}${indentationOf(first)}`;
  const isBroken = text.slice(first.getPos(), first.getStart()).includes("\n");
  const isTyped =
    parameters.some((parameter) => parameter.getTypeNode() !== undefined) || Node.isMethodDeclaration(node);
  const names = new Set(pairs.flatMap(({ existing }) => existing?.getName() ?? []));

  // Comments in front of a removed parameter move to the next one.
  const comments = parameters
    .filter((parameter) => pairs.every((pair) => pair.existing !== parameter))
    .map((parameter) => commentsBefore(parameter, parameters, text))
    .filter((comment) => comment !== "");
  const closeComment = (comment: string): string => `${comment}${comment.includes("//") ? lineBreak : " "}`;

  let list = comments.map(closeComment).join("");
  let before: ParameterDeclaration | undefined;
  for (const [at, { wanted, existing }] of pairs.entries()) {
    const isNeighbour =
      existing !== undefined &&
      before !== undefined &&
      parameters.indexOf(existing) === parameters.indexOf(before) + 1;
    if (isNeighbour) list += text.slice(before?.getEnd(), existing.getStart());
    else {
      if (at > 0) list += isBroken ? `,${lineBreak}` : ", ";
      const comment = existing === undefined ? "" : commentsBefore(existing, parameters, text);
      if (comment !== "") list += closeComment(comment);
    }
    list += existing === undefined ? newParameter(wanted, names, isTyped, context) : keep(existing, wanted);
    before = existing;
  }
  const start = first.getPos() + leadingSpace(text.slice(first.getPos(), first.getStart()));
  const isBare =
    Node.isArrowFunction(node) && node.getFirstChildByKind(SyntaxKind.OpenParenToken) === undefined;
  // Without parameters a trailing comma would be left over.
  const after =
    pairs.length > 0
      ? last.getEnd()
      : last.getEnd() + (/^\s*,/.exec(text.slice(last.getEnd()))?.[0].length ?? 0);
  context.edits.replace(start, after, isBare ? `(${list})` : list);

  function keep(parameter: ParameterDeclaration, wanted: Wanted): string {
    const type = parameter.getTypeNode();
    const end = parameter.getEnd();
    if (type === undefined || takes(parameter, wanted)) return text.slice(parameter.getStart(), end);
    const head = text.slice(parameter.getStart(), type.getStart());
    return `${head}${context.use(wanted.type)}${text.slice(type.getEnd(), end)}`;
  }
}

function newParameter(
  wanted: Wanted,
  names: Set<string>,
  isTyped: boolean,
  context: SignatureContext,
): string {
  let name = wanted.name;
  while (names.has(name)) name += "_";
  names.add(name);
  return isTyped ? `${name}: ${context.use(wanted.type)}` : name;
}

function commentsBefore(
  parameter: ParameterDeclaration,
  all: readonly ParameterDeclaration[],
  text: string,
): string {
  const previous = all[all.indexOf(parameter) - 1];
  // A parameter starts right behind the comma.
  const ahead = previous === undefined ? "" : text.slice(previous.getEnd(), parameter.getPos() - 1);
  return `${ahead.trim()} ${text.slice(parameter.getPos(), parameter.getStart()).trim()}`.trim();
}

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length;
}

function updateReturn(
  { returnType, isAsync }: Signature,
  value: TypeText,
  context: SignatureContext,
): boolean {
  if (returnType === undefined) return false;
  const members = Node.isUnionTypeNode(returnType) ? returnType.getTypeNodes() : [returnType];
  const forms = members.map((member) => context.formOf(context.promised(member) ?? member));
  if (isReturnable(union(forms), context.expectedForm(value))) return false;
  const inner = context.promised(returnType);
  const text = context.use(value);
  if (inner !== undefined) context.edits.replace(inner.getStart(), inner.getEnd(), text);
  else {
    const isPromise = isAsync || members.some((member) => context.promised(member) !== undefined);
    const whole = isPromise ? `${context.promise}<${text}>` : text;
    context.edits.replace(returnType.getStart(), returnType.getEnd(), whole);
  }
  return true;
}
