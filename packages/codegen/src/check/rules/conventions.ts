import { pascalCase, snakeCase } from "../../model/names.js";
import type { ArgumentNode, FieldNode, NameNode } from "../../syntax/ast.js";
import { fieldNodes, type Linked } from "../program.js";
import { isReservedTypeName } from "./reserved-names.js";

type Convention = "snake_case" | "PascalCase";

const patterns: Readonly<Record<Convention, RegExp>> = {
  snake_case: /^_*[a-z][a-z0-9]*(?:_[a-z0-9]+)*_*$/,
  PascalCase: /^[A-Z][A-Za-z0-9]*(?:_[0-9]+)*$/,
};

/** Names as Rust peers write them. */
export function checkConventions(linked: Linked): void {
  const check = (kind: string, name: NameNode, convention: Convention): void => {
    if (name.text === "" || patterns[convention].test(name.text)) return;
    // Told about as a name that cannot be.
    if (convention === "PascalCase" && kind !== "variant" && isReservedTypeName(name.text)) return;
    const suggestion = convention === "snake_case" ? snakeCase(name.text) : pascalCase(name.text);
    // Names of signs only, or with other letters, have no better form.
    if (suggestion === name.text || !patterns[convention].test(suggestion)) return;
    linked.reporter.report("VOX4001", name.span, { kind, name: name.text, convention, suggestion });
  };
  for (const { ast } of linked.files) {
    for (const declaration of ast.declarations) {
      check(declaration.kind === "alias" ? "type" : declaration.kind, declaration.name, "PascalCase");
      for (const field of fieldNodes(declaration)) check("field", memberName(field), "snake_case");
      if (declaration.kind === "service") {
        for (const method of declaration.methods) {
          check("method", method.name, "snake_case");
          for (const argument of method.args) check("argument", memberName(argument), "snake_case");
        }
        continue;
      }
      for (const parameter of declaration.parameters) check("type parameter", parameter, "PascalCase");
      if (declaration.kind !== "enum") continue;
      for (const variant of declaration.variants) check("variant", variant.name, "PascalCase");
    }
  }
}

/** The name of a field or argument; empty where the word may be a type without a name (`get(Product)`). */
function memberName({ name, type }: FieldNode | ArgumentNode): NameNode {
  return type.kind === "invalid" ? { ...name, text: "" } : name;
}
