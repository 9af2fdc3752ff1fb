import type { NameNode } from "../../syntax/ast.js";
import type { Linked } from "../program.js";
import { isDuplicate } from "../resolve.js";

/** Members and parameters have names of their own. (Types and services are compared where names are resolved.) */
export function checkDuplicates(linked: Linked): void {
  const check = (kind: string, nodes: readonly { readonly name: NameNode }[]): void => {
    const first = new Map<string, NameNode>();
    for (const { name } of nodes) isDuplicate(first, name, kind, linked.reporter);
  };
  for (const { ast } of linked.files) {
    for (const declaration of ast.declarations) {
      if (declaration.kind === "service") {
        check("method", declaration.methods);
        for (const method of declaration.methods) check("argument", method.args);
        continue;
      }
      check(
        "type parameter",
        declaration.parameters.map((name) => ({ name })),
      );
      if (declaration.kind === "struct") check("field", declaration.fields);
      if (declaration.kind !== "enum") continue;
      check("variant", declaration.variants);
      for (const { form } of declaration.variants) if (form.kind === "struct") check("field", form.fields);
    }
  }
}
