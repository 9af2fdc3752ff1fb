/** Messages, frames and byte streams against the recorded ones, both ways. */
import { describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { defaultLimits } from "../../packages/runtime/src/limits.js";
import { FrameDecoder, localFraming, streamFraming } from "../../packages/runtime/src/link/framing.js";
import {
  writeChannelClose,
  writeChannelReset,
  writeGrantCredit,
  writeItemHead,
} from "../../packages/runtime/src/wire/channel-messages.js";
import {
  ChannelBody,
  decodeMessage,
  MessageHead,
  MessageKind,
  RequestBody,
  type WireId,
} from "../../packages/runtime/src/wire/message.js";
import { Metadata, type MetadataEntry, writeMetadata } from "../../packages/runtime/src/wire/metadata.js";
import {
  beginPayload,
  endPayload,
  methodIdBytes,
  writeCallHead,
  writeCancel,
  writeResponseHead,
  writeSchemaMessage,
} from "../../packages/runtime/src/wire/request-messages.js";
import {
  writeConnectionAccept,
  writeConnectionClose,
  writeConnectionOpen,
  writeConnectionReject,
  writePing,
  writePong,
  writeProtocolError,
} from "../../packages/runtime/src/wire/session-messages.js";
import { fromHex, toHex } from "../support/golden-values.js";
import { checkGolden, readGolden } from "../support/report.js";

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

interface GoldenMessage {
  readonly name: string;
  readonly message: JsonObject;
  readonly bytes: string;
  readonly tcp: string;
}

interface Malformed {
  readonly name: string;
  readonly bytes: string;
  readonly ok?: JsonObject;
  readonly error?: string;
  readonly interpreter_limit?: string;
}

interface GoldenFrames {
  readonly name: string;
  readonly frames: readonly string[];
  readonly tcp: string;
  readonly local: string;
}

interface GoldenStream {
  readonly name: string;
  readonly link: "tcp" | "local";
  readonly bytes: string;
  readonly received: readonly { readonly frame?: string; readonly eof?: true; readonly error?: string }[];
}

const golden = readGolden<{
  readonly messages: readonly GoldenMessage[];
  readonly malformed: readonly Malformed[];
  readonly frames: readonly GoldenFrames[];
  readonly streams: readonly GoldenStream[];
}>("wire.json");

function only(value: Json | undefined): readonly [name: string, value: Json] {
  const [entry] = Object.entries(value as JsonObject);
  if (entry === undefined) throw new Error("an enum has one member");
  return entry;
}

const id = (value: Json | undefined): WireId => {
  const big = BigInt(value as string | number);
  return big <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(big) : big;
};
const method = (value: Json | undefined): bigint => BigInt(`0x${value as string}`);

function metadata(value: Json | undefined): Metadata {
  const entries = (value as readonly JsonObject[]).map((entry): MetadataEntry => {
    const [kind, content] = only(entry["value"]);
    return {
      key: entry["key"] as string,
      value:
        kind === "String"
          ? (content as string)
          : kind === "Bytes"
            ? fromHex(content as string)
            : BigInt(content as string),
      flags: BigInt(entry["flags"] as string | number),
    };
  });
  return new Metadata(entries);
}

function settings(value: Json | undefined) {
  const { parity, max_concurrent_requests: requests, initial_channel_credit: credit } = value as JsonObject;
  return {
    isEven: parity === "Even",
    maxConcurrentRequests: requests as number,
    initialChannelCredit: credit as number,
  };
}

function payload(w: Writer, p: number, hex: Json | undefined): { start: number; end: number } {
  const bytes = fromHex(hex as string);
  const start = beginPayload(w, p);
  if (start + bytes.length > w.limit) w.grow(start, bytes.length);
  w.buffer.set(bytes, start);
  return { start, end: start + bytes.length };
}

/** The message written by the library's writers; undefined where no writer of ours says such a thing. */
function encode(message: JsonObject): Uint8Array | undefined {
  const w = new Writer(1 << 14);
  const connection = id(message["connection_id"]);
  const [kind, body] = only(message["payload"]);
  const content = body as JsonObject;
  const end = encodeInto(w, connection, kind, content);
  return end === undefined ? undefined : w.buffer.slice(0, end);
}

function encodeInto(w: Writer, connection: WireId, kind: string, content: JsonObject): number | undefined {
  switch (kind) {
    case "ProtocolError":
      return connection === 0 ? writeProtocolError(w, 0, content["description"] as string) : undefined;
    case "ConnectionOpen":
      return writeConnectionOpen(
        w,
        0,
        connection,
        settings(content["connection_settings"]),
        metadata(content["metadata"]),
      );
    case "ConnectionAccept":
      return writeConnectionAccept(
        w,
        0,
        connection,
        settings(content["connection_settings"]),
        metadata(content["metadata"]),
      );
    case "ConnectionReject":
      return writeConnectionReject(w, 0, connection, metadata(content["metadata"]));
    case "ConnectionClose":
      return writeConnectionClose(w, 0, connection, metadata(content["metadata"]));
    case "Ping":
      return connection === 0 ? writePing(w, 0, id(content["nonce"])) : undefined;
    case "Pong":
      return writePong(w, 0, connection, id(content["nonce"]));
    case "SchemaMessage":
      return writeSchemaMessage(
        w,
        0,
        connection,
        methodIdBytes(method(content["method_id"])),
        content["direction"] === "Args" ? "args" : "response",
        fromHex(content["schemas"] as string),
      );
    case "RequestMessage":
      return encodeRequest(w, connection, id(content["id"]), only(content["body"]));
    case "ChannelMessage":
      return encodeChannel(w, connection, id(content["id"]), only(content["body"]));
    default:
      throw new Error(`unknown message ${kind}`);
  }
}

function encodeRequest(
  w: Writer,
  connection: WireId,
  request: WireId,
  [kind, body]: readonly [string, Json],
): number | undefined {
  const content = body as JsonObject;
  if (kind === "Cancel") {
    return (content["metadata"] as readonly Json[]).length === 0
      ? writeCancel(w, 0, connection, request)
      : undefined;
  }
  // Schemas travel in messages of their own: only the reader knows the inlined form.
  if (content["schemas"] !== "") return undefined;
  let p =
    kind === "Call"
      ? writeCallHead(w, 0, connection, request, methodIdBytes(method(content["method_id"])))
      : writeResponseHead(w, 0, connection, request);
  p = writeMetadata(w, p, metadata(content["metadata"]));
  const { start, end } = payload(w, p, content[kind === "Call" ? "args" : "ret"]);
  return endPayload(w, start, end);
}

function encodeChannel(
  w: Writer,
  connection: WireId,
  channel: WireId,
  [kind, body]: readonly [string, Json],
): number {
  const content = body as JsonObject;
  switch (kind) {
    case "Item": {
      const { start, end } = payload(w, writeItemHead(w, 0, connection, channel), content["item"]);
      // An Item has nothing behind its payload.
      return endPayload(w, start, end) - 1;
    }
    case "Close":
      return writeChannelClose(w, 0, connection, channel, metadata(content["metadata"]));
    case "Reset":
      return writeChannelReset(w, 0, connection, channel, metadata(content["metadata"]));
    default:
      return writeGrantCredit(w, 0, connection, channel, content["additional"] as number);
  }
}

const names = Object.fromEntries(Object.entries(MessageKind).map(([name, kind]) => [kind, name]));
const wireNames: Readonly<Record<string, string>> = {
  Request: "RequestMessage",
  Schema: "SchemaMessage",
  Channel: "ChannelMessage",
};

const json = (value: WireId | bigint): Json =>
  BigInt(value) <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value);

