/** Schemas that all kinds of generated files use: the primitives, and the types of which every response is made. */
import type { SchemaPrimitive, TypeId } from "../schema/model.js";
import { encodeSchema } from "../schema/payload.js";
import { readShortForms } from "../schema/short-form.js";
import { WireSchema } from "./binding.js";

function primitive(id: TypeId, primitiveType: SchemaPrimitive): WireSchema {
  return new WireSchema(id, () =>
    encodeSchema({ id, typeParams: [], kind: { tag: "primitive", primitiveType } }),
  );
}

/** @param ids that of the schema, then those of the schemas behind the first */
function shortForm(text: string, ids: string): WireSchema {
  const id = BigInt(`0x${ids.slice(0, 16)}`);
  return new WireSchema(id, () => {
    const [first] = readShortForms(text, ids);
    if (first === undefined) throw new TypeError("no schema in the text");
    return encodeSchema(first);
  });
}

export const boolSchema: WireSchema = /*@__PURE__*/ primitive(0x178367a87f66fb46n, "bool");
export const u8Schema: WireSchema = /*@__PURE__*/ primitive(0x2c8d54f2314d0f20n, "u8");
export const u16Schema: WireSchema = /*@__PURE__*/ primitive(0x1be6c8d0625ea876n, "u16");
export const u32Schema: WireSchema = /*@__PURE__*/ primitive(0x281c5be4f2ee63b4n, "u32");
export const u64Schema: WireSchema = /*@__PURE__*/ primitive(0xd9356298b81639acn, "u64");
export const u128Schema: WireSchema = /*@__PURE__*/ primitive(0x767c691472231d95n, "u128");
export const i8Schema: WireSchema = /*@__PURE__*/ primitive(0x3bd6a76856978968n, "i8");
export const i16Schema: WireSchema = /*@__PURE__*/ primitive(0x269c2efb67f8a4c7n, "i16");
export const i32Schema: WireSchema = /*@__PURE__*/ primitive(0x361f4536eee9f991n, "i32");
export const i64Schema: WireSchema = /*@__PURE__*/ primitive(0xc6eb8c46f1e17fban, "i64");
export const i128Schema: WireSchema = /*@__PURE__*/ primitive(0xe935ee7d4b9fe594n, "i128");
export const f32Schema: WireSchema = /*@__PURE__*/ primitive(0x8e02f623d1b2310cn, "f32");
export const f64Schema: WireSchema = /*@__PURE__*/ primitive(0x3f2e589db81e95bfn, "f64");
export const charSchema: WireSchema = /*@__PURE__*/ primitive(0x18937b725e2e911bn, "char");
export const stringSchema: WireSchema = /*@__PURE__*/ primitive(0x6d7dce914ee150e8n, "string");
export const unitSchema: WireSchema = /*@__PURE__*/ primitive(0xbc5c33249a2dc720n, "unit");
export const neverSchema: WireSchema = /*@__PURE__*/ primitive(0x5db70a394660f3e6n, "never");
export const bytesSchema: WireSchema = /*@__PURE__*/ primitive(0xba8125876d6388b4n, "bytes");
export const payloadSchema: WireSchema = /*@__PURE__*/ primitive(0x897ee6096f7bb726n, "payload");
export const resultSchema: WireSchema = /*@__PURE__*/ shortForm("Result[Ok:T,Err:E", "42046de663beeef0");
export const voxErrorSchema: WireSchema = /*@__PURE__*/ shortForm(
  "VoxError[User:E,UnknownMethod,InvalidPayload:1,Cancelled,ConnectionClosed,SessionShutdown,SendFailed,Indeterminate string",
  "4cf4b2aeb98a19396d7dce914ee150e8",
);
