/**
 * The list of schemas of `Message` in a Hello, without the schemas: a small client lists none, and knows the list of a
 * peer by its length and its checksum. The schemas themselves are in `message-schemas.ts`.
 * Source: `protocol/wire.md` §4.2.
 */
import { checksum } from "../bytes/checksum.js";

/** How many schemas there are. */
export const messageSchemaCount = 33;

/** Bytes of the list as CBOR. */
export const messageListBytes = 7208;

/** Checksum of these bytes. */
const messageListSum = 0x556c_ad34;

/** A list without schemas, as CBOR: the schemas of this side are those of the peer. Not to be written to. */
export const noSchemas: Uint8Array = /*@__PURE__*/ Uint8Array.of(0x80);

/**
 * Whether bytes are the list. A peer can make other bytes with this checksum. Such a peer says nothing wrong about this
 * side: it only hides that its messages are of another type, and each of them is checked when it arrives.
 */
export function isMessageList(bytes: Uint8Array): boolean {
  return checksum(bytes, 0x811c_9dc5) === messageListSum;
}
