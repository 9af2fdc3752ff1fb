/**
 * Messages that are passed on from one connection to another: the id of the connection is replaced, the rest stays as
 * it is, but for metadata that is meant for the next peer only. Source: `protocol/session.md` §5.5.
 */
import { Reader } from "../bytes/reader.js";
import type { Writer } from "../bytes/writer.js";
import { readCount, readTag, takeLength } from "../postcard/counts.js";
import { low, takeWideVarint, words } from "../postcard/varints.js";
import { ChannelBody, MessageHead, MessageKind, type WireId } from "./message.js";
import { writeMessageHead } from "./message-head.js";
import { Metadata, MetadataFlags, writeMetadata } from "./metadata.js";

const noPropagate = Number(MetadataFlags.noPropagate);
const integerKind = 2;

/** Reading runs no code of others, so one reader serves all proxies. */
const reader: Reader = /*@__PURE__*/ new Reader();

/** A kept message: its head, and the memory to which the offsets of the head refer. */
export interface KeptMessage {
  readonly head: MessageHead;
  readonly bytes: Uint8Array;
}

/** Copies a message out of its frame. */
export function keepMessage(head: MessageHead, bytes: Uint8Array): KeptMessage {
  const kept = Object.assign(new MessageHead(), head);
  const { bodyStart: shift } = head;
  kept.bodyStart = 0;
  kept.bodyEnd -= shift;
  kept.metadataStart -= shift;
  kept.metadataEnd -= shift;
  kept.payloadStart -= shift;
  kept.payloadEnd -= shift;
  kept.schemasStart -= shift;
  kept.schemasEnd -= shift;
  return { head: kept, bytes: bytes.slice(shift, head.bodyEnd) };
}

/**
 * Writes a Request, Channel or Schema message of one connection as one of another.
 * @param bytes the memory that `head` was read from
 */
export function writeForwarded(
  w: Writer,
  p: number,
  connectionId: WireId,
  head: MessageHead,
  bytes: Uint8Array,
): number {
  const at = writeMessageHead(w, p, connectionId, head.kind);
  const { bodyStart, bodyEnd, metadataStart, metadataEnd } = head;
  if (!hasMetadata(head) || !isForNextOnly(bytes, metadataStart, metadataEnd))
    return copy(w, at, bytes, bodyStart, bodyEnd);
  const behind = writeMetadata(
    w,
    copy(w, at, bytes, bodyStart, metadataStart),
    propagated(Metadata.decode(bytes, metadataStart, metadataEnd)),
  );
  return copy(w, behind, bytes, metadataEnd, bodyEnd);
}

/** The entries of a list that a proxy passes on to further peers. */
export function propagated(metadata: Metadata): Metadata {
  return new Metadata([...metadata].filter(({ flags }) => (flags & MetadataFlags.noPropagate) === 0n));
}

function hasMetadata({ kind, body }: MessageHead): boolean {
  if (kind === MessageKind.Request) return true;
  return kind === MessageKind.Channel && (body === ChannelBody.Close || body === ChannelBody.Reset);
}

/** Whether an entry of a list, which was checked before, must not be passed on. Makes no objects of the entries. */
function isForNextOnly(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === 0) return false;
  const r = reader;
  r.reset(bytes, start, end);
  for (let left = readCount(r, 1); left > 0; left--) {
    skipBytes(r);
    if (readTag(r) === integerKind) takeWideVarint(r);
    else skipBytes(r);
    takeWideVarint(r);
    if (((words[low] as number) & noPropagate) !== 0) return true;
  }
  return false;
}

function skipBytes(r: Reader): void {
  const length = takeLength(r);
  r.position += length;
}

function copy(w: Writer, p: number, bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (p + length > w.limit) w.grow(p, length);
  w.buffer.set(bytes.subarray(start, end), p);
  return p + length;
}
