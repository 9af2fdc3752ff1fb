/**
 * Types of a root that its schemas describe as something else. One schema stands for all maps, one for all results, one
 * for all arrays, and one for all instances of a generic type; it says what the first of them is, and the others may
 * differ. Whoever has to skip such a value takes too few bytes or too many, and a change below one is in no schema.
 * Source: `protocol/schemas.md` §3.1.
 */
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import type { SourceDeclaration } from "../schema/source-type.js";
import { partsOf } from "./concrete-parts.js";

type Named = Extract<ConcreteType, { kind: "named" }>;

/** What one root says wrongly. */
export interface UnclearTypes {
  /** Whether the schema that stands for this type, itself, says something else than the type is. */
  isMisdescribed(type: ConcreteType): boolean;
  /** Whether a reader that skips the type may lose its place. */
  isUnskippable(type: ConcreteType): boolean;
}

/** For roots whose schemas say everything. */
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
  private readonly types: ConcreteTypes;
  private readonly seen = new Set<ConcreteType>();
  private readonly declarations = new Map<SourceDeclaration, Named>();
  private readonly containers = new Map<"map" | "result" | "array", ConcreteType>();

  constructor(types: ConcreteTypes) {
    this.types = types;
  }

  visit(type: ConcreteType): void {
    if (this.seen.has(type)) return;
    this.seen.add(type);
    // A declaration is described before its members are looked at, a container after its own.
    if (type.kind === "named") {
      if (!this.declarations.has(type.declaration)) this.declarations.set(type.declaration, type);
      for (const member of this.types.members(type)) this.visit(member.type);
      for (const arg of type.args) this.visit(arg);
      return;
    }
    for (const part of partsOf(type, this.types)) this.visit(part);
    if (type.kind !== "map" && type.kind !== "result" && type.kind !== "array") return;
    if (!this.containers.has(type.kind)) this.containers.set(type.kind, type);
  }

  isOther(type: ConcreteType): boolean {
    if (type.kind === "map") {
      const first = this.containers.get("map");
      return first?.kind === "map" && first.key === first.value && type.key !== type.value;
    }
    if (type.kind === "result") {
      const first = this.containers.get("result");
      return first?.kind === "result" && first.ok === first.error && type.ok !== type.error;
    }
    if (type.kind !== "named" || type.args.length === 0) return false;
    const first = this.declarations.get(type.declaration);
    return first !== undefined && first !== type && !this.isLike(type, first);
  }

  isOtherLength(type: ConcreteType): boolean {
    const first = this.containers.get("array");
    return type.kind === "array" && first?.kind === "array" && first.length !== type.length;
  }

  /** Whether what is said of one instance is true of another. */
  private isLike(type: Named, first: Named): boolean {
    const members = this.types.members(type);
    return this.types.members(first).every(({ type: described, parameter }, i) => {
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
