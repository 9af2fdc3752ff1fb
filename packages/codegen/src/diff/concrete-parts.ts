/** What concrete types are made of. */
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";

/** Whether `to` is part of the values of `from`. */
export function reaches(from: ConcreteType, to: ConcreteType, types: ConcreteTypes): boolean {
  const seen = new Set<ConcreteType>();
  const pending = [...partsOf(from, types)];
  for (let type = pending.pop(); type !== undefined; type = pending.pop()) {
    if (type === to) return true;
    if (seen.has(type)) continue;
    seen.add(type);
    pending.push(...partsOf(type, types));
  }
  return false;
}

/** Types directly inside a type. */
export function partsOf(type: ConcreteType, types: ConcreteTypes): readonly ConcreteType[] {
  switch (type.kind) {
    case "primitive":
      return [];
    case "tuple":
      return type.elements;
    case "map":
      return [type.key, type.value];
    case "result":
      return [type.ok, type.error];
    case "named":
      return types.members(type).map((member) => member.type);
    default:
      return [type.element];
  }
}
