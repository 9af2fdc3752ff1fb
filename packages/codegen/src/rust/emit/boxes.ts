/** Where Rust needs a `Box`: types that contain themselves without a list, map or set in between. */
import { innerTypes, memberTypes, withoutAliases } from "../../check/program.js";
import type { Model, Type } from "../../model/model.js";

type Declaration = (Type & { kind: "named" })["declaration"];

/** Says for a declaration which types in its members need a `Box`. */
export class Boxes {
  readonly #inline = new Map<Declaration, ReadonlySet<Declaration>>();
  readonly #reach = new Map<Declaration, ReadonlySet<Declaration>>();

  constructor({ files }: Model) {
    for (const { types } of files)
      for (const type of types)
        if (type.kind !== "alias") this.#inline.set(type, new Set(memberTypes(type).flatMap(inlineTypes)));
  }

  /** Whether `type`, which is directly in a member of `owner`, leads back to `owner`. */
  isNeeded(owner: Declaration, type: Declaration): boolean {
    return type === owner || this.#reachable(type).has(owner);
  }

  #reachable(from: Declaration): ReadonlySet<Declaration> {
    const known = this.#reach.get(from);
    if (known !== undefined) return known;
    const found = new Set<Declaration>();
    const waiting = [from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      for (const inner of this.#inline.get(next) ?? []) {
        if (found.has(inner)) continue;
        found.add(inner);
        waiting.push(inner);
      }
    this.#reach.set(from, found);
    return found;
  }
}

/** Declarations that a value of a type holds in itself; type arguments count, wherever the type puts them. */
function inlineTypes(type: Type): readonly Declaration[] {
  const seen = withoutAliases(type);
  if (isOnHeap(seen)) return [];
  const inner = innerTypes(seen).flatMap(inlineTypes);
  return seen.kind === "named" ? [seen.declaration, ...inner] : inner;
}

/** Whether a type keeps its elements apart from itself. */
export function isOnHeap({ kind }: Type): boolean {
  return kind === "list" || kind === "map" || kind === "set" || kind === "channel";
}
