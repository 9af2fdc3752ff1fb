/** The parts of concrete types. */
import type { ConcreteType, ConcreteTypes } from "../schema/concrete-type.js";
import { elementTypes } from "../schema/index.js";

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
  if (type.kind === "named") return types.members(type).map((member) => member.type);
  return elementTypes<ConcreteType>(type);
}

/** Bytes and collections of u8: one encoding. */
export function isBytes(type: ConcreteType): boolean {
  if (type.kind === "primitive") return type.name === "bytes";
  return isList(type) && type.element.kind === "primitive" && type.element.name === "u8";
}

/** A list or a set: one encoding, element after element. */
export function isList(type: ConcreteType): type is Extract<ConcreteType, { element: ConcreteType }> {
  return type.kind === "list" || type.kind === "set" || type.kind === "slice" || type.kind === "hashSet";
}

/** A tuple, with a name or without. */
export function isTuple(type: ConcreteType): boolean {
  return type.kind === "tuple" || (type.kind === "named" && type.declaration.kind === "tupleStruct");
}

/** The type that a transparent struct is on the wire. */
export function withoutTransparent(type: ConcreteType, types: ConcreteTypes): ConcreteType {
  if (type.kind !== "named" || type.declaration.kind !== "tupleStruct") return type;
  const [only] = type.declaration.isTransparent === true ? types.members(type) : [];
  return only === undefined ? type : withoutTransparent(only.type, types);
}
