/** Names of the composites that have no name of their own, for functions like `writeListOfString`. */
import { upperFirst } from "../../model/names.js";
import type { ValueType } from "./value-type.js";

/** Longest name: deeply nested types would have unreadable names. A `_` keeps names with equal starts apart. */
const maxNameLength = 44;

/** PascalCase name of a type. */
export function partName(type: ValueType): string {
  return nameOf(type).slice(0, maxNameLength);
}

function nameOf(type: ValueType): string {
  switch (type.kind) {
    case "primitive":
      return `${upperFirst(type.name)}${type.asNumber ? "Number" : ""}`;
    case "parameter":
      return upperFirst(type.name);
    case "payload":
      return nameOf(type.content);
    case "option":
      return `OptionOf${nameOf(type.element)}`;
    case "list":
      return `ListOf${nameOf(type.element)}`;
    case "array":
      return `ArrayOf${type.length}${nameOf(type.element)}`;
    case "set":
      return `SetOf${nameOf(type.element)}`;
    case "channel":
      return `${upperFirst(type.direction)}Of${nameOf(type.element)}`;
    case "map":
      return `MapOf${nameOf(type.from)}To${nameOf(type.to)}`;
    case "tuple":
      return `TupleOf${type.elements.map(nameOf).join("And")}`;
    case "result":
      return `ResultOf${nameOf(type.ok)}Or${nameOf(type.error)}`;
    case "named": {
      const { declaration, args } = type;
      return args.length === 0 ? declaration.name : `${declaration.name}Of${args.map(nameOf).join("And")}`;
    }
  }
}
