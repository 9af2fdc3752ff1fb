import { camelCase } from "../../model/names.js";
import type { NameNode } from "../../syntax/ast.js";
import { isBuiltin } from "../builtin.js";
import { fieldNodes, type Linked } from "../program.js";
import { checkReserved, isKeyword } from "../resolve.js";

/** Words that TypeScript does not take as the name of a type or of a constant. */
const typeScriptWords: ReadonlySet<string> = new Set([
  "any", "unknown", "undefined", "null", "void", "number", "boolean", "symbol", "bigint", "object", "break", "case",
  "catch", "class", "const", "continue", "debugger", "default", "delete", "do", "else", "export", "extends", "finally",
  "for", "function", "if", "in", "instanceof", "new", "return", "super", "switch", "this", "throw", "try", "typeof",
  "var", "while", "with", "yield", "let", "static", "implements", "interface", "private", "protected", "public",
  "await", "arguments", "eval", "async", "of", "as", "is", "infer", "keyof", "readonly", "declare", "namespace",
  "module", "globalThis",
]); // biome-ignore format: a table

/** The names that `checkReservedNames` and the resolver of names refuse for types. */
export function isReservedTypeName(text: string): boolean {
  return isBuiltin(text) || isKeyword(text) || typeScriptWords.has(text);
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
      if (typeScriptWords.has(name.text)) refuse(name, kind, "it is a word of TypeScript");
      else checkMember(name, kind);
      for (const field of fieldNodes(declaration)) checkMember(field.name, "a field");
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
        if (typeScriptWords.has(parameter.text))
          refuse(parameter, "a type parameter", "it is a word of TypeScript");
      }
    }
  }
}
