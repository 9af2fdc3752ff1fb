/** Sentences about changes of types. */
import type { Reads, TypeChange, Verdict } from "./change.js";

/** The position of a type: it decides which side writes and which side reads. */
export type Position = "arguments" | "response" | "error" | "sent items" | "received items";

/** Whether the client writes it. Received items are those of an Rx: the handler receives them. */
export function isFromClient(position: Position): boolean {
  return position === "arguments" || position === "received items";
}

/** The effect on the reader: `a client built before cannot read it`. */
export function effectText({ oldReads, newReads }: Reads, position: Position): string {
  if (position === "sent items") return sentEffect(oldReads, newReads);
  const [reader, writer] = isFromClient(position) ? ["server", "client"] : ["client", "server"];
  const cannot: Readonly<Record<Verdict, string | undefined>> = {
    compatible: undefined,
    conditional: isFromClient(position)
      ? `a ${reader} built before refuses a call that carries it`
      : `a ${reader} built before fails when it arrives`,
    breaking: `a ${reader} built before cannot read it`,
  };
  const older = cannot[oldReads];
  const newer: Readonly<Record<Verdict, string | undefined>> = {
    compatible: undefined,
    conditional: `a new ${reader} fails when a ${writer} built before sends it`,
    breaking:
      older === undefined
        ? `a new ${reader} cannot read what a ${writer} built before sends`
        : `nor can a new ${reader} read what a ${writer} built before sends`,
  };
  const parts = [older, newer[newReads]].filter((text) => text !== undefined);
  return parts.join(", ");
}

/** Items of a Tx: the server writes them as its client reads them. */
function sentEffect(oldReads: Verdict, newReads: Verdict): string {
  if (oldReads === "breaking" && newReads === "breaking") {
    return "a server of the one version cannot write it for a client of the other, and refuses the call";
  }
  const parts: string[] = [];
  if (oldReads === "conditional") parts.push("a stream to a client built before is reset where it occurs");
  if (oldReads === "breaking") {
    parts.push("a new server cannot write it for a client built before, and refuses the call");
  }
  if (newReads === "conditional") {
    parts.push("a stream from a server built before to a new client is reset where it occurs");
  }
  if (newReads === "breaking") {
    parts.push("a server built before cannot write it for a new client, and refuses the call");
  }
  return parts.join(", ");
}

/** A path in a message; the whole type has none. */
export function pathText(path: string, position: Position): string {
  if (path !== "") return path;
  switch (position) {
    case "arguments":
      return "the argument";
    case "response":
      return "the result";
    case "error":
      return "the declared error";
    default:
      return "an item";
  }
}

/** The change without its effect: `field Page.note added`. */
export function changeText(change: TypeChange, position: Position): string {
  const path = pathText(change.path, position);
  switch (change.kind) {
    case "field-added":
      return `field ${path} added`;
    case "field-removed":
      return `field ${path} removed`;
    case "field-renamed":
      return `field ${path} renamed to \`${change.after}\``;
    case "field-order":
      return `fields of ${path} in another order`;
    case "variant-added":
      return `variant ${path} added`;
    case "variant-removed":
      return `variant ${path} removed`;
    case "variant-renamed":
      return `variant ${path} renamed to \`${change.after}\``;
    case "variant-order":
      return `variants of ${path} in another order`;
    case "type-name":
      return `type \`${change.before}\` renamed to \`${change.after}\``;
    case "payload":
      return `${path} carried ${change.before} and now carries ${change.after}`;
    case "default":
      return `default of ${path} changed from ${change.before} to ${change.after}`;
    case "required":
      return change.after === "required" ? `${path} may no longer be absent` : `${path} may be absent now`;
    default:
      return `${path} changed from ${change.before} to ${change.after}`;
  }
}

/** A harmless change with its reason; undefined for one that is not harmless. */
export function harmlessText(change: TypeChange, position: Position): string | undefined {
  const fact = changeText(change, position);
  switch (change.kind) {
    case "field-added": {
      if (change.newReads !== "compatible" || change.oldReads !== "compatible") return undefined;
      const isOptional = change.fillAfter === "none";
      const mark = isOptional ? "optional" : `default ${change.fillAfter}`;
      const filled = isOptional ? "is undefined" : `is ${change.fillAfter}`;
      if (position === "sent items") {
        return `${fact}, optional: old clients are not sent it; where an old server sends items it is undefined`;
      }
      return `${fact}, ${mark}: old peers skip it; where an old peer sends none it ${filled}`;
    }
    case "field-removed":
      if (change.newReads !== "compatible" || change.oldReads !== "compatible") return undefined;
      return position === "sent items"
        ? `${fact}: new clients are not sent it; a new server sends none to an old client`
        : `${fact}: new peers skip it; an old peer takes ${change.fillBefore} where it is absent`;
    case "field-renamed":
      if (change.newReads !== "compatible" || change.oldReads !== "compatible") return undefined;
      return `${fact}: each side skips the other's and takes its own as absent (${change.fillAfter}), so the value is lost on the way`;
    case "field-order":
    case "variant-order":
      return change.oldReads === "breaking" ? undefined : `${fact}: they are matched by name`;
    case "container":
      return `${fact}: the same encoding`;
    case "required":
      return change.after === "required" ? undefined : `${fact}: ${change.after} stands in for it`;
    default:
      return undefined;
  }
}
