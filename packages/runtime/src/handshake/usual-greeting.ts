/**
 * Reads the greeting of an acceptor in the form that acceptors of this implementation and of 0.8.2 write, with the
 * schemas of this side. Source: `protocol/wire.md` §4.2.
 */
import type { Limits } from "../limits.js";
import { type CborCursor, cborNull, readForm } from "../schema/cbor-cursor.js";
import { isMessageList, messageListBytes, messageSchemaCount, noSchemas } from "../wire/message-list.js";
import { Metadata, type MetadataEntry, type MetadataValue } from "../wire/metadata.js";
import type { Answer } from "./handshake-core.js";
import type { Parity } from "./settings.js";

const u32Max = 0xffff_ffff;

/** @returns undefined for any other answer, which may be valid, too: see `answer-reader.ts` */
export function readUsualGreeting(frame: Uint8Array, limits: Limits): Answer | undefined {
  return frame.length > limits.maxHandshakeBytes
    ? undefined
    : readForm(frame, (cursor) => readGreeting(cursor, limits));
}

function readGreeting(cursor: CborCursor, limits: Limits): Answer {
  const u32 = (): number => cursor.integer(u32Max);
  const { HelloYourself: greeting } = cursor.members({
    HelloYourself: () =>
      cursor.members({
        connection_settings: () =>
          cursor.members({
            parity: () => readParity(cursor),
            max_concurrent_requests: u32,
            initial_channel_credit: u32,
          }),
        message_payload_schema: () => readSchemaCount(cursor),
        supports_retry: () => cursor.boolean(),
        resume_key: () => cursor.optional(() => cursor.members({ bytes: () => cursor.byteString() })),
        metadata: () => cursor.list(limits.maxMetadataEntries, () => readEntry(cursor)),
      }),
  });
  const { connection_settings: settings, metadata } = greeting;
  const size = metadata.reduce((sum, { key, value }) => sum + key.length + sizeOf(value), 0);
  cursor.expect(size <= limits.maxMetadataBytes);
  return {
    settings: {
      parity: settings.parity,
      maxConcurrentRequests: settings.max_concurrent_requests,
      initialChannelCredit: settings.initial_channel_credit,
    },
    supportsRetry: greeting.supports_retry,
    resumeKey: greeting.resume_key?.bytes,
    metadata: new Metadata(metadata),
    schemaCount: greeting.message_payload_schema,
    mismatch: undefined,
  };
}

function readParity(cursor: CborCursor): Parity {
  return cursor.variant((name) => {
    cursor.expect((name === "Odd" || name === "Even") && cursor.pass(cborNull));
    return name as Parity;
  });
}

/** No schemas stand for those of this side. */
function readSchemaCount(cursor: CborCursor): number {
  if (cursor.pass(noSchemas)) return 0;
  cursor.expect(isMessageList(cursor.take(messageListBytes)));
  return messageSchemaCount;
}

function readEntry(cursor: CborCursor): MetadataEntry {
  const { key, value, flags } = cursor.members({
    key: () => cursor.text(),
    value: () => cursor.variant((kind) => readValue(cursor, kind)),
    flags: () => cursor.integer(Number.MAX_SAFE_INTEGER),
  });
  return { key, value, flags: BigInt(flags) };
}

/** As the other reader counts it. */
function sizeOf(value: MetadataValue): number {
  return typeof value === "bigint" ? 8 : value.length;
}

function readValue(cursor: CborCursor, kind: string): string | bigint {
  cursor.expect(kind === "String" || kind === "U64");
  return kind === "String" ? cursor.text() : BigInt(cursor.integer(Number.MAX_SAFE_INTEGER));
}
