/** Prologue and handshake against the recorded ones: bytes both ways, odd input, and whole exchanges. */
import { describe, expect, it } from "vitest";
import { AcceptorHandshake } from "../../packages/runtime/src/handshake/acceptor.js";
import { type AnswerReader, answerReader } from "../../packages/runtime/src/handshake/answer-reader.js";
import type {
  Handshake,
  HandshakeResult,
  HandshakeStep,
} from "../../packages/runtime/src/handshake/handshake-core.js";
import {
  encodeHandshakeMessage,
  type HandshakeMessage,
  type OutgoingHandshakeMessage,
} from "../../packages/runtime/src/handshake/handshake-messages.js";
import { InitiatorHandshake } from "../../packages/runtime/src/handshake/initiator.js";
import { messageTypeId } from "../../packages/runtime/src/handshake/message-type.js";
import { prologueAccept, prologueHello } from "../../packages/runtime/src/handshake/prologue.js";
import { decodeHandshakeMessage } from "../../packages/runtime/src/handshake/read-messages.js";
import type { ConnectionSettings } from "../../packages/runtime/src/handshake/settings.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { decodeCbor } from "../../packages/runtime/src/schema/cbor-decode.js";
import { encodeCbor } from "../../packages/runtime/src/schema/cbor-encode.js";
import type { Schema } from "../../packages/runtime/src/schema/model.js";
import { encodeSchemaList, readSchemaList, schemaToCbor } from "../../packages/runtime/src/schema/payload.js";
import { messageSchemas } from "../../packages/runtime/src/wire/message-schemas.js";
import { Metadata, type MetadataEntry } from "../../packages/runtime/src/wire/metadata.js";
import { fromHex, type Json, toHex } from "../support/golden-values.js";
import { checkGolden, readGolden } from "../support/report.js";

type JsonObject = { readonly [key: string]: Json };

interface Flow {
  readonly name: string;
  readonly role: "initiator" | "acceptor";
  readonly settings: JsonObject;
  readonly resumable?: boolean;
  readonly expected_key?: string | null;
  readonly presented_key?: string | null;
  readonly received: readonly string[];
  readonly sent: readonly JsonObject[];
  readonly ok?: JsonObject;
  readonly error?: string;
}

const golden = readGolden<{
  readonly prologue: readonly { readonly name: string; readonly from: string; readonly bytes: string }[];
  readonly prologue_read: readonly {
    readonly name: string;
    readonly reader: "initiator" | "acceptor";
    readonly bytes: string | null;
    readonly ok?: string;
    readonly error?: string;
    readonly sent?: readonly string[];
  }[];
  readonly messages: readonly {
    readonly name: string;
    readonly message: JsonObject;
    readonly cbor: string;
  }[];
  readonly decode: readonly {
    readonly name: string;
    readonly cbor: string;
    readonly ok?: JsonObject;
    readonly error?: string;
  }[];
  readonly flows: readonly Flow[];
}>("handshake.json");

const fullList = "message: the 33 schemas of handshake_message_schema_cbor in schemas.json";
const randomKey = "random 16 bytes";
const keyForRandom = new Uint8Array(16).fill(0xee);

function listToJson(schemas: readonly Schema[]): Json {
  if (toHex(encodeSchemaList(schemas)) === toHex(messageSchemas())) return fullList;
  return schemas.map((schema) => cborToJson(schemaToCbor(schema)));
}

/** Ids as the golden files write them: 16 hex digits. */
function cborToJson(value: unknown): Json {
  if (value instanceof Map)
    return Object.fromEntries(
      [...value].map(([key, item]) => [
        String(key),
        key === "id" || key === "type_id" ? hexId(BigInt(item as bigint)) : cborToJson(item),
      ]),
    );
  if (Array.isArray(value)) return value.map(cborToJson);
  return value as Json;
}

const hexId = (id: bigint): string => id.toString(16).padStart(16, "0");

