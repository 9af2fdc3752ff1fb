/** The schemas of `Message`, which each side announces in its handshake. Source: `protocol/schemas.md` §8. */
import { encodeCbor } from "../schema/cbor-encode.js";
import { shortForms } from "../schema/short-form.js";
import { messageIds, messageTable } from "./message-table.js";

let cbor: Uint8Array | undefined;

/** CBOR of the list; `Message` itself is the last. The same array each time: not to be written to. */
export function messageSchemas(): Uint8Array {
  cbor ??= encodeCbor(shortForms(messageTable, messageIds));
  return cbor;
}
