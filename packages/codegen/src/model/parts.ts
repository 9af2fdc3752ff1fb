/** Types directly inside types of a model. */
import { elementTypes } from "../schema/index.js";
import type { Service, Type } from "./model.js";

/** A type without the aliases around it. */
export function withoutAliases(type: Type): Exclude<Type, { kind: "alias" }> {
  let inner = type;
  while (inner.kind === "alias") inner = inner.target;
  return inner;
}

/** Types that a type is written with. The target of an alias is not among them: it belongs to the declaration. */
export function writtenTypes(type: Type): readonly Type[] {
  return type.kind === "alias" || type.kind === "named" ? type.args : elementTypes<Type>(type);
}

/** Types directly inside a type; of an alias, its target. */
export function innerTypes(type: Type): readonly Type[] {
  return type.kind === "alias" ? [type.target] : writtenTypes(type);
}

/** Types that the methods of a service write. */
export function serviceTypes({ methods }: Service): readonly Type[] {
  return methods.flatMap((method) => [
    ...method.args.map((argument) => argument.type),
    method.returns,
    ...(method.throws === undefined ? [] : [method.throws]),
  ]);
}

/** A type with other types directly inside it. Arguments of named types and aliases stay. */
export function mapElements(type: Type, map: (element: Type) => Type): Type {
  switch (type.kind) {
    case "primitive":
    case "parameter":
    case "alias":
    case "named":
      return type;
    case "tuple":
      return { ...type, elements: type.elements.map(map) };
    case "map":
      return { ...type, key: map(type.key), value: map(type.value) };
    case "result":
      return { ...type, ok: map(type.ok), error: map(type.error) };
    case "payload":
      return { ...type, content: map(type.content) };
    default:
      return { ...type, element: map(type.element) };
  }
}
