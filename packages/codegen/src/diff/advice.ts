/** Advice for changes that break. */
import type { TypeChange } from "./change.js";
import { isFromClient, type Position } from "./words.js";

/** One sentence for the help line of a finding. */
export function adviceOf(change: TypeChange, position: Position): string {
  switch (change.kind) {
    case "type":
    case "container":
      return change.path.includes(".")
        ? "add a field of the new type under another name, and retire this one when no old peer is left"
        : "add a method with the new type, and retire this one when no old client is left";
    case "field-added":
      if (position === "sent items") {
        return "make it an option (`T?`): a server that lacks it can send none, and knows no default of its clients";
      }
      return "make it an option (`T?`) or give it a default, so that it may be absent";
    case "field-removed":
      if (position === "sent items") return "keep it until no client is left that reads it";
      return "keep it: give it a default first, deploy that everywhere, then remove it";
    case "field-renamed":
      return "names are what fields are matched by: keep the name, or add the new field and retire the old one";
    case "type-name":
      return "names of structs and enums are on the wire: keep the name, or use an alias for the new one";
    case "payload":
    case "length":
      return change.path.includes("::")
        ? "add a new variant beside this one"
        : "use a struct, whose fields may come and go; or add a method";
    case "direction":
      return "add a method that takes the other end";
    case "variant-added":
      return isFromClient(position)
        ? "deploy servers first: new clients may then send it"
        : "deploy clients first: they must know the variant before a server sends it";
    case "variant-removed":
      return isFromClient(position)
        ? "stop sending it everywhere before it is removed from servers"
        : "stop sending it everywhere before it is removed from clients";
    case "variant-renamed":
      return "names are what variants are matched by: keep the name, or add the new variant and retire the old one";
    default:
      return "keep the type as it was";
  }
}
