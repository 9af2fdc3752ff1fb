/** Attributes and default values of the tree. */
import type { CstNode } from "chevrotain";
import type { AttributeNode, LiteralNode } from "./ast.js";
import type { BuildContext } from "./build-context.js";
import { inOrder, isNode, node, nodes, token, tokens } from "./build-context.js";
import { reportUnclosed } from "./build-types.js";

export function buildLiteral(context: BuildContext, from: CstNode): LiteralNode {
  const span = context.nodeSpan(from);
  const number = token(from, "Number");
  if (number !== undefined) return { kind: "number", text: number.image, span };
  const quoted = node(from, "quoted");
  if (quoted !== undefined) return { kind: "string", ...context.string(quoted) };
  const [name, ...path] = tokens(from, "Name");
  const bracketed = node(from, "bracketed");
  if (name === undefined) {
    const text = context.source.textOf(span).replace(/\s/g, "");
    if (text === "[]") return { kind: "empty", span };
    const advice =
      text === "{}" ? "an empty map, set or list is written []" : "only the empty list [] can be a default";
    context.report("VOX1022", span, { problem: advice });
    return { kind: "invalid", span };
  }
  if (bracketed !== undefined) {
    context.report("VOX1022", span, { problem: "a default carries no values" });
    return { kind: "invalid", span };
  }
  if (token(from, "Dot") !== undefined || token(from, "DoubleColon") !== undefined) {
    const variant = path.at(-1)?.image ?? "Variant";
    context.report(
      "VOX1022",
      span,
      { problem: `a variant needs its enum: write \`${variant}\`` },
      { replacement: variant },
    );
    return { kind: "invalid", span };
  }
  if (name.image === "true" || name.image === "false")
    return { kind: "bool", value: name.image === "true", span };
  if (name.image === "none") return { kind: "none", span };
  return { kind: "identifier", text: name.image, span };
}

export function buildAttributes(context: BuildContext, parent: CstNode): readonly AttributeNode[] {
  return nodes(parent, "attribute").map((from) => {
    const span = context.nodeSpan(from);
    const word = token(from, "Name");
    if (word === undefined) {
      const found = context.foundAt(span.end);
      context.report("VOX1010", span, {
        expected: "the name of an attribute",
        found,
        advice: "write `@name`",
      });
    }
    const list = node(from, "attributeArguments");
    const args = list === undefined ? [] : buildArguments(context, list);
    return { kind: "attribute", name: context.name(word, span), args, span };
  });
}

function buildArguments(context: BuildContext, from: CstNode): readonly LiteralNode[] {
  const args: LiteralNode[] = [];
  for (const element of inOrder(from, "literal", "Comma")) {
    if (isNode(element)) args.push(buildLiteral(context, element));
  }
  const opener = token(from, "LeftParen");
  if (token(from, "RightParen") === undefined && opener !== undefined) {
    reportUnclosed(context, opener, ")", context.nodeSpan(from).end);
  }
  return args;
}
