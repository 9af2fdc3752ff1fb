/** How tuple structs look as values. */
import type { TupleStructDeclaration, Type } from "./model.js";

/**
 * Whether a value of the struct is that of its one element, with a brand: `RunId` over `bigint`. An element that can be
 * undefined, or is known at run time only, keeps its brackets: a brand over `undefined` has no values.
 */
export function isBrand({ elements }: Pick<TupleStructDeclaration, "elements">): boolean {
  const [only] = elements;
  return elements.length === 1 && only !== undefined && canCarryBrand(only);
}

function canCarryBrand(type: Type): boolean {
  switch (type.kind) {
    case "alias":
      return canCarryBrand(type.target);
    case "option":
    case "parameter":
    case "channel":
      return false;
    case "primitive":
      return type.name !== "unit" && type.name !== "never";
    default:
      return true;
  }
}