function settingsToJson(settings: ConnectionSettings): Json {
  return {
    parity: settings.parity,
    max_concurrent_requests: settings.maxConcurrentRequests,
    initial_channel_credit: settings.initialChannelCredit,
  };
}

const integer = (value: bigint): Json =>
  value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);

function metadataToJson(metadata: Metadata): Json {
  return [...metadata].map(({ key, value, flags }) => ({
    key,
    value:
      typeof value === "string"
        ? { String: value }
        : typeof value === "bigint"
          ? { U64: integer(value) }
          : { Bytes: toHex(value) },
    flags: integer(flags),
  }));
}

function messageToJson(message: HandshakeMessage): JsonObject {
  switch (message.kind) {
    case "LetsGo":
      return { LetsGo: {} };
    case "Sorry":
      return { Sorry: { reason: message.reason } };
    default: {
      const { resumeKey } = message;
      const members = {
        connection_settings: settingsToJson(message.settings),
        message_payload_schema: listToJson(message.schemas),
        supports_retry: message.supportsRetry,
        resume_key: resumeKey === undefined ? null : { bytes: toHex(resumeKey) },
        metadata: metadataToJson(message.metadata),
      };
      return message.kind === "Hello"
        ? { Hello: { parity: message.parity, ...members } }
        : { HelloYourself: members };
    }
  }
}

function settingsOf(json: Json | undefined): ConnectionSettings {
  const { parity, max_concurrent_requests: requests, initial_channel_credit: credit } = json as JsonObject;
  return {
    parity: parity as "Odd" | "Even",
    maxConcurrentRequests: requests as number,
    initialChannelCredit: credit as number,
  };
}

function metadataOf(json: Json | undefined): Metadata {
  return new Metadata(
    (json as readonly JsonObject[]).map((entry): MetadataEntry => {
      const { String: text, U64: number, Bytes: bytes } = entry["value"] as JsonObject;
      const value =
        text !== undefined ? (text as string) : number !== undefined ? BigInt(number as string) : undefined;
      return {
        key: entry["key"] as string,
        value: value ?? fromHex(bytes as string),
        flags: BigInt(entry["flags"] as number),
      };
    }),
  );
}

/** The golden form of a schema list as its CBOR. */
function listOf(json: Json | undefined): Uint8Array {
  if (json === fullList) return messageSchemas();
  const toCbor = (value: Json, key = ""): unknown => {
    if (key === "id" || key === "type_id") return BigInt(`0x${value as string}`);
    if (Array.isArray(value)) return value.map((item: Json) => toCbor(item));
    if (typeof value !== "object" || value === null) return value;
    return new Map(Object.entries(value as JsonObject).map(([name, item]) => [name, toCbor(item, name)]));
  };
  const list = readSchemaList(toCbor(json as Json) as never, "", 100);
  return encodeSchemaList(list);
}

function messageOf(json: JsonObject): OutgoingHandshakeMessage {
  const { Hello, HelloYourself, Sorry } = json;
  if (Sorry !== undefined) return { kind: "Sorry", reason: (Sorry as JsonObject)["reason"] as string };
  const body = (Hello ?? HelloYourself) as JsonObject | undefined;
  if (body === undefined) return { kind: "LetsGo" };
  const key = body["resume_key"] as { readonly bytes: string } | null;
  const greeting = {
    settings: settingsOf(body["connection_settings"]),
    schemas: listOf(body["message_payload_schema"]),
    supportsRetry: body["supports_retry"] as boolean,
    resumeKey: key === null ? undefined : fromHex(key.bytes),
    metadata: metadataOf(body["metadata"]),
  };
  return Hello === undefined
    ? { kind: "HelloYourself", ...greeting }
    : { kind: "Hello", parity: body["parity"] as "Odd" | "Even", ...greeting };
}

function sameJson(actual: unknown, expected: unknown): boolean {
  return JSON.stringify(sorted(actual)) === JSON.stringify(sorted(expected));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  );
}

