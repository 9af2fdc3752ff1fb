/**
 * Writers of the request messages, around a payload that the caller encodes. Source: `protocol/wire.md` §5.
 * All but {@link endPayload} use the room that `Outbox.begin` made.
 */
import type { Writer } from "../bytes/writer.js";
import { writeBytes } from "../postcard/byte-strings.js";
import type { BindingDirection } from "../schema/announcements.js";
import { MessageKind, RequestBody, type WireId } from "./message.js";
import { writeMessageHead, writeWireId } from "./message-head.js";

/** Bytes that {@link beginPayload} leaves for the length: the only fixed-width length of the protocol. */
const payloadLengthBytes = 4;

/** Varint of a method id, made once per method: ids are hashes and usually take ten bytes. */
export function methodIdBytes(id: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = id;
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** Connection, kind, request id and body of a Call, up to its metadata. */
export function writeCallHead(
  w: Writer,
  p: number,
  connectionId: WireId,
  requestId: WireId,
  methodId: Uint8Array,
): number {
  let at = writeRequestHead(w, p, connectionId, requestId, RequestBody.Call);
  const { buffer } = w;
  for (let index = 0; index < methodId.length; index++) buffer[at++] = methodId[index] as number;
  return at;
}

/** A whole SchemaMessage. @param payload CBOR of the announcement */
export function writeSchemaMessage(
  w: Writer,
  p: number,
  connectionId: WireId,
  methodId: Uint8Array,
  direction: BindingDirection,
  payload: Uint8Array,
): number {
  let at = writeMessageHead(w, p, connectionId, MessageKind.Schema);
  w.buffer.set(methodId, at);
  at += methodId.length;
  w.buffer[at++] = direction === "args" ? 0 : 1;
  return writeBytes(w, at, payload);
}

/** Connection, kind, request id and body of a Response, up to its metadata. */
export function writeResponseHead(w: Writer, p: number, connectionId: WireId, requestId: WireId): number {
  return writeRequestHead(w, p, connectionId, requestId, RequestBody.Response);
}

/** A whole Cancel, without metadata. */
export function writeCancel(w: Writer, p: number, connectionId: WireId, requestId: WireId): number {
  const at = writeRequestHead(w, p, connectionId, requestId, RequestBody.Cancel);
  w.buffer[at] = 0;
  return at + 1;
}

/** Leaves room for the payload's length. */
export function beginPayload(w: Writer, p: number): number {
  if (p + payloadLengthBytes > w.limit) w.grow(p, payloadLengthBytes);
  return p + payloadLengthBytes;
}

/** Fills in the length of the payload that started at `start`, and ends the message without inlined schemas. */
export function endPayload(w: Writer, start: number, p: number): number {
  if (p + 1 > w.limit) w.grow(p, 1);
  endItem(w, start, p);
  w.buffer[p] = 0;
  return p + 1;
}

/** Fills in the length of the payload that started at `start`. Ends a channel's Item, which has nothing behind it. */
export function endItem(w: Writer, start: number, p: number): number {
  const { buffer } = w;
  const length = p - start;
  buffer[start - 4] = length;
  buffer[start - 3] = length >>> 8;
  buffer[start - 2] = length >>> 16;
  buffer[start - 1] = length >>> 24;
  return p;
}

function writeRequestHead(
  w: Writer,
  p: number,
  connectionId: WireId,
  requestId: WireId,
  body: number,
): number {
  const at = writeWireId(w, writeMessageHead(w, p, connectionId, MessageKind.Request), requestId);
  w.buffer[at] = body;
  return at + 1;
}
