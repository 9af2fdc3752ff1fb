import { kebab } from "../../schema/kebab.js";
import type { MethodNode, ServiceNode } from "../../syntax/ast.js";
import type { Linked } from "../program.js";

/** Methods of a file whose ids are equal: capitals and `_` play no part in an id. */
export function checkMethodIds(linked: Linked): void {
  for (const { ast } of linked.files) {
    const first = new Map<string, { service: ServiceNode; method: MethodNode }>();
    for (const service of ast.declarations) {
      if (service.kind !== "service" || service.name.text === "") continue;
      for (const method of service.methods) {
        const form = `${kebab(service.name.text)}.${kebab(method.name.text)}`;
        const before = first.get(form);
        if (before === undefined) {
          first.set(form, { service, method });
          continue;
        }
        const isSameService = before.service.name.text === service.name.text;
        // Equal names are reported as such.
        if (isSameService && before.method.name.text === method.name.text) continue;
        const show = (owner: ServiceNode, one: MethodNode): string =>
          isSameService ? one.name.text : `${owner.name.text}.${one.name.text}`;
        linked.reporter.report(
          "VOX2009",
          method.name.span,
          { first: show(before.service, before.method), second: show(service, method), form },
          { related: [{ span: before.method.name.span, message: "the first one" }] },
        );
      }
    }
  }
}
