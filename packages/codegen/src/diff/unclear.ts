/**
 * Types of a root that its schemas do not describe: one schema stands for all arrays of a root, and one for all instances
 * of a generic type. A reader that has to skip such a value may take too few bytes or too many.
 * Source: `protocol/schemas.md` §3.1.
 */
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import type { SourceDeclaration } from "../schema/source-type.js";
import { partsOf } from "./concrete-parts.js";

/** Says whether a type holds values that the schemas of its root describe wrongly, or may do so. */
export type UnclearTypes = (type: ConcreteType) => boolean;

/** For roots whose schemas say everything. */
export const nothingUnclear: UnclearTypes = () => false;

/** Finds what is unclear in a root of these types. */
export function unclearTypes(roots: readonly ConcreteType[], types: ConcreteTypes): UnclearTypes {
  const all = reachable(roots, types);
  const lengths = new Set<number>();
  const instances = new Map<SourceDeclaration, ConcreteType[]>();
  for (const type of all) {
    if (type.kind === "array") lengths.add(type.length);
    if (type.kind !== "named" || type.args.length === 0) continue;
    instances.set(type.declaration, [...(instances.get(type.declaration) ?? []), type]);
  }
  const unclear = new Set<SourceDeclaration>();
  for (const [declaration, list] of instances) {
    const described = new Set(list.map((type) => describedAs(type, types)));
    if (described.size > 1) unclear.add(declaration);
  }
  if (lengths.size < 2 && unclear.size === 0) return nothingUnclear;
  return (type) =>
    [...reachable([type], types)].some(
      (part) =>
        (part.kind === "array" && lengths.size > 1) ||
        (part.kind === "named" && unclear.has(part.declaration)),
    );
}

/** What the schema of an instance says of its members: a parameter is the same for all, anything else is not. */
function describedAs(type: ConcreteType, types: ConcreteTypes): string {
  if (type.kind !== "named") return "";
  return types
    .members(type)
    .map((member) => member.parameter ?? member.type.number)
    .join(",");
}

function reachable(roots: readonly ConcreteType[], types: ConcreteTypes): ReadonlySet<ConcreteType> {
  const seen = new Set<ConcreteType>();
  const pending = [...roots];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (seen.has(type)) continue;
    seen.add(type);
    pending.push(...partsOf(type, types));
  }
  return seen;
}
