/** Messages of the calling half of a driver: Calls and Cancels. Source: `protocol/calls.md` §1–2. */
import { callNotMade } from "../call/given-call.js";
import type { Connection } from "../session/connection.js";
import { beginPayload, endPayload, writeCallHead, writeCancel } from "../wire/request-messages.js";
import { writeCallMetadata, writeChannelCallMetadata } from "./call-metadata.js";
import type { OutgoingRequest } from "./outgoing-request.js";

/** Writes a Call behind the outbox; the caller commits it. @returns its end @throws what its arguments throw */
export function encodeCall(
  connection: Connection,
  request: OutgoingRequest,
  id: number,
  methodIdBytes: Uint8Array,
): number {
  const { outbox } = connection.host;
  const w = outbox.writer;
  const { operationId } = request;
  let p = outbox.begin();
  p = writeCallHead(w, p, connection.id, id, methodIdBytes);
  const { channels, method } = request;
  if (channels === undefined) {
    p = writeCallMetadata(w, p, request.options?.metadata, operationId);
    const start = beginPayload(w, p);
    p = method.args.write(w, start, request.args);
    return endPayload(w, start, p);
  }
  p = writeChannelCallMetadata(w, p, request.options?.metadata, operationId, method.idempotent);
  const start = beginPayload(w, p);
  channels.restart();
  w.binder = channels;
  try {
    p = method.args.write(w, start, request.args);
  } finally {
    w.binder = undefined;
  }
  return endPayload(w, start, p);
}

/** A call has ended before its channels: both halves learn it, also those of a call that was never sent. */
export function abandonChannels(request: OutgoingRequest, cause: unknown): void {
  if (request.channels === undefined) return;
  if (request.requestId === 0) callNotMade(request.method, request.args, cause);
  else request.channels.abandon(cause);
}

/** Tells the peer that the caller does not wait for the answer any more. */
export function sendCancel(connection: Connection, id: number): void {
  const { outbox } = connection.host;
  // An abort may come from a getter of a value that is being encoded.
  if (outbox.isEncoding) queueMicrotask(() => sendCancel(connection, id));
  else outbox.commit(writeCancel(outbox.writer, outbox.begin(), connection.id, id));
}
