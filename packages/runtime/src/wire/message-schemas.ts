/** The schemas of `Message`, which each side announces in its handshake. Source: `protocol/schemas.md` §8. */
import type { Schema } from "../schema/model.js";
import { encodeSchemaList } from "../schema/payload.js";
import { readShortForms } from "../schema/short-form.js";
import { messageIds, messageTable } from "./message-table.js";

let list: readonly Schema[] | undefined;
let cbor: Uint8Array | undefined;

/** The schemas; `Message` itself is the last. The same array each time. */
export function messageSchemaList(): readonly Schema[] {
  list ??= readShortForms(messageTable, messageIds);
  return list;
}

/** Their CBOR. The same array each time: not to be written to. */
export function messageSchemas(): Uint8Array {
  cbor ??= encodeSchemaList(messageSchemaList());
  return cbor;
}