const settings: ConnectionSettings = { parity: "Odd", maxConcurrentRequests: 64, initialChannelCredit: 16 };
const plain = { settings, metadata: new Metadata(), limits: defaultLimits };

function machine(reader: "initiator" | "acceptor"): Handshake {
  return reader === "initiator"
    ? new InitiatorHandshake({ ...plain, answerReader })
    : new AcceptorHandshake(plain);
}

const errorOf = (step: HandshakeStep): string | undefined =>
  step.outcome?.kind === "failed" ? step.outcome.error.message : undefined;

/** Why our reader decides otherwise, by case. */
const laxReads: Readonly<Record<string, string>> = {
  sorry_trailing: "wire.md §4.1: bytes after the value are refused",
  hello_trailing: "wire.md §4.1: bytes after the value are refused",
  hello_max_2pow32: "wire.md §4.1: a number that does not fit is refused, not truncated",
  metadata_bytes_array: "wire.md §4.1: both forms of bytes are read, 0.8.2 reads none",
  metadata_bytes_string: "wire.md §4.1: both forms of bytes are read, 0.8.2 reads none",
  metadata_bytes_empty_array: "wire.md §4.1: both forms of bytes are read, 0.8.2 reads none",
};

/**
 * What we say where the reference says `error`. A link that closes and a refusal have codes of their own here, because
 * a client may try again after the one and not after the other; the reference's words are the same.
 */
function ourText(error: string): string {
  const refusal = "handshake rejected: ";
  if (error.startsWith(refusal)) return `connection rejected: ${error.slice(refusal.length)}`;
  const isEnd = /^(peer closed during handshake|link closed during transport prologue)$/.test(error);
  return `${isEnd ? "went away" : "protocol error"}: ${error}`;
}

