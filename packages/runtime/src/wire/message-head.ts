/** The beginning of every message. Uses the room that `Outbox.begin` made. Source: `protocol/wire.md` §5. */
import type { Writer } from "../bytes/writer.js";
import { writeU64, writeU64Number } from "../postcard/u64.js";
import type { WireId } from "./message.js";

/** Writes the connection and the kind of a message. */
export function writeMessageHead(w: Writer, p: number, connectionId: WireId, kind: number): number {
  const { buffer } = w;
  // Nearly every message is for the root.
  if (connectionId === 0) {
    buffer[p] = 0;
    buffer[p + 1] = kind;
    return p + 2;
  }
  const at = writeWireId(w, p, connectionId);
  w.buffer[at] = kind;
  return at + 1;
}

/** Writes an id. Room: 10. */
export function writeWireId(w: Writer, p: number, id: WireId): number {
  return typeof id === "number" ? writeU64Number(w, p, id) : writeU64(w, p, id);
}
