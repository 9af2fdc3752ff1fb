import { exportNames } from "../../model/export-names.js";
import { absentableName, camelCase, discriminator, fieldName } from "../../model/names.js";
import { kebab } from "../../schema/kebab.js";
import type { FieldNode, NameNode } from "../../syntax/ast.js";
import type { Linked } from "../program.js";

/** Suffixes of the exports of each service, beside the service itself. */
const serviceSuffixes: readonly string[] = ["Client", "Handler"];

/** Reports exports that get another name because theirs is taken. Runs last: after an error nothing is generated. */
export function checkExportNames({ model, reporter }: Linked): void {
  if (reporter.hasErrors) return;
  for (const file of model.values()) {
    for (const { owner, ...clash } of exportNames(file).clashes)
      reporter.report("VOX2014", owner.span, clash);
  }
}

/** Names that differ on the wire and are one name in TypeScript. */
export function checkTypeScriptNames(linked: Linked): void {
  const { reporter } = linked;
  const report = (
    kind: string,
    name: NameNode,
    target: string,
    other: string,
    first: NameNode | undefined,
  ): void => {
    const subject = `${kind} \`${name.text}\``;
    const related = first === undefined ? [] : [{ span: first.span, message: "the other one" }];
    reporter.report("VOX2010", name.span, { subject, target, other }, { related });
  };
  const checkMembers = <Node extends { readonly name: NameNode }>(
    kind: string,
    nodes: readonly Node[],
    nameOf: (node: Node) => string,
  ): void => {
    const first = new Map<string, NameNode>();
    for (const node of nodes) {
      const { name } = node;
      if (name.text === "") continue;
      const target = nameOf(node);
      const before = first.get(target);
      if (before === undefined) first.set(target, name);
      // Equal names, and methods with equal ids, are reported as such.
      else if (before.text !== name.text && !(kind === "method" && kebab(before.text) === kebab(name.text)))
        report(kind, name, target, `${kind} \`${before.text}\``, before);
    }
  };
  const memberOf = (node: FieldNode): string => {
    const field = linked.fields.get(node);
    return field === undefined ? camelCase(node.name.text) : fieldName(field);
  };
  for (const { ast } of linked.files) {
    const declared = new Map(ast.declarations.map((node) => [node.name.text, node.name]));
    for (const declaration of ast.declarations) {
      if (declaration.kind === "struct") checkMembers("field", declaration.fields, memberOf);
      if (declaration.kind === "enum") {
        for (const { form } of declaration.variants) {
          if (form.kind !== "struct") continue;
          checkMembers("field", form.fields, memberOf);
          for (const field of form.fields)
            if (memberOf(field) === discriminator)
              report(
                "field",
                field.name,
                discriminator,
                "the member that names the variant, always",
                undefined,
              );
        }
      }
      if (declaration.kind !== "service") continue;
      checkMembers("method", declaration.methods, ({ name }) => absentableName(name.text));
      for (const method of declaration.methods)
        checkMembers("argument", method.args, ({ name }) => camelCase(name.text));
      for (const suffix of serviceSuffixes) {
        const other = declared.get(`${declaration.name.text}${suffix}`);
        if (other === undefined || declaration.name.text === "") continue;
        const subject = `the ${suffix.toLowerCase()} of service \`${declaration.name.text}\``;
        reporter.report("VOX2010", other.span, {
          subject: `\`${other.text}\``,
          target: other.text,
          other: subject,
        });
      }
    }
  }
}