/** A decoded head in the notation of the golden data. */
function describeHead(head: MessageHead, bytes: Uint8Array): JsonObject {
  const name = names[head.kind] ?? "";
  return {
    connection_id: json(head.connectionId),
    payload: { [wireNames[name] ?? name]: describeBody(head, bytes) },
  };
}

function describeBody(head: MessageHead, bytes: Uint8Array): JsonObject {
  const hex = (start: number, end: number): string => toHex(bytes.subarray(start, end));
  const list = (): Json => describeMetadata(Metadata.decode(bytes, head.metadataStart, head.metadataEnd));
  const methodId = (): string =>
    ((BigInt(head.methodHigh >>> 0) << 32n) | BigInt(head.methodLow >>> 0)).toString(16).padStart(16, "0");
  const schemas = (): string => hex(head.schemasStart, head.schemasEnd);
  switch (head.kind) {
    case MessageKind.ProtocolError:
      return { description: head.text };
    case MessageKind.ConnectionOpen:
    case MessageKind.ConnectionAccept:
      return {
        connection_settings: {
          parity: head.isEven ? "Even" : "Odd",
          max_concurrent_requests: head.maxConcurrentRequests,
          initial_channel_credit: head.initialChannelCredit,
        },
        metadata: list(),
      };
    case MessageKind.ConnectionReject:
    case MessageKind.ConnectionClose:
      return { metadata: list() };
    case MessageKind.Ping:
    case MessageKind.Pong:
      return { nonce: json(head.nonce) };
    case MessageKind.Schema:
      return {
        method_id: methodId(),
        direction: head.direction === "args" ? "Args" : "Response",
        schemas: schemas(),
      };
    case MessageKind.Request: {
      const payloadHex = hex(head.payloadStart, head.payloadEnd);
      if (head.body === RequestBody.Cancel)
        return { id: json(head.id), body: { Cancel: { metadata: list() } } };
      const body: JsonObject =
        head.body === RequestBody.Call
          ? { Call: { method_id: methodId(), metadata: list(), args: payloadHex, schemas: schemas() } }
          : { Response: { metadata: list(), ret: payloadHex, schemas: schemas() } };
      return { id: json(head.id), body };
    }
    default:
      return { id: json(head.id), body: describeChannel(head, hex, list) };
  }
}

