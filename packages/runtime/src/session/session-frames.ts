/** Writers of the messages that a session sends by itself. Source: `protocol/wire.md` §5. */
import type { Writer } from "../bytes/writer.js";
import { writeString } from "../postcard/text.js";
import { writeU64, writeU64Number } from "../postcard/wide-integers.js";

const protocolErrorMessage = 0;
const connectionRejectMessage = 3;
const pongMessage = 9;

/** Answers a Ping on the connection that it came for. */
export function writePong(
  w: Writer,
  p: number,
  connectionId: number | bigint,
  nonce: number | bigint,
): number {
  const at = writeHead(w, p, connectionId, pongMessage);
  return writeId(w, at, nonce);
}

/** Refuses a virtual connection, without saying why. */
export function writeConnectionReject(w: Writer, p: number, connectionId: number | bigint): number {
  const at = writeHead(w, p, connectionId, connectionRejectMessage);
  w.buffer[at] = 0;
  return at + 1;
}

/** Says what the peer did wrong, before the link closes. */
export function writeProtocolError(w: Writer, p: number, text: string): number {
  const at = writeHead(w, p, 0, protocolErrorMessage);
  return writeString(w, at, text);
}

function writeHead(w: Writer, p: number, connectionId: number | bigint, kind: number): number {
  const at = writeId(w, p, connectionId);
  w.buffer[at] = kind;
  return at + 1;
}

function writeId(w: Writer, p: number, id: number | bigint): number {
  return typeof id === "number" ? writeU64Number(w, p, id) : writeU64(w, p, id);
}