describe("handshake.json", () => {
  it("the prologues that we write are those of the reference", (context) => {
    const ours: Readonly<Record<string, Uint8Array>> = {
      hello_bare: prologueHello,
      accept_bare: prologueAccept,
    };
    checkGolden(
      context,
      "handshake.json prologue",
      golden.prologue,
      (entry) => entry.name,
      ({ name, bytes }) => {
        const own = ours[name];
        if (own !== undefined)
          return toHex(own) === bytes ? "equal" : { differs: `${toHex(own)}, not ${bytes}` };
        // No side here sends a refusal; it must be understood.
        const initiator = machine("initiator");
        initiator.start();
        const text = errorOf(initiator.onFrame(fromHex(bytes)));
        return text === "protocol error: transport rejected: unsupported conduit mode"
          ? "equal"
          : { differs: String(text) };
      },
    );
  });

  it("prologues of the reference are read or refused as the reference does", (context) => {
    checkGolden(
      context,
      "handshake.json prologue_read",
      golden.prologue_read,
      ({ reader, name }) => `${reader} ${name}`,
      ({ reader, bytes, ok, error, sent }) => {
        const handshake = machine(reader);
        const started = handshake.start();
        const prefix = "protocol error: ";
        const expected = error?.startsWith(prefix) === true ? error : prefix + error;
        if (bytes === null) {
          const message = handshake.onLinkClosed(undefined)?.message;
          return message === ourText(`${error}`) ? "equal" : { differs: `${message}` };
        }
        const step = handshake.onFrame(fromHex(bytes));
        const text = errorOf(step);
        // After the prologue an initiator goes on with Hello.
        const sentHere = [...started.send, ...step.send].filter((frame) => frame.length === 8).map(toHex);
        if (!sameJson(sentHere, sent)) return { differs: `sent ${sentHere}` };
        if (ok !== undefined) return text === undefined ? "equal" : { differs: text };
        // A peer of another kind is named behind the reference's words.
        if (text === expected || text?.startsWith(`${expected}: the peer does not speak Vox`) === true)
          return "equal";
        return { differs: `${text}, not ${expected}` };
      },
    );
  });

  it("messages, both ways", (context) => {
    checkGolden(
      context,
      "handshake.json messages",
      golden.messages,
      (entry) => entry.name,
      ({ message, cbor }) => {
        const encoded = toHex(encodeHandshakeMessage(messageOf(message)));
        if (encoded !== cbor) return { differs: `encoded ${encoded}` };
        const decoded = messageToJson(decodeHandshakeMessage(fromHex(cbor), defaultLimits));
        return sameJson(decoded, message) ? "equal" : { differs: JSON.stringify(decoded) };
      },
    );
  });

  it("recorded messages decode to the recorded values, or fail", (context) => {
    checkGolden(
      context,
      "handshake.json decode",
      golden.decode,
      (entry) => entry.name,
      ({ name, cbor, ok }) => {
        let decoded: JsonObject | undefined;
        let fault: unknown;
        try {
          decoded = messageToJson(decodeHandshakeMessage(fromHex(cbor), defaultLimits));
        } catch (error) {
          fault = error;
        }
        if (fault !== undefined) expect(fault).toMatchObject({ code: "DecodeFailed" });
        const agrees = ok === undefined ? fault !== undefined : sameJson(decoded, ok);
        const reason = laxReads[name];
        if (agrees) return reason === undefined ? "equal" : { differs: "is excepted, yet equal" };
        return reason === undefined
          ? { differs: `${JSON.stringify(decoded)} ${fault}` }
          : { excepted: reason };
      },
    );
  });

  it("recorded handshakes come to the recorded ends", (context) => {
    checkGolden(
      context,
      "handshake.json flows",
      golden.flows,
      ({ role, name }) => `${role} ${name}`,
      (flow) => {
        const { sent, outcome = "no end" } = play(flow);
        const actualSent = sent.map((frame) => messageToJson(decodeHandshakeMessage(frame, defaultLimits)));
        if (flow.name === "same_parity_not_checked") {
          expect(outcome).toMatch(/^protocol error: handshake protocol error: both sides chose/);
          return { excepted: "wire.md §4.3: an acceptor that takes the initiator's parity is refused" };
        }
        if (flow.name === "bytes_metadata") {
          expect(actualSent.map((message) => Object.keys(message))).toEqual([["HelloYourself"]]);
          return { excepted: "wire.md §4.1: both forms of bytes are read, 0.8.2 reads none" };
        }
        const expectedSent = flow.sent.map(maskKey);
        if (!sameJson(actualSent, expectedSent)) return { differs: `sent ${JSON.stringify(actualSent)}` };
        if (typeof outcome !== "string") {
          const json = resultToJson(flow.role, outcome);
          return sameJson(json, flow.ok) ? "equal" : { differs: JSON.stringify(json) };
        }
        const [kind = ""] = flow.error?.split(": ") ?? [];
        const isDecoding = kind === "handshake decode error";
        // Texts of the CBOR reader are its own; all others are those of the reference.
        return (
          isDecoding
            ? outcome.startsWith(`protocol error: ${kind}: `)
            : outcome === ourText(`${flow.error}`)
        )
          ? "equal"
          : { differs: `${outcome}, not ${flow.error}` };
      },
    );
  });

  it("comes to the same end when the code that reads unusual answers is loaded on demand", async () => {
    for (const flow of golden.flows.filter(({ role }) => role === "initiator"))
      expect(await playSmall(flow), flow.name).toEqual(withoutList(play(flow)));
  });

  it("announces the recorded schemas of Message, whose root has the recorded id", () => {
    const recorded = readGolden<{ readonly handshake_message_schema_cbor: string }>("schemas.json");
    expect(toHex(messageSchemas())).toBe(recorded.handshake_message_schema_cbor);
    const cbor = decodeCbor(messageSchemas(), { maxBytes: 1 << 20, maxDepth: 64 });
    const list = readSchemaList(cbor, "", 100);
    expect(list).toHaveLength(33);
    expect(list.at(-1)?.id).toBe(messageTypeId);
    expect(toHex(encodeCbor(cbor))).toBe(recorded.handshake_message_schema_cbor);
  });
});

