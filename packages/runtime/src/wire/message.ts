/**
 * The reader of messages: it runs for every arriving frame. It fills a {@link MessageHead} that is reused for the next
 * frame, and makes no other object: it reads ids and numbers, and keeps offsets into the frame for large parts.
 * Source: `protocol/wire.md` §5.
 */
import { Reader } from "../bytes/reader.js";
import { defaultLimits, type MetadataLimits } from "../limits.js";
import { readTag, takeLength, unknownVariant } from "../postcard/counts.js";
import { endOfInput } from "../postcard/faults.js";
import { readString } from "../postcard/text.js";
import { high, low, takeVarint, takeWideVarint, words } from "../postcard/varints.js";
import type { BindingDirection } from "../schema/announcements.js";
import { skipMetadata } from "./metadata.js";

/** What a message is: its discriminant on the wire. */
export const MessageKind = {
  ProtocolError: 0,
  ConnectionOpen: 1,
  ConnectionAccept: 2,
  ConnectionReject: 3,
  ConnectionClose: 4,
  Request: 5,
  Schema: 6,
  Channel: 7,
  Ping: 8,
  Pong: 9,
} as const;

/** What a request message is about. */
export const RequestBody = { Call: 0, Response: 1, Cancel: 2 } as const;

/** What a channel message is about. */
export const ChannelBody = { Item: 0, Close: 1, Reset: 2, GrantCredit: 3 } as const;

/** An id of 64 bits: a number below 2^53, a bigint above. */
export type WireId = number | bigint;

/** The id of the root connection, which exists from the handshake on. */
export const rootConnectionId = 0;

const u32Max = 0xffff_ffff;
const exactHigh = 0x20_0000;
const twoTo32 = 0x1_0000_0000;

/**
 * One message, read as far as its receiver needs. Which members hold depends on `kind` and `body`; the others keep what
 * an earlier message left. Offsets are those of the frame's bytes.
 */
export class MessageHead {
  /** One of {@link MessageKind}. */
  kind = 0;
  connectionId: WireId = 0;
  /** Where the message goes on behind its connection and its kind. */
  bodyStart = 0;
  /** Where the message ends, which may be before the frame does. */
  bodyEnd = 0;
  /** Request and Channel: one of {@link RequestBody} or {@link ChannelBody}. */
  body = 0;
  /** Request and Channel: the request's or channel's id. */
  id: WireId = 0;
  /** Call and Schema: lower half of the method id, in any 32-bit reading. */
  methodLow = 0;
  /** Call and Schema: upper half of the method id. */
  methodHigh = 0;
  /** Schema: which half of the method is announced. */
  direction: BindingDirection = "args";
  /** Start of the metadata list, its count included. */
  metadataStart = 0;
  metadataEnd = 0;
  /** Call, Response and Item: the payload, without its length. */
  payloadStart = 0;
  payloadEnd = 0;
  /** Call, Response and Schema: CBOR of the schemas, without its length. */
  schemasStart = 0;
  schemasEnd = 0;
  /** Ping and Pong. */
  nonce: WireId = 0;
  /** GrantCredit: items that may be sent beyond those granted before. */
  additional = 0;
  /** ConnectionOpen and ConnectionAccept: whether the sender's parity is even. */
  isEven = false;
  /** ConnectionOpen and ConnectionAccept. */
  maxConcurrentRequests = 0;
  /** ConnectionOpen and ConnectionAccept. */
  initialChannelCredit = 0;
  /** ProtocolError: what the peer says. */
  text = "";
}

/** Reading runs no code of others, so one reader serves all sessions. */
const reader: Reader = /*@__PURE__*/ new Reader();

/**
 * Reads the message that fills `bytes[start, end)`. Bytes behind it are ignored, as the reference does.
 * @throws DecodeFault for what is no message, with the offset inside the frame
 */
