/**
 * Where Rust needs a `Box`: types that contain themselves without a list, map or set in between. A box is not on the
 * wire, yet a type around it is another type than one without: the extraction looks at both.
 */
import { memberTypes } from "./parts.js";
import type { SourceDeclaration, SourceType } from "./source-type.js";

/** Says for a declaration which types in its members need a `Box`. */
export class Boxes {
  readonly #reach = new Map<SourceDeclaration, ReadonlySet<SourceDeclaration>>();

  /** Whether `type`, which is directly in a member of `owner`, leads back to `owner`. */
  isNeeded(owner: SourceDeclaration, type: SourceDeclaration): boolean {
    return type === owner || this.#reachable(type).has(owner);
  }

  #reachable(from: SourceDeclaration): ReadonlySet<SourceDeclaration> {
    const known = this.#reach.get(from);
    if (known !== undefined) return known;
    const found = new Set<SourceDeclaration>();
    const waiting = [from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      for (const inner of memberTypes<SourceType>(next).flatMap(inlineTypes)) {
        if (found.has(inner)) continue;
        found.add(inner);
        waiting.push(inner);
      }
    this.#reach.set(from, found);
    return found;
  }
}

/** Declarations that a value of a type holds in itself; type arguments count, wherever the type puts them. */
function inlineTypes(type: SourceType): readonly SourceDeclaration[] {
  switch (type.kind) {
    case "alias":
      return inlineTypes(type.target);
    case "payload":
      return inlineTypes(type.content);
    case "option":
    case "array":
      return inlineTypes(type.element);
    case "tuple":
      return type.elements.flatMap(inlineTypes);
    case "result":
      return [...inlineTypes(type.ok), ...inlineTypes(type.error)];
    case "named":
      return [type.declaration, ...type.args.flatMap(inlineTypes)];
    default:
      return [];
  }
}

/** Whether a type keeps its elements apart from itself. */
export function isOnHeap({ kind }: Pick<SourceType, "kind">): boolean {
  return (
    kind === "list" ||
    kind === "slice" ||
    kind === "map" ||
    kind === "set" ||
    kind === "hashSet" ||
    kind === "channel"
  );
}
