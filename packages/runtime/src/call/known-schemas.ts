/** Schemas that all kinds of generated files use: the primitives, and the types of which every response is made. */
import { encodeCbor } from "../schema/cbor-encode.js";
import { shortForms } from "../schema/short-form.js";
import { WireSchema } from "./binding.js";

/** @param ids that of the schema, then those of the schemas behind the first */
function known(text: string, ids: string): WireSchema {
  return new WireSchema(BigInt(`0x${ids.slice(0, 16)}`), () => encodeCbor(shortForms(text, ids)[0]));
}

export const boolSchema: WireSchema = /*@__PURE__*/ known("bool", "178367a87f66fb46");
export const u8Schema: WireSchema = /*@__PURE__*/ known("u8", "2c8d54f2314d0f20");
export const u16Schema: WireSchema = /*@__PURE__*/ known("u16", "1be6c8d0625ea876");
export const u32Schema: WireSchema = /*@__PURE__*/ known("u32", "281c5be4f2ee63b4");
export const u64Schema: WireSchema = /*@__PURE__*/ known("u64", "d9356298b81639ac");
export const u128Schema: WireSchema = /*@__PURE__*/ known("u128", "767c691472231d95");
export const i8Schema: WireSchema = /*@__PURE__*/ known("i8", "3bd6a76856978968");
export const i16Schema: WireSchema = /*@__PURE__*/ known("i16", "269c2efb67f8a4c7");
export const i32Schema: WireSchema = /*@__PURE__*/ known("i32", "361f4536eee9f991");
export const i64Schema: WireSchema = /*@__PURE__*/ known("i64", "c6eb8c46f1e17fba");
export const i128Schema: WireSchema = /*@__PURE__*/ known("i128", "e935ee7d4b9fe594");
export const f32Schema: WireSchema = /*@__PURE__*/ known("f32", "8e02f623d1b2310c");
export const f64Schema: WireSchema = /*@__PURE__*/ known("f64", "3f2e589db81e95bf");
export const charSchema: WireSchema = /*@__PURE__*/ known("char", "18937b725e2e911b");
export const stringSchema: WireSchema = /*@__PURE__*/ known("string", "6d7dce914ee150e8");
export const unitSchema: WireSchema = /*@__PURE__*/ known("unit", "bc5c33249a2dc720");
export const neverSchema: WireSchema = /*@__PURE__*/ known("never", "5db70a394660f3e6");
export const bytesSchema: WireSchema = /*@__PURE__*/ known("bytes", "ba8125876d6388b4");
export const payloadSchema: WireSchema = /*@__PURE__*/ known("payload", "897ee6096f7bb726");
export const resultSchema: WireSchema = /*@__PURE__*/ known("Result[Ok:T,Err:E", "42046de663beeef0");
export const voxErrorSchema: WireSchema = /*@__PURE__*/ known(
  "VoxError[User:E,UnknownMethod,InvalidPayload:1,Cancelled,ConnectionClosed,SessionShutdown,SendFailed,Indeterminate string",
  "4cf4b2aeb98a19396d7dce914ee150e8",
);
