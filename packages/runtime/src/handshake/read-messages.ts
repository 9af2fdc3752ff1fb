/** Reads the messages of the handshake in any form that CBOR allows. Source: `protocol/wire.md` §4.1–4.2. */
import { CodecError } from "../errors.js";
import type { Limits } from "../limits.js";
import type { CborMap, CborValue } from "../schema/cbor.js";
import { decodeCbor } from "../schema/cbor-decode.js";
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
import type { Greeting, HandshakeMessage } from "./handshake-messages.js";
import type { ConnectionSettings, Parity } from "./settings.js";

/** Containers around the innermost value of a handshake. A full Hello has 12. */
const maxDepth = 64;
/** The credit of a side that does not announce one. */
const defaultCredit = 16;

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