export function decodeMessage(
  head: MessageHead,
  bytes: Uint8Array,
  start: number,
  end: number,
  limits: MetadataLimits = defaultLimits,
): void {
  const r = reader;
  r.reset(bytes, start, end);
  head.connectionId = takeId(r);
  head.kind = readTag(r);
  head.bodyStart = r.position;
  switch (head.kind) {
    case MessageKind.Request:
      readRequest(head, r, limits);
      break;
    case MessageKind.Channel:
      readChannel(head, r, limits);
      break;
    case MessageKind.Schema:
      takeMethodId(head, r);
      head.direction = takeDirection(r);
      takeSchemas(head, r);
      break;
    case MessageKind.Ping:
    case MessageKind.Pong:
      head.nonce = takeId(r);
      break;
    case MessageKind.ConnectionOpen:
    case MessageKind.ConnectionAccept:
      readSettings(head, r);
      takeMetadata(head, r, limits);
      break;
    case MessageKind.ConnectionReject:
    case MessageKind.ConnectionClose:
      takeMetadata(head, r, limits);
      break;
    case MessageKind.ProtocolError:
      head.text = readString(r);
      break;
    default:
      unknownVariant(r, head.kind, "Message");
  }
  head.bodyEnd = r.position;
}

function readRequest(head: MessageHead, r: Reader, limits: MetadataLimits): void {
  head.id = takeId(r);
  head.body = readTag(r);
  switch (head.body) {
    case RequestBody.Call:
      takeMethodId(head, r);
      takeMetadata(head, r, limits);
      takePayload(head, r);
      takeSchemas(head, r);
      break;
    case RequestBody.Response:
      takeMetadata(head, r, limits);
      takePayload(head, r);
      takeSchemas(head, r);
      break;
    case RequestBody.Cancel:
      takeMetadata(head, r, limits);
      break;
    default:
      unknownVariant(r, head.body, "RequestBody");
  }
}

function readChannel(head: MessageHead, r: Reader, limits: MetadataLimits): void {
  head.id = takeId(r);
  head.body = readTag(r);
  switch (head.body) {
    case ChannelBody.Item:
      takePayload(head, r);
      break;
    case ChannelBody.Close:
    case ChannelBody.Reset:
      takeMetadata(head, r, limits);
      break;
    case ChannelBody.GrantCredit:
      head.additional = takeVarint(r, u32Max, "u32");
      break;
    default:
      unknownVariant(r, head.body, "ChannelBody");
  }
}

function readSettings(head: MessageHead, r: Reader): void {
  const parity = readTag(r);
  if (parity > 1) unknownVariant(r, parity, "Parity");
  head.isEven = parity === 1;
  head.maxConcurrentRequests = takeVarint(r, u32Max, "u32");
  head.initialChannelCredit = takeVarint(r, u32Max, "u32");
}

/** Reads an id without making a bigint of it where a number holds it. */
function takeId(r: Reader): WireId {
  const p = r.position;
  if (p < r.end) {
    const byte = r.buffer[p] as number;
    if (byte < 0x80) {
      r.position = p + 1;
      return byte;
    }
  }
  takeWideVarint(r);
  const upper = words[high] as number;
  const lower = words[low] as number;
  return upper < exactHigh ? upper * twoTo32 + lower : (BigInt(upper) << 32n) | BigInt(lower);
}

function takeMethodId(head: MessageHead, r: Reader): void {
  takeWideVarint(r);
  head.methodLow = words[low] as number;
  head.methodHigh = words[high] as number;
}

function takeDirection(r: Reader): BindingDirection {
  const direction = readTag(r);
  if (direction > 1) unknownVariant(r, direction, "BindingDirection");
  return direction === 0 ? "args" : "response";
}

function takeMetadata(head: MessageHead, r: Reader, limits: MetadataLimits): void {
  head.metadataStart = r.position;
  skipMetadata(r, limits);
  head.metadataEnd = r.position;
}

/** Reads the length of a payload: the only length of the protocol that is no varint. */
function takePayload(head: MessageHead, r: Reader): void {
  const { buffer, position: p, end } = r;
  if (end - p < 4) endOfInput(r, p);
  const length =
    ((buffer[p] as number) |
      ((buffer[p + 1] as number) << 8) |
      ((buffer[p + 2] as number) << 16) |
      ((buffer[p + 3] as number) << 24)) >>>
    0;
  const start = p + 4;
  if (length > end - start) endOfInput(r, start);
  head.payloadStart = start;
  head.payloadEnd = start + length;
  r.position = start + length;
}

function takeSchemas(head: MessageHead, r: Reader): void {
  const length = takeLength(r);
  head.schemasStart = r.position;
  head.schemasEnd = r.position + length;
  r.position = head.schemasEnd;
}
