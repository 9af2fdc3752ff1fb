/** Metadata of Calls and Responses on its way into the batch. Source: `protocol/calls.md` §1. */
import type { Writer } from "../bytes/writer.js";
import { writeU64Number } from "../postcard/u64.js";
import { putVarint } from "../postcard/varints.js";
import { Metadata, writeMetadata } from "../wire/metadata.js";

/** Key of the number that identifies a call across resends. */
const operationIdKey = "vox-operation-id";
/** The part of the entry in front of the number: key and kind of value. */
const operationIdHead: Uint8Array = /*@__PURE__*/ Uint8Array.from(
  [operationIdKey.length, ...Array.from(operationIdKey, (letter) => letter.charCodeAt(0)), 2],
  Number,
);
/** The most bytes of the entry: head, ten bytes for the number, one for the flags. */
const operationIdBytes = 16 + 2 + 10 + 1;

/**
 * Writes the metadata of a message; makes its own room.
 * @param operationId appended unless the metadata has one already; 0 for none
 * @throws CodecError `EncodeFailed` as `writeMetadata`
 */
export function writeCallMetadata(
  w: Writer,
  p: number,
  metadata: Metadata | undefined,
  operationId: number,
): number {
  const isAppended = operationId !== 0 && metadata?.has(operationIdKey) !== true;
  let at: number;
  if (metadata !== undefined) {
    at = writeMetadata(w, p, metadata, isAppended ? 1 : 0);
  } else {
    if (p + 1 > w.limit) w.grow(p, 1);
    at = putVarint(w.buffer, p, isAppended ? 1 : 0);
  }
  if (!isAppended) return at;
  if (at + operationIdBytes > w.limit) w.grow(at, operationIdBytes);
  const { buffer } = w;
  for (let index = 0; index < operationIdHead.length; index++)
    buffer[at++] = operationIdHead[index] as number;
  at = writeU64Number(w, at, operationId);
  buffer[at] = 0;
  return at + 1;
}

/** Says what a resend would mean for the channels of a call. Source: `protocol/wire.md` §7. */
const channelRetryModeKey = "vox-channel-retry-mode";
const notIdempotent = 1;
const idempotent = 2;

/**
 * Writes the metadata of a Call with channels among its arguments: as {@link writeCallMetadata}, with the retry mode in
 * front.
 */
export function writeChannelCallMetadata(
  w: Writer,
  p: number,
  metadata: Metadata | undefined,
  operationId: number,
  isIdempotent: boolean,
): number {
  const mode = new Metadata({ [channelRetryModeKey]: isIdempotent ? idempotent : notIdempotent });
  return writeCallMetadata(w, p, new Metadata([...mode, ...(metadata ?? [])]), operationId);
}
