/**
 * Roots of golden schemas that the language cannot write, by the name of the case, as the recorded Rust text has them.
 */
import { messageType } from "../../packages/codegen/src/schema/message.js";
import type { SourceDeclaration, SourceType } from "../../packages/codegen/src/schema/source-type.js";

const u8: SourceType = { kind: "primitive", name: "u8" };
const u16: SourceType = { kind: "primitive", name: "u16" };
const u32: SourceType = { kind: "primitive", name: "u32" };
const u64: SourceType = { kind: "primitive", name: "u64" };
const i64: SourceType = { kind: "primitive", name: "i64" };
const f64: SourceType = { kind: "primitive", name: "f64" };
const text: SourceType = { kind: "primitive", name: "string" };
const unit: SourceType = { kind: "primitive", name: "unit" };

function list(element: SourceType): SourceType {
  return { kind: "list", element };
}

function slice(element: SourceType): SourceType {
  return { kind: "slice", element };
}

function hashSet(element: SourceType): SourceType {
  return { kind: "hashSet", element };
}

function tuple(...elements: readonly SourceType[]): SourceType {
  return { kind: "tuple", elements };
}

function transparent(target: SourceType): SourceType {
  return { kind: "alias", target };
}

function named(declaration: SourceDeclaration): SourceType {
  return { kind: "named", declaration, args: [] };
}

function struct(name: string, field: string, type: SourceType): SourceType {
  return named({ kind: "struct", name, parameters: [], fields: [{ name: field, type, required: true }] });
}

function tupleStruct(name: string, ...elements: readonly SourceType[]): SourceType {
  return named({ kind: "tupleStruct", name, parameters: [], elements });
}

/** A declaration of the wire's own messages. */
function ofMessage(name: string, type: SourceType = messageType()): SourceType | undefined {
  switch (type.kind) {
    case "list":
      return ofMessage(name, type.element);
    case "named": {
      const { declaration } = type;
      if (declaration.name === name) return type;
      return memberTypes(declaration)
        .map((member) => ofMessage(name, member))
        .find((found) => found !== undefined);
    }
    default:
      return undefined;
  }
}

function memberTypes(declaration: SourceDeclaration): readonly SourceType[] {
  if (declaration.kind === "struct") return declaration.fields.map(({ type }) => type);
  if (declaration.kind === "tupleStruct") return declaration.elements;
  return declaration.variants.flatMap(({ form }) => (form.kind === "newtype" ? [form.type] : []));
}

/** By the name of the case. */
export const rustTypes: Readonly<Record<string, SourceType | undefined>> = {
  usize_is_u64: u64,
  isize_is_i64: i64,
  str_ref: text,
  byte_slice: slice(u8),
  cow_str: text,
  cow_bytes: slice(u8),
  box_u32: transparent(u32),
  arc_string: transparent(text),
  duration_is_payload: { kind: "primitive", name: "payload" },
  slice_u32: slice(u32),
  hashset_u32: hashSet(u32),
  hashset_then_list: tuple(hashSet(u32), list(u32)),
  list_then_hashset: tuple(list(u32), hashSet(u32)),
  slices_twice: tuple(slice(u8), slice(u8)),
  struct_unit: unit,
  struct_rename_ignored: struct("Ren", "field", u32),
  // The language has ASCII names only.
  struct_unicode: struct("Émile", "naïve", u8),
  tuple_struct_1: tupleStruct("UserId", u64),
  tuple_struct_2: tupleStruct("Rgb", u8, u16, u8),
  transparent: transparent(f64),
  repr_transparent_only: transparent(f64),
  generic_transparent: transparent(u32),
  mix_slice_and_vec: tuple(slice(u8), list(u32)),
  message: messageType(),
  metadata_entry: ofMessage("MetadataEntry"),
  connection_settings: ofMessage("ConnectionSettings"),
  parity: ofMessage("Parity"),
  args_none: unit,
  args_borrowed: tuple(text, slice(u8)),
};
