/**
 * Writers of the messages of channels. All count on the room that `Outbox.begin` made.
 * Source: `protocol/wire.md` §5.
 */
import type { Writer } from "../bytes/writer.js";
import { putVarint } from "../postcard/varints.js";
import { ChannelBody, MessageKind, type WireId } from "./message.js";
import { writeMessageHead, writeWireId } from "./message-head.js";
import { type Metadata, writeMetadata } from "./metadata.js";

/** The part of an Item in front of its payload. */
export function writeItemHead(w: Writer, p: number, connectionId: WireId, channelId: WireId): number {
  return writeChannelHead(w, p, connectionId, channelId, ChannelBody.Item);
}

/** The sender has nothing more. @throws CodecError `EncodeFailed` when the metadata is too large */
export function writeChannelClose(
  w: Writer,
  p: number,
  connectionId: WireId,
  channelId: WireId,
  metadata: Metadata,
): number {
  return writeMetadata(w, writeChannelHead(w, p, connectionId, channelId, ChannelBody.Close), metadata);
}

/** One end gives up. @throws CodecError `EncodeFailed` when the metadata is too large */
export function writeChannelReset(
  w: Writer,
  p: number,
  connectionId: WireId,
  channelId: WireId,
  metadata: Metadata,
): number {
  return writeMetadata(w, writeChannelHead(w, p, connectionId, channelId, ChannelBody.Reset), metadata);
}

/** The receiver takes more. @param additional items, 0 to 2^32 - 1 */
export function writeGrantCredit(
  w: Writer,
  p: number,
  connectionId: WireId,
  channelId: WireId,
  additional: number,
): number {
  const at = writeChannelHead(w, p, connectionId, channelId, ChannelBody.GrantCredit);
  return putVarint(w.buffer, at, additional);
}

function writeChannelHead(
  w: Writer,
  p: number,
  connectionId: WireId,
  channelId: WireId,
  body: number,
): number {
  const at = writeWireId(w, writeMessageHead(w, p, connectionId, MessageKind.Channel), channelId);
  w.buffer[at] = body;
  return at + 1;
}
