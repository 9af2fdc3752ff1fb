/** The four messages of the handshake, and how they are written as CBOR. Source: `protocol/wire.md` §4.1–4.2. */
import { type CborMembers, encodeCbor, ReadyCbor } from "../schema/cbor-encode.js";
import type { Schema } from "../schema/model.js";
import type { Metadata, MetadataEntry, MetadataValue } from "../wire/metadata.js";
import type { ConnectionSettings, Parity } from "./settings.js";

/** The members of both greetings. `S` is the schema list: CBOR in a message to send, schemas in one that arrived. */
export interface Greeting<S> {
  readonly settings: ConnectionSettings;
  /** Schemas of `Message`, the root last; an empty list means those of the other side. */
  readonly schemas: S;
  /** Whether the side takes operation ids. */
  readonly supportsRetry: boolean;
  /** The bytes in the message: a key has 16 bytes, any other length counts as no key. */
  readonly resumeKey: Uint8Array | undefined;
  readonly metadata: Metadata;
}

/** The initiator introduces itself. */
export interface Hello<S> extends Greeting<S> {
  readonly kind: "Hello";
  /** Which ids the initiator chooses; the acceptor takes the others. */
  readonly parity: Parity;
}

/** The acceptor introduces itself. */
export interface HelloYourself<S> extends Greeting<S> {
  readonly kind: "HelloYourself";
}

/** The session begins. */
export interface LetsGo {
  readonly kind: "LetsGo";
}

/** There will be no session. */
export interface Sorry {
  readonly kind: "Sorry";
  readonly reason: string;
}

/** A message to send: the schema list as CBOR. */
export type OutgoingHandshakeMessage = Hello<Uint8Array> | HelloYourself<Uint8Array> | LetsGo | Sorry;
/** A message that arrived. */
export type HandshakeMessage = Hello<readonly Schema[]> | HelloYourself<readonly Schema[]> | LetsGo | Sorry;

/** @throws CodecError `EncodeFailed` when a text holds a lone surrogate */
export function encodeHandshakeMessage(message: OutgoingHandshakeMessage): Uint8Array {
  return encodeCbor({ [message.kind]: membersOf(message) });
}

function membersOf(message: OutgoingHandshakeMessage): CborMembers {
  switch (message.kind) {
    case "Hello":
      return { parity: variant(message.parity, null), ...greetingMembers(message) };
    case "HelloYourself":
      return greetingMembers(message);
    case "LetsGo":
      return {};
    case "Sorry":
      return { reason: message.reason };
  }
}

function greetingMembers({ settings, schemas, ...greeting }: Greeting<Uint8Array>): CborMembers {
  const { resumeKey: bytes } = greeting;
  return {
    connection_settings: {
      parity: variant(settings.parity, null),
      max_concurrent_requests: settings.maxConcurrentRequests,
      initial_channel_credit: settings.initialChannelCredit,
    },
    message_payload_schema: new ReadyCbor(schemas),
    supports_retry: greeting.supportsRetry,
    resume_key: bytes === undefined ? null : { bytes },
    metadata: Array.from(greeting.metadata, entryMembers),
  };
}

function entryMembers({ key, value, flags }: MetadataEntry): CborMembers {
  return { key, value: valueMembers(value), flags };
}

function valueMembers(value: MetadataValue): CborMembers {
  if (typeof value === "string") return variant("String", value);
  // The reference writes borrowed bytes as a list of integers, and reads neither form.
  return typeof value === "bigint" ? variant("U64", value) : variant("Bytes", [...value]);
}

function variant(name: string, payload: CborMembers[string]): CborMembers {
  return { [name]: payload };
}
