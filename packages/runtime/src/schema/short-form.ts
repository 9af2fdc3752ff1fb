/**
 * Schemas as short texts, for schemas that every client carries. A list of them is separated by spaces; each schema is
 *
 * - `Name(member:type,…` for a struct; a member with a default ends with `?`
 * - `Name[variant:type,…` for an enum; a unit variant has no type
 * - `*` for the list of a `T`
 * - anything else for a primitive.
 *
 * A type is the place of its schema in the list, with the place of its argument behind `<`, or the letter of a type
 * variable; the variables of a schema are those that it uses.
 */
import type { Schema, SchemaKind, SchemaPrimitive, TypeRef } from "./model.js";

const idDigits = 16;

/** @param ids of the schemas in the same order, 16 hexadecimal digits each */
export function readShortForms(text: string, ids: string): readonly Schema[] {
  const idOf = (place: number): bigint => BigInt(`0x${ids.slice(place * idDigits, (place + 1) * idDigits)}`);
  return text.split(" ").map((form, place) => {
    const variables = new Set<string>();
    const ref = (type: string): TypeRef => {
      const [place, argument] = type.split("<");
      if (type >= "A") {
        variables.add(type);
        return { tag: "var", name: type };
      }
      return {
        tag: "concrete",
        typeId: idOf(Number(place)),
        args: argument === undefined ? [] : [ref(argument)],
      };
    };
    const kind = kindOf(form, ref);
    return { id: idOf(place), typeParams: [...variables], kind };
  });
}

function kindOf(form: string, ref: (type: string) => TypeRef): SchemaKind {
  if (form === "*") return { tag: "list", element: ref("T") };
  const [name = "", list] = form.split(/[([]/);
  if (list === undefined) return { tag: "primitive", primitiveType: form as SchemaPrimitive };
  const members = list.split(",").map((member) => member.split(":"));
  if (form.includes("(")) {
    const fields = members.map(([field = "", type = ""]) => ({
      name: field,
      typeRef: ref(type.replace("?", "")),
      required: !type.endsWith("?"),
    }));
    return { tag: "struct", name, fields };
  }
  const variants = members.map(([variant = "", type], index) => ({
    name: variant,
    index,
    payload:
      type === undefined ? ({ tag: "unit" } as const) : ({ tag: "newtype", typeRef: ref(type) } as const),
  }));
  return { tag: "enum", name, variants };
}
