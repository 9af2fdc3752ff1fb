/** Answers as bytes: for the store, and for answers that go to several requests. */
import { Writer } from "../bytes/writer.js";
import type { ErasedWriter } from "../call/dispatcher.js";
import type { Outbox } from "../session/outbox.js";
import { type Metadata, writeMetadata } from "../wire/metadata.js";
import type { SealedReply } from "./operation-store.js";

/** Memory to begin with: most answers are small. */
const usualBytes = 256;
/** Bytes of a Response beside its payload and metadata: head, ids, lengths. */
const frameOverhead = 64;
const emptyMetadata: Uint8Array = /*@__PURE__*/ Uint8Array.of(0);

/**
 * Encodes an answer of the method's own types.
 * @param variant 0 for its result, 1 for its declared error
 * @param outbox the one that will carry the answer
 * @returns the payload and the metadata
 * @throws EncodeFault or CodecError when the value does not fit its type or a frame
 */
export function encodeReply(
  variant: 0 | 1,
  type: ErasedWriter,
  value: unknown,
  metadata: Metadata | undefined,
  outbox: Outbox,
): SealedReply {
  const w = new Writer(usualBytes);
  let p = 0;
  w.buffer[p++] = variant;
  // The variant of the response is followed by the variant of its `VoxError`: 0, the method's own error.
  if (variant === 1) w.buffer[p++] = 0;
  p = type.write(w, p, value);
  const payload = w.buffer.slice(0, p);
  const encodedMetadata = metadata === undefined ? emptyMetadata : encodeMetadata(metadata, outbox);
  outbox.checkSize(payload.length + encodedMetadata.length + frameOverhead);
  return { payload, metadata: encodedMetadata };
}

/** The outcome of a request that is answered with these bytes. */
export function outcomeOf({ payload }: SealedReply): "Ok" | "User" {
  return payload[0] === 0 ? "Ok" : "User";
}

function encodeMetadata(metadata: Metadata, { writer }: Outbox): Uint8Array {
  const w = new Writer(usualBytes);
  w.metadataLimits = writer.metadataLimits;
  const end = writeMetadata(w, 0, metadata);
  return w.buffer.slice(0, end);
}
