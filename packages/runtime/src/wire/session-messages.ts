/**
 * Writers of the messages about a session and its connections. All count on the room that `Outbox.begin` made.
 * Source: `protocol/wire.md` §5.
 */
import type { Writer } from "../bytes/writer.js";
import { writeString } from "../postcard/text.js";
import { putVarint } from "../postcard/varints.js";
import { MessageKind, type WireId } from "./message.js";
import { writeMessageHead, writeWireId } from "./message-head.js";
import { type Metadata, writeMetadata } from "./metadata.js";

/** The settings of one side for a connection, in their form on the wire. */
export interface WireSettings {
  readonly isEven: boolean;
  readonly maxConcurrentRequests: number;
  readonly initialChannelCredit: number;
}

/** Asks whether the peer is there. */
export function writePing(w: Writer, p: number, nonce: WireId): number {
  return writeWireId(w, writeMessageHead(w, p, 0, MessageKind.Ping), nonce);
}

/** Answers a Ping, on the connection of the Ping. */
export function writePong(w: Writer, p: number, connectionId: WireId, nonce: WireId): number {
  return writeWireId(w, writeMessageHead(w, p, connectionId, MessageKind.Pong), nonce);
}

/** Says what the peer did wrong, before the link closes. */
export function writeProtocolError(w: Writer, p: number, text: string): number {
  return writeString(w, writeMessageHead(w, p, 0, MessageKind.ProtocolError), text);
}

/** Asks for a virtual connection. @throws CodecError `EncodeFailed` when the metadata is too large */
export function writeConnectionOpen(
  w: Writer,
  p: number,
  connectionId: WireId,
  settings: WireSettings,
  metadata: Metadata,
): number {
  const at = writeMessageHead(w, p, connectionId, MessageKind.ConnectionOpen);
  return writeMetadata(w, writeSettings(w, at, settings), metadata);
}

/** Grants a virtual connection. @throws CodecError `EncodeFailed` when the metadata is too large */
export function writeConnectionAccept(
  w: Writer,
  p: number,
  connectionId: WireId,
  settings: WireSettings,
  metadata: Metadata,
): number {
  const at = writeMessageHead(w, p, connectionId, MessageKind.ConnectionAccept);
  return writeMetadata(w, writeSettings(w, at, settings), metadata);
}

/** Refuses a virtual connection. @throws CodecError `EncodeFailed` when the metadata is too large */
export function writeConnectionReject(
  w: Writer,
  p: number,
  connectionId: WireId,
  metadata: Metadata,
): number {
  return writeMetadata(w, writeMessageHead(w, p, connectionId, MessageKind.ConnectionReject), metadata);
}

/** Ends a virtual connection. @throws CodecError `EncodeFailed` when the metadata is too large */
export function writeConnectionClose(w: Writer, p: number, connectionId: WireId, metadata: Metadata): number {
  return writeMetadata(w, writeMessageHead(w, p, connectionId, MessageKind.ConnectionClose), metadata);
}

function writeSettings(w: Writer, p: number, settings: WireSettings): number {
  w.buffer[p] = settings.isEven ? 1 : 0;
  const at = putVarint(w.buffer, p + 1, settings.maxConcurrentRequests);
  return putVarint(w.buffer, at, settings.initialChannelCredit);
}
