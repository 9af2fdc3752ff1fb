import { camelCase } from "../../model/names.js";
import { reservedExport } from "../../model/reserved-words.js";
import type { NameNode } from "../../syntax/ast.js";
import { isBuiltin } from "../builtin.js";
import { fieldNodes, type Linked } from "../program.js";
import { checkReserved, isKeyword } from "../resolve.js";

/** The names that `checkReservedNames` and the resolver of names refuse for types. */
export function isReservedTypeName(text: string): boolean {
  return isBuiltin(text) || isKeyword(text) || reservedExport(text) !== undefined;
}

/** Names of methods that JavaScript calls by itself. */
const methodWords: ReadonlyMap<string, string> = new Map([
  ["then", "an object with `then` counts as a promise in JavaScript: `await client` would call it"],
  ["constructor", "a class cannot have a method of that name"],
]);

/** Names that a declaration or a member cannot have because the generated code could not. */
export function checkReservedNames(linked: Linked): void {
  const { reporter } = linked;
  const refuse = (name: NameNode, kind: string, advice: string): void => {
    reporter.report("VOX2007", name.span, { name: name.text, kind, advice });
  };
  const checkMember = (name: NameNode, kind: string): void => {
    if (name.text === "__proto__") refuse(name, kind, "it has a meaning of its own in JavaScript");
  };
  for (const { ast } of linked.files) {
    for (const declaration of ast.declarations) {
      const { name } = declaration;
      const kind = declaration.kind === "service" ? "a service" : "a type";
      const advice = reservedExport(name.text);
      if (advice !== undefined) refuse(name, kind, advice);
      else checkMember(name, kind);
      for (const field of fieldNodes(declaration)) checkMember(field.name, "a field");
      if (declaration.kind === "enum")
        for (const variant of declaration.variants) checkMember(variant.name, "a variant");
      if (declaration.kind === "service") {
        for (const method of declaration.methods) {
          const advice = methodWords.get(camelCase(method.name.text));
          if (advice !== undefined) refuse(method.name, "a method", advice);
          else checkMember(method.name, "a method");
        }
        continue;
      }
      for (const parameter of declaration.parameters) {
        if (!checkReserved(parameter, "a type parameter", reporter)) continue;
        const advice = reservedExport(parameter.text);
        if (advice !== undefined) refuse(parameter, "a type parameter", advice);
      }
    }
  }
}