interface Played {
  readonly sent: Uint8Array[];
  readonly outcome: string | HandshakeResult | undefined;
}

function sideOf(flow: Flow, reader: AnswerReader | (() => Promise<AnswerReader>)): Handshake {
  const { role } = flow;
  const common = { settings: settingsOf(flow.settings), limits: defaultLimits };
  const key = (hex: string | null | undefined): Uint8Array | undefined =>
    hex === null || hex === undefined ? undefined : fromHex(hex);
  return role === "initiator"
    ? new InitiatorHandshake({
        ...common,
        metadata: new Metadata({ "vox-service": "Demo" }),
        presentedKey: key(flow.presented_key),
        answerReader: reader,
      })
    : new AcceptorHandshake({
        ...common,
        metadata: new Metadata(),
        offeredKey: flow.resumable === true ? keyForRandom : undefined,
        expectedKey: key(flow.expected_key),
      });
}

function framesOf({ role, received }: Flow): Uint8Array[] {
  return [role === "initiator" ? prologueAccept : prologueHello, ...received.map(fromHex)];
}

/** The same without the schemas in the Hello: an initiator that loads what it needs lists none. */
function withoutList({ sent, outcome }: Played): Played {
  const list = toHex(messageSchemas());
  return { sent: sent.map((frame) => fromHex(toHex(frame).replace(list, "80"))), outcome };
}

/** An initiator that loads what it needs. */
async function playSmall(flow: Flow): Promise<Played> {
  const handshake = sideOf(flow, () => Promise.resolve(answerReader));
  handshake.start();
  const sent: Uint8Array[] = [];
  for (const frame of framesOf(flow)) {
    let step = handshake.onFrame(frame);
    while (step.later !== undefined) step = await step.later;
    sent.push(...step.send);
    if (step.outcome?.kind === "failed") return { sent, outcome: step.outcome.error.message };
    if (step.outcome !== undefined) return { sent, outcome: step.outcome.result };
  }
  return { sent, outcome: handshake.onLinkClosed(undefined)?.message };
}

/** Runs one side on what it received, behind a good prologue. */
function play(flow: Flow): Played {
  const handshake = sideOf(flow, answerReader);
  handshake.start();
  const sent: Uint8Array[] = [];
  for (const frame of framesOf(flow)) {
    const step = handshake.onFrame(frame);
    sent.push(...step.send.filter((bytes) => toHex(bytes) !== toHex(prologueAccept)));
    if (step.outcome?.kind === "failed") return { sent, outcome: step.outcome.error.message };
    if (step.outcome !== undefined) return { sent, outcome: step.outcome.result };
  }
  return { sent, outcome: handshake.onLinkClosed(undefined)?.message };
}

function maskKey(message: JsonObject): JsonObject {
  const text = JSON.stringify(message);
  return JSON.parse(
    text.replace(`"${randomKey}"`, JSON.stringify({ bytes: toHex(keyForRandom) })),
  ) as JsonObject;
}

function resultToJson(role: Flow["role"], result: HandshakeResult): Json {
  const key = (bytes: Uint8Array | undefined): Json => {
    if (bytes === undefined) return null;
    return bytes === keyForRandom ? randomKey : toHex(bytes);
  };
  return {
    role: role === "initiator" ? "Initiator" : "Acceptor",
    our_settings: settingsToJson(result.local),
    peer_settings: settingsToJson(result.peer),
    peer_supports_retry: result.peerSupportsRetry,
    session_resume_key: key(result.sessionKey),
    peer_resume_key: key(result.presentedKey),
    peer_schema_count: result.peerSchemaCount,
    peer_metadata: metadataToJson(result.peerMetadata),
  };
}
