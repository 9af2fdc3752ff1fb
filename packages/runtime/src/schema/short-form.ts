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
import { typeRefMembers } from "./assemble-payload.js";
import type { CborMembers } from "./cbor-encode.js";
import type { TypeRef } from "./model.js";

const idDigits = 16;

/**
 * The schemas as CBOR maps.
 * @param ids of the schemas in the same order, 16 hexadecimal digits each
 */
export function shortForms(text: string, ids: string): readonly CborMembers[] {
  const idOf = (place: number): bigint => BigInt(`0x${ids.slice(place * idDigits, (place + 1) * idDigits)}`);
  return text.split(" ").map((form, place) => {
    const variables = new Set<string>();
    const refOf = (type: string): TypeRef => {
      const [place, argument] = type.split("<");
      if (type >= "A") {
        variables.add(type);
        return { tag: "var", name: type };
      }
      const args = argument === undefined ? [] : [refOf(argument)];
      return { tag: "concrete", typeId: idOf(Number(place)), args };
    };
    const kind = kindOf(form, (type) => typeRefMembers(refOf(type)));
    return { id: idOf(place), type_params: [...variables], kind };
  });
}

function kindOf(form: string, ref: (type: string) => CborMembers): CborMembers {
  if (form === "*") return { tag: "list", element: ref("T") };
  const [name = "", list] = form.split(/[([]/);
  if (list === undefined) return { tag: "primitive", primitive_type: form };
  const members = list.split(",").map((member) => member.split(":"));
  if (form.includes("(")) {
    const fields = members.map(([field = "", type = ""]) => ({
      name: field,
      type_ref: ref(type.replace("?", "")),
      required: !type.endsWith("?"),
    }));
    return { tag: "struct", name, fields };
  }
  const variants = members.map(([variant = "", type], index) => ({
    name: variant,
    index,
    payload: type === undefined ? "unit" : { tag: "newtype", type_ref: ref(type) },
  }));
  return { tag: "enum", name, variants };
}
