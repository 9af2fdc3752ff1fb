import type { Type } from "../../model/model.js";
import { innerTypes, withoutAliases } from "../../model/parts.js";
import type { TypeNode } from "../../syntax/ast.js";
import { containerName, parameterUses } from "../parameter-uses.js";
import { invalidType, type Linked, nestedTypes } from "../program.js";

/** Channels are allowed in arguments only: alone, or in options, tuples, structs and enums there. */
export function checkChannelPlaces(linked: Linked, holdsChannel: (type: Type) => boolean): void {
  const answers = checkAnswers(linked, holdsChannel);
  for (const [node, type] of linked.types) {
    if (type === invalidType || answers.has(node)) continue;
    const container = containerName(type);
    if (container !== undefined) {
      // Of lists in lists, the rule reports the innermost.
      const isInner = innerTypes(type).some(
        (inner) => holdsChannel(inner) && containerName(withoutAliases(inner)) === undefined,
      );
      if (isInner) linked.reporter.report("VOX3021", node.span, { container });
    } else if (type.kind === "channel" && holdsChannel(type.element)) {
      linked.reporter.report("VOX3022", node.span, {});
    }
  }
  for (const [node, declaration] of linked.declarations) {
    if (node.kind !== "alias" || declaration.kind !== "alias") continue;
    if (declaration.type.kind === "payload" && holdsChannel(declaration.type))
      linked.reporter.report("VOX3021", node.type.span, { container: "a payload" });
  }
  checkArguments(linked, holdsChannel, answers);
}

/** Reports channels in results and errors; returns the type nodes inside these, which are not reported again. */
function checkAnswers(linked: Linked, holdsChannel: (type: Type) => boolean): ReadonlySet<TypeNode> {
  const inside = new Set<TypeNode>();
  for (const node of linked.methods.keys()) {
    for (const [answer, word] of [
      [node.returns, "result"],
      [node.throws, "error"],
    ] as const) {
      const type = answer === undefined ? undefined : linked.types.get(answer);
      if (answer === undefined || type === undefined || !holdsChannel(type)) continue;
      for (const nested of nestedTypes(answer)) inside.add(nested);
      linked.reporter.report("VOX3020", answer.span, { where: `the ${word} of \`${node.name.text}\`` });
    }
  }
  return inside;
}

/** A type argument that holds a channel, where the generic type puts it into a collection or into another channel. */
function checkArguments(
  linked: Linked,
  holdsChannel: (type: Type) => boolean,
  answers: ReadonlySet<TypeNode>,
): void {
  const uses = parameterUses(linked);
  for (const [node, type] of linked.types) {
    if (node.kind !== "named" || answers.has(node)) continue;
    if (type.kind !== "named" && type.kind !== "alias") continue;
    const known = uses(type.declaration);
    type.args.forEach((argument, at) => {
      if (!holdsChannel(argument)) return;
      const span = node.args[at]?.span ?? node.span;
      const collection = known[at]?.find((use) => use.kind === "collection");
      const name = node.name.text;
      if (collection?.kind === "collection")
        linked.reporter.report("VOX3021", span, { container: `${collection.container} of \`${name}\`` });
      else if (known[at]?.some((use) => use.kind === "item") === true)
        linked.reporter.report("VOX3022", span, {});
    });
  }
}
