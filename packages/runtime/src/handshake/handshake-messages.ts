/** The four messages of the handshake and their CBOR. Source: `protocol/wire.md` §4.1–4.2. */
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import { type CborMap, type CborValue, cborMap } from "../schema/cbor.js";
import { decodeCbor } from "../schema/cbor-decode.js";
import { encodeCbor, writeHead } from "../schema/cbor-encode.js";
import {
  asBoolean,
  asBytes,
  asList,
  asMap,
  asNull,
  asText,
  asU32,
  asU64,
  asVariant,
  member,
  refuse,
  unknownVariant,
} from "../schema/cbor-reader.js";
import type { Schema } from "../schema/model.js";
import { readSchemaList } from "../schema/payload.js";
import { Metadata, type MetadataEntry, type MetadataValue } from "../wire/metadata.js";
import type { ConnectionSettings, Parity } from "./settings.js";

/** The members of both greetings. `S` is the schema list: CBOR in a message to send, schemas in one that arrived. */
interface Greeting<S> {
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

const mapMajor = 5;
/** Containers around the innermost value of a handshake. A full Hello has 12. */
const maxDepth = 64;
/** The credit of a side that does not announce one. */
const defaultCredit = 16;

/** @throws CodecError `EncodeFailed` when a text holds a lone surrogate */
export function encodeHandshakeMessage(message: OutgoingHandshakeMessage): Uint8Array {
  switch (message.kind) {
    case "Hello":
      return encodeVariant("Hello", [
        ["parity", encodeCbor(parityToCbor(message.parity))],
        ...greetingMembers(message),
      ]);
    case "HelloYourself":
      return encodeVariant("HelloYourself", greetingMembers(message));
    case "LetsGo":
      return encodeVariant("LetsGo", []);
    case "Sorry":
      return encodeVariant("Sorry", [["reason", encodeCbor(message.reason)]]);
  }
}

type EncodedMember = readonly [name: string, cbor: Uint8Array];

function greetingMembers(greeting: Greeting<Uint8Array>): EncodedMember[] {
  const { settings, resumeKey } = greeting;
  const settingsMap = cborMap(
    ["parity", parityToCbor(settings.parity)],
    ["max_concurrent_requests", settings.maxConcurrentRequests],
    ["initial_channel_credit", settings.initialChannelCredit],
  );
  return [
    ["connection_settings", encodeCbor(settingsMap)],
    ["message_payload_schema", greeting.schemas],
    ["supports_retry", encodeCbor(greeting.supportsRetry)],
    ["resume_key", encodeCbor(resumeKey === undefined ? null : cborMap(["bytes", resumeKey]))],
    ["metadata", encodeCbor([...greeting.metadata].map(entryToCbor))],
  ];
}

/** Joins ready pieces, so that the 7 kB of schemas are not encoded again for every session. */
function encodeVariant(name: string, members: readonly EncodedMember[]): Uint8Array {
  const pieces = [mapHead(1), encodeCbor(name), mapHead(members.length)];
  for (const [key, cbor] of members) pieces.push(encodeCbor(key), cbor);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function mapHead(entries: number): Uint8Array {
  const head = new Uint8Array(1);
  writeHead(head, 0, mapMajor, entries);
  return head;
}

function parityToCbor(parity: Parity): CborMap {
  return cborMap([parity, null]);
}

function entryToCbor({ key, value, flags }: MetadataEntry): CborMap {
  return cborMap(["key", key], ["value", valueToCbor(value)], ["flags", flags]);
}

function valueToCbor(value: MetadataValue): CborMap {
  if (typeof value === "string") return cborMap(["String", value]);
  // The reference writes borrowed bytes as a list of integers, and reads neither form.
  return typeof value === "bigint" ? cborMap(["U64", value]) : cborMap(["Bytes", [...value]]);
}

/**
 * Reads a message without trusting it.
 * @throws CodecError `DecodeFailed` with offset or path
 */
export function decodeHandshakeMessage(bytes: Uint8Array, limits: Limits): HandshakeMessage {
  const cbor = decodeCbor(bytes, {
    maxBytes: limits.maxHandshakeBytes,
    maxDepth: Math.min(maxDepth, limits.maxSchemaDepth),
    maxContainers: limits.maxSchemaNodes,
  });
  const { name, payload } = asVariant(cbor, "");
  switch (name) {
    case "Hello": {
      const map = asMap(payload, name);
      const parity = readParity(member(map, "parity", name), `${name}.parity`);
      return { kind: name, parity, ...readGreeting(map, name, limits) };
    }
    case "HelloYourself":
      return { kind: name, ...readGreeting(asMap(payload, name), name, limits) };
    case "LetsGo":
      asMap(payload, name);
      return { kind: name };
    case "Sorry": {
      const reason = asText(member(asMap(payload, name), "reason", name), `${name}.reason`);
      return { kind: name, reason };
    }
    default:
      return unknownVariant(name.slice(0, 64), "");
  }
}

function readGreeting(map: CborMap, path: string, limits: Limits): Greeting<readonly Schema[]> {
  const schemas = member(map, "message_payload_schema", path);
  const retry = map.get("supports_retry");
  return {
    settings: readSettings(member(map, "connection_settings", path), `${path}.connection_settings`),
    schemas: readSchemaList(schemas, `${path}.message_payload_schema`, limits.maxSchemas),
    supportsRetry: map.has("supports_retry") ? asBoolean(retry, `${path}.supports_retry`) : false,
    resumeKey: readKey(map, `${path}.resume_key`),
    metadata: map.has("metadata")
      ? readMetadata(map.get("metadata"), `${path}.metadata`, limits)
      : new Metadata(),
  };
}

function readSettings(value: CborValue, path: string): ConnectionSettings {
  const map = asMap(value, path);
  const u32 = (name: string): number => asU32(member(map, name, path), `${path}.${name}`);
  return {
    parity: readParity(member(map, "parity", path), `${path}.parity`),
    maxConcurrentRequests: u32("max_concurrent_requests"),
    initialChannelCredit: map.has("initial_channel_credit") ? u32("initial_channel_credit") : defaultCredit,
  };
}

function readParity(value: CborValue, path: string): Parity {
  const { name, payload } = asVariant(value, path);
  if (name !== "Odd" && name !== "Even") return unknownVariant(name.slice(0, 64), path);
  asNull(payload, path);
  return name;
}

function readKey(map: CborMap, path: string): Uint8Array | undefined {
  const value = map.get("resume_key");
  if (!map.has("resume_key") || value === null) return undefined;
  return asBytes(member(asMap(value, path), "bytes", path), `${path}.bytes`);
}

function readMetadata(value: CborValue, path: string, limits: Limits): Metadata {
  const list = asList(value, path);
  if (list.length > limits.maxMetadataEntries)
    return refuse(`metadata of ${list.length} entries (limit maxMetadataEntries)`, path);
  const entries = list.map((item, index) => readEntry(item, `${path}[${index}]`));
  const size = entries.reduce((sum, entry) => sum + entry.key.length + sizeOf(entry.value), 0);
  if (size > limits.maxMetadataBytes)
    return refuse(`metadata of ${size} bytes (limit maxMetadataBytes)`, path);
  return new Metadata(entries);
}

function readEntry(item: CborValue, path: string): MetadataEntry {
  const map = asMap(item, path);
  return {
    key: asText(member(map, "key", path), `${path}.key`),
    value: readValue(member(map, "value", path), `${path}.value`),
    flags: asU64(member(map, "flags", path), `${path}.flags`),
  };
}

function readValue(value: CborValue, path: string): MetadataValue {
  const { name, payload } = asVariant(value, path);
  switch (name) {
    case "String":
      return asText(payload, path);
    case "U64":
      return asU64(payload, path);
    case "Bytes":
      return payload instanceof Uint8Array ? payload.slice() : readByteList(payload, path);
    default:
      return unknownVariant(name.slice(0, 64), path);
  }
}

function readByteList(value: CborValue, path: string): Uint8Array {
  const list = asList(value, path);
  return Uint8Array.from(list, (item) => {
    const byte = asU32(item, path);
    return byte < 256 ? byte : refuse(`${byte} is no byte`, path);
  });
}

/** A lower bound for the memory of a value: exact enough for a limit. */
function sizeOf(value: MetadataValue): number {
  return typeof value === "bigint" ? 8 : value.length;
}

/** The text of a decoding error, with its place. */
export function textOfFault(error: unknown): string {
  if (!(error instanceof CodecError)) return String(error);
  const place = error.path === "" ? "" : `${error.path}: `;
  return place + error.reason;
}