function describeChannel(
  head: MessageHead,
  hex: (start: number, end: number) => string,
  list: () => Json,
): JsonObject {
  if (head.body === ChannelBody.Item) return { Item: { item: hex(head.payloadStart, head.payloadEnd) } };
  if (head.body === ChannelBody.GrantCredit) return { GrantCredit: { additional: head.additional } };
  return { [head.body === ChannelBody.Close ? "Close" : "Reset"]: { metadata: list() } };
}

function describeMetadata(entries: Metadata): Json {
  return [...entries].map(({ key, value, flags }) => ({
    key,
    value:
      typeof value === "string"
        ? { String: value }
        : typeof value === "bigint"
          ? { U64: json(value) }
          : { Bytes: toHex(value) },
    flags: json(flags),
  }));
}

function decode(hex: string): JsonObject {
  // Off by some bytes, so that an offset that is not taken from the frame's start shows.
  const bytes = fromHex(`ababab${hex}abab`);
  const head = new MessageHead();
  decodeMessage(head, bytes, 3, bytes.length - 2);
  return describeHead(head, bytes);
}

/** Choices of `protocol/wire.md` and `protocol/postcard.md` that the recorded peer does not make. */
const stricter: Readonly<Record<string, string>> = {
  open_max_requests_too_big: "values that do not fit their type are refused (postcard.md §1)",
  grant_too_big: "values that do not fit their type are refused (postcard.md §1)",
  ping_nonce_bits_above: "bits above the type's width are refused (postcard.md §1)",
};

function sameJson(a: Json, b: Json): boolean {
  const sorted = (value: Json): string =>
    JSON.stringify(value, (_key, inner: Json) =>
      typeof inner === "object" && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
        : inner,
    );
  return sorted(a) === sorted(b);
}

