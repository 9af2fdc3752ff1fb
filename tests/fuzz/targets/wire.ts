/** Bytes of a link, from frames to values: frames, messages, CBOR, schemas. */
import { defaultLimits } from "@voxrpc/runtime";
import {
  decodeCbor,
  encodeCbor,
  readSchemaPayload,
  writeSchemaPayload,
} from "@voxrpc/runtime/internal/schema";
import { FrameDecoder } from "../../../packages/runtime/src/link/framing.js";
import { decodeMessage, MessageHead } from "../../../packages/runtime/src/wire/message.js";
import { Metadata } from "../../../packages/runtime/src/wire/metadata.js";
import { attempt, bytesOf, byteTarget, expectSame, fixture, type Target } from "../target.js";

const schemaLimits = { ...defaultLimits, maxSchemaBytes: 1 << 17, maxSchemaNodes: 4096 };

function framed(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + frame.length);
  new DataView(bytes.buffer).setUint32(0, frame.length, true);
  bytes.set(frame, 4);
  return bytes;
}

/** Frames of a stream that arrives in pieces, one after the other; a last byte 255 says that it was refused. */
function framesOf(stream: Uint8Array, piece: number): Uint8Array {
  const frames: Uint8Array[] = [];
  const decoder = new FrameDecoder({ maxFrameBytes: 4096 }, (bytes, start, end) => {
    frames.push(framed(bytes.subarray(start, end)));
  });
  for (let at = 0; at < stream.length; at += piece) {
    // What the error says depends on how much of the first bytes is there.
    if (decoder.push(stream.slice(at, at + piece)) === undefined) continue;
    frames.push(Uint8Array.of(255));
    break;
  }
  return Buffer.concat(frames);
}

/** A stream of frames is the same frames, however it is cut. */
export function frames(): Target {
  const streams = bytesOf(fixture("golden/wire.json")).map((frame) =>
    Buffer.concat([framed(frame), framed(frame.subarray(0, 40))]),
  );
  return byteTarget(streams, (input) => {
    const whole = framesOf(input, 1 << 20);
    expectSame("frames in pieces", framesOf(input, 1 + (input.length % 7)), whole);
  });
}

/** A message is read within itself, and its metadata reads, is written and reads again as the same. */
export function messages(): Target {
  return byteTarget(bytesOf(fixture("golden/wire.json")), (input) => {
    attempt(() => {
      // A fresh one: fields that a kind of message does not have keep what was in them.
      const head = new MessageHead();
      decodeMessage(head, input, 0, input.length, defaultLimits);
      if (head.metadataEnd > input.length || head.metadataStart < 0)
        throw new Error("metadata outside of it");
      if (head.metadataEnd <= head.metadataStart) return;
      const metadata = Metadata.decode(input, head.metadataStart, head.metadataEnd);
      for (const { key } of metadata) key.normalize();
    });
  });
}

/** CBOR that was read is written and read again as the same. */
export function cbor(): Target {
  return byteTarget(bytesOf(fixture("golden/handshake.json")), (input) => {
    const value = attempt(() => decodeCbor(input, { maxBytes: 1 << 17, maxDepth: 64 }));
    if (value === undefined) return;
    // `undefined` is read and never written.
    const bytes = attempt(() => encodeCbor(value));
    if (bytes === undefined) return;
    expectSame("CBOR read twice", bytes, encodeCbor(decodeCbor(bytes, { maxBytes: 1 << 18, maxDepth: 64 })));
  });
}

/** Schemas that were read are written and read again as the same. */
export function schemas(): Target {
  return byteTarget(bytesOf(fixture("golden/handshake.json")), (input) => {
    const payload = attempt(() => readSchemaPayload(input, schemaLimits));
    if (payload === undefined) return;
    const bytes = writeSchemaPayload(payload);
    const again = writeSchemaPayload(readSchemaPayload(bytes, { ...schemaLimits, maxSchemaBytes: 1 << 20 }));
    expectSame("schemas read twice", bytes, again);
  });
}
