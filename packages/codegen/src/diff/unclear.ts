/**
 * Types of a root that its schemas describe as something else. All maps share one schema, all results share one, all
 * arrays share one, and all instances of a generic type share one. Such a schema describes the first of its types, and
 * the others may differ. A reader that skips such a value takes too few bytes or too many. No schema shows a change
 * below such a type.
 * Source: `protocol/schemas.md` §3.1.
 */
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import type { SourceDeclaration } from "../schema/source-type.js";
import { partsOf } from "./concrete-parts.js";

type Named = Extract<ConcreteType, { kind: "named" }>;

/** The types that the schemas of one root describe wrongly. */
export interface UnclearTypes {
  /** Whether the schema of this type itself describes another type. */
  isMisdescribed(type: ConcreteType): boolean;
  /** Whether a reader that skips the type may lose its place. */
  isUnskippable(type: ConcreteType): boolean;
}

/** For roots whose schemas describe every type right. */
export const nothingUnclear: UnclearTypes = { isMisdescribed: () => false, isUnskippable: () => false };

/** Finds what is unclear in a root. */
export function unclearTypes(root: ConcreteType, types: ConcreteTypes): UnclearTypes {
  const described = new Described(types);
  described.visit(root);
  const isMisdescribed = (type: ConcreteType): boolean => described.isOther(type);
  return {
    isMisdescribed,
    isUnskippable: (type) =>
      reachable(type, types).some((part) => isMisdescribed(part) || described.isOtherLength(part)),
  };
}

/** Which type each schema describes: the order is that of the extraction. */
class Described {
  readonly #types: ConcreteTypes;
  readonly #seen = new Set<ConcreteType>();
  readonly #declarations = new Map<SourceDeclaration, Named>();
  readonly #containers = new Map<"map" | "result" | "array", ConcreteType>();

  constructor(types: ConcreteTypes) {
    this.#types = types;
  }

  visit(type: ConcreteType): void {
    if (this.#seen.has(type)) return;
    this.#seen.add(type);
    // A declaration is described before its members are looked at, a container after its own.
    if (type.kind === "named") {
      if (!this.#declarations.has(type.declaration)) this.#declarations.set(type.declaration, type);
      for (const member of this.#types.members(type)) this.visit(member.type);
      for (const arg of type.args) this.visit(arg);
      return;
    }
    for (const part of partsOf(type, this.#types)) this.visit(part);
    if (type.kind !== "map" && type.kind !== "result" && type.kind !== "array") return;
    if (!this.#containers.has(type.kind)) this.#containers.set(type.kind, type);
  }

  isOther(type: ConcreteType): boolean {
    if (type.kind === "map") {
      const first = this.#containers.get("map");
      return first?.kind === "map" && first.key === first.value && type.key !== type.value;
    }
    if (type.kind === "result") {
      const first = this.#containers.get("result");
      return first?.kind === "result" && first.ok === first.error && type.ok !== type.error;
    }
    if (type.kind !== "named" || type.args.length === 0) return false;
    const first = this.#declarations.get(type.declaration);
    return first !== undefined && first !== type && !this.#isLike(type, first);
  }

  isOtherLength(type: ConcreteType): boolean {
    const first = this.#containers.get("array");
    return type.kind === "array" && first?.kind === "array" && first.length !== type.length;
  }

  /** Whether the schema of one instance is true of another. */
  #isLike(type: Named, first: Named): boolean {
    const members = this.#types.members(type);
    return this.#types.members(first).every(({ type: described, parameter }, i) => {
      const own = members[i]?.type;
      if (parameter === undefined) return own === described;
      return own === type.args[type.declaration.parameters.indexOf(parameter)];
    });
  }
}

function reachable(root: ConcreteType, types: ConcreteTypes): readonly ConcreteType[] {
  const seen = new Set<ConcreteType>();
  const pending = [root];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (seen.has(type)) continue;
    seen.add(type);
    pending.push(...partsOf(type, types));
  }
  return [...seen];
}