describe("golden wire.json", () => {
  it("messages are read (messages)", (context) => {
    checkGolden(
      context,
      "wire.json messages, read",
      golden.messages,
      (entry) => entry.name,
      ({ message, bytes }) => {
        const read = decode(bytes);
        return sameJson(read, message) ? "equal" : { differs: JSON.stringify(read) };
      },
    );
  });

  it("messages are written (messages)", (context) => {
    checkGolden(
      context,
      "wire.json messages, written",
      golden.messages,
      (entry) => entry.name,
      ({ message, bytes, tcp }) => {
        const written = encode(message);
        if (written === undefined) return { excepted: "we never send this form; it is only read" };
        if (toHex(written) !== bytes) return { differs: toHex(written) };
        const framed = new Uint8Array(written.length + streamFraming.headerBytes);
        streamFraming.writeHeader(framed, 0, written.length);
        framed.set(written, streamFraming.headerBytes);
        return toHex(framed) === tcp ? "equal" : { differs: toHex(framed) };
      },
    );
  });

  it("malformed messages are refused (malformed)", (context) => {
    checkGolden(
      context,
      "wire.json malformed",
      golden.malformed,
      (entry) => entry.name,
      ({ name, bytes, ok, error, interpreter_limit: limit }) => {
        let read: JsonObject;
        try {
          read = decode(bytes);
        } catch (fault) {
          const text = fault instanceof Error ? fault.message : String(fault);
          const reason = stricter[name];
          if (reason !== undefined) return { excepted: reason };
          if (limit !== undefined) return text.startsWith("unexpected EOF") ? "equal" : { differs: text };
          // The recorded text of an unknown variant has no position; ours has.
          const expected = error ?? "";
          const isSame =
            text === expected ||
            (expected.startsWith("unknown remote") && text.startsWith(`${expected} at byte `));
          return isSame ? "equal" : { differs: text };
        }
        return ok !== undefined && sameJson(read, ok) ? "equal" : { differs: JSON.stringify(read) };
      },
    );
  });

  it("frames are written and read (frames)", (context) => {
    checkGolden(
      context,
      "wire.json frames",
      golden.frames,
      (entry) => entry.name,
      ({ frames, ...recorded }) => {
        const bodies = frames.map(fromHex);
        const expected = [...frames.map((frame) => `frame ${frame}`), "eof"].join(", ");
        for (const link of ["tcp", "local"] as const) {
          const framing = framings[link];
          const { headerBytes } = framing;
          const stream = bodies.map((body) => {
            const framed = new Uint8Array(headerBytes + body.length).fill(0xee);
            framing.writeHeader(framed, 0, body.length);
            framed.set(body, headerBytes);
            return toHex(framed);
          });
          if (stream.join("") !== recorded[link]) return { differs: `${link}: ${stream.join("")}` };
          const received = receive(fromHex(recorded[link]), recorded[link].length, link).join(", ");
          if (received !== expected) return { differs: `${link}: ${received}` };
        }
        return "equal";
      },
    );
  });

  it("streams end as recorded, however they are cut (streams)", (context) => {
    checkGolden(
      context,
      "wire.json streams",
      golden.streams,
      (entry) => `${entry.link} ${entry.name}`,
      ({ name, link, bytes, received }) => {
        const expected = received
          .map((event) =>
            event.frame !== undefined ? `frame ${event.frame}` : event.eof === true ? "eof" : event.error,
          )
          .join(", ");
        const stream = fromHex(bytes);
        for (let size = 1; size <= Math.max(1, stream.length); size++) {
          const seen = receive(stream, size, link).join(", ");
          if (link === "local" && name in localErrors) {
            if (seen !== localErrors[name]) return { differs: `in chunks of ${size}: ${seen}` };
            if (size >= stream.length)
              return { excepted: "cut, or with descriptors: an error is chosen (wire.md §2)" };
            continue;
          }
          if (seen === expected) continue;
          const isOverLimit =
            seen.includes("may have") && (name === "claims_256_mib" || name === "length_is_little_endian");
          if (isOverLimit)
            return { excepted: "more than a frame may have: refused at its header (wire.md §2)" };
          return { differs: `in chunks of ${size}: ${seen}` };
        }
        return "equal";
      },
    );
  });
});

const framings = { tcp: streamFraming, local: localFraming };

/** What is said where the reference takes a stream of a Unix socket in silence. */
const localErrors: Readonly<Record<string, string>> = {
  header_3: "stream ended after 3 of 8 frame header bytes",
  header_7: "stream ended after 7 of 8 frame header bytes",
  header_only: "stream ended after 0 of 3 frame body bytes",
  body_cut: "stream ended after 2 of 3 frame body bytes",
  one_then_cut: "frame 000801, stream ended after 1 of 8 frame header bytes",
  claims_one_descriptor_without_one:
    "protocol error: a frame came with 1 file descriptor, which cannot be received here",
  claims_descriptors_max:
    "protocol error: the peer does not speak Vox: its first frame is none: a frame came with 16777215 file descriptors",
  tcp_framing_sent_to_local: "stream ended after 7 of 8 frame header bytes",
};

/** What a stream in chunks of a size gives: frames, then its end. */
function receive(stream: Uint8Array, chunkBytes: number, link: GoldenStream["link"]): string[] {
  const events: string[] = [];
  const decoder = new FrameDecoder(
    { maxFrameBytes: defaultLimits.maxFrameBytes },
    (bytes, start, end) => {
      events.push(`frame ${toHex(bytes.subarray(start, end))}`);
    },
    framings[link],
  );
  for (let at = 0; at < stream.length; at += chunkBytes) {
    const refused = decoder.push(stream.slice(at, at + chunkBytes));
    if (refused !== undefined) return [...events, refused.message];
  }
  const error = decoder.finish();
  return [...events, error === undefined ? "eof" : error.message.replace("io error: ", "")];
}

describe("message reader", () => {
  it("reads every prefix of every recorded message or refuses it, and never reads behind the end", () => {
    const head = new MessageHead();
    for (const { bytes } of golden.messages) {
      const whole = fromHex(bytes);
      for (let length = 0; length < Math.min(whole.length, 300); length++) {
        expect(() => decodeMessage(head, whole, 0, length)).toThrow(/at byte \d+$/);
      }
    }
  });
});
