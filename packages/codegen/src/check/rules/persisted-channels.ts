import type { Type } from "../../model/model.js";
import { findAttribute } from "../attributes.js";
import type { Linked } from "../program.js";

/** A persisted call outlives its connection, a channel does not. */
export function checkPersistedChannels(linked: Linked, holdsChannel: (type: Type) => boolean): void {
  for (const node of linked.methods.keys()) {
    const mark = findAttribute(node.attributes, "persist");
    if (mark === undefined) continue;
    const argument = node.args.find((one) => {
      const type = linked.types.get(one.type);
      return type !== undefined && holdsChannel(type);
    });
    if (argument === undefined) continue;
    const related = [{ span: mark.span, message: "marked here" }];
    linked.reporter.report("VOX3023", argument.type.span, { method: node.name.text }, { related });
  }
}
