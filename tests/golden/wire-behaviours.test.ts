/** Messages by their bytes: rows of `protocol/behaviours.md` §3 and §15. */
import * as $ from "@voxrpc/runtime/gen/v1";
import { describe, expect, it } from "vitest";
import { Writer } from "../../packages/runtime/src/bytes/writer.js";
import { writeItemHead } from "../../packages/runtime/src/wire/channel-messages.js";
import {
  ChannelBody,
  decodeMessage,
  MessageHead,
  MessageKind,
} from "../../packages/runtime/src/wire/message.js";
import { Metadata, writeMetadata } from "../../packages/runtime/src/wire/metadata.js";
import {
  beginPayload,
  endItem,
  endPayload,
  methodIdBytes,
  writeCallHead,
  writeSchemaMessage,
} from "../../packages/runtime/src/wire/request-messages.js";
import { writeConnectionReject } from "../../packages/runtime/src/wire/session-messages.js";
import { codecOf, loadModel, modelOf } from "../support/generated.js";
import { fromHex, toHex } from "../support/golden-values.js";
import { interpretedPart } from "../support/interpreted-codec.js";
import { GoldenTypes } from "./golden-types.js";

const text = (value: string): string => toHex(new TextEncoder().encode(value));

function written(write: (w: Writer) => number): string {
  const w = new Writer(4096);
  const end = write(w);
  return toHex(w.buffer.slice(0, end));
}

function read(hex: string): { readonly head: MessageHead; readonly bytes: Uint8Array } {
  const head = new MessageHead();
  const bytes = fromHex(hex);
  decodeMessage(head, bytes, 0, bytes.length);
  return { head, bytes };
}

function metadataOf(hex: string): Metadata {
  const { head, bytes } = read(hex);
  return Metadata.decode(bytes, head.metadataStart, head.metadataEnd);
}

describe("messages", () => {
  it("connection_reject_with_nonempty_metadata_round_trips", () => {
    const reason = "missing required vox-service metadata";
    const hex = written((w) => writeConnectionReject(w, 0, 1, new Metadata({ error: reason })));
    expect(hex).toBe(`01030105${text("error")}0025${text(reason)}00`);
    expect(read(hex).head).toMatchObject({ connectionId: 1, kind: MessageKind.ConnectionReject });
    expect([...metadataOf(hex)]).toEqual([{ key: "error", value: reason, flags: 0n }]);
  });

  it("message_control_metadata_bytes_roundtrip", () => {
    const hex = "07030104626c6f620104deadbeef00";
    const metadata = new Metadata({ blob: fromHex("deadbeef") });
    expect(written((w) => writeConnectionReject(w, 0, 7, metadata))).toBe(hex);
    expect(written((w) => writeConnectionReject(w, 0, 7, metadataOf(hex)))).toBe(hex);
  });

  it("encode_roundtrip_schema_message", () => {
    const hex = "01062a0007deadbeef070809";
    const write = (schemas: Uint8Array): string =>
      written((w) => writeSchemaMessage(w, 0, 1, methodIdBytes(42n), "args", schemas));
    expect(write(fromHex("deadbeef070809"))).toBe(hex);
    const { head, bytes } = read(hex);
    expect([head.connectionId, head.methodLow, head.methodHigh, head.direction]).toEqual([1, 42, 0, "args"]);
    expect(write(bytes.slice(head.schemasStart, head.schemasEnd))).toBe(hex);
  });

  it("encode_roundtrip_message_with_gnarly_payload", () => {
    const declarations = [
      "struct Attribute { key: string, value: string }",
      "enum Kind { File { mime: string, tags: string[] }, Directory { child_count: u32, children: string[] }, Symlink { target: string, hops: u32[] } }",
      "struct Entry { id: u64, parent: u64?, name: string, path: string, attrs: Attribute[], chunks: bytes[], kind: Kind }",
      "struct Payload { revision: u64, mount: string, entries: Entry[], footer: string?, digest: bytes }",
    ];
    const entry = (id: bigint, kind: unknown) => ({
      id,
      parent: id === 1n ? undefined : 1n,
      name: `entry-${id}`,
      path: `/mnt/${id}`,
      attrs: [{ key: "owner", value: "root" }],
      chunks: [Uint8Array.of(1, 2, 3), new Uint8Array(0)],
      kind,
    });
    const value = {
      revision: 2n ** 60n,
      mount: "/mnt",
      entries: [
        entry(1n, { kind: "Directory", childCount: 2, children: ["a", "b"] }),
        entry(2n, { kind: "File", mime: "text/plain", tags: ["x", "y"] }),
        entry(3n, { kind: "Symlink", target: "../a", hops: [1, 300] }),
      ],
      footer: "end",
      digest: new Uint8Array(32).fill(0xab),
    };
    const interpreted = interpretedPart(new GoldenTypes(declarations).type("Payload"));
    const message = (payload: (w: Writer, p: number) => number): string =>
      written((w) => {
        const p = writeCallHead(w, 0, 1, 9, methodIdBytes(42n));
        const start = beginPayload(w, writeMetadata(w, p, new Metadata({ kind: "bench" })));
        return endPayload(w, start, payload(w, start));
      });
    const hex = message((w, p) => interpreted.write(w, p, value));
    const model = modelOf({ "/gnarly.vox": `package gnarly\n${declarations.join("\n")}` });
    const generated = codecOf(loadModel(model), "Payload").encode(value);
    expect(
      message((w, p) => {
        w.buffer.set(generated, p);
        return p + generated.length;
      }),
    ).toBe(hex);
    const { head, bytes } = read(hex);
    expect([head.connectionId, head.id, head.methodLow]).toEqual([1, 9, 42]);
    const length = head.payloadEnd - head.payloadStart;
    expect(new DataView(bytes.buffer).getUint32(head.payloadStart - 4, true)).toBe(length);
    const r = new $.Reader();
    r.reset(bytes, head.payloadStart, head.payloadEnd);
    expect(interpreted.read(r)).toStrictEqual(value);
    expect(message((w, p) => interpreted.write(w, p, value))).toBe(hex);
  });
});

/** An Item of channel 7: behind its id is an opaque payload. */
function item(payload: (w: Writer, p: number) => number): string {
  return written((w) => {
    const start = beginPayload(w, writeItemHead(w, 0, 0, 7));
    return endItem(w, start, payload(w, start));
  });
}

function payloadOf(hex: string): Uint8Array {
  const { head, bytes } = read(hex);
  expect([head.body, head.id]).toEqual([ChannelBody.Item, 7]);
  return bytes.slice(head.payloadStart, head.payloadEnd);
}

const raw =
  (bytes: Uint8Array) =>
  (w: Writer, p: number): number => {
    w.buffer.set(bytes, p);
    return p + bytes.length;
  };

describe("opaque payloads", () => {
  it("opaque_round_trip", () => {
    const hex = item((w, p) => $.writeU32(w, p, 42));
    expect(hex).toBe("000707" + "00" + "01000000" + "2a");
    expect(toHex(payloadOf(hex))).toBe("2a");
    expect(item(raw(payloadOf(hex)))).toBe(hex);
  });

  it("opaque_vec_u8_round_trip", () => {
    const bytes = interpretedPart(new GoldenTypes([]).type("bytes"));
    const hex = item((w, p) => bytes.write(w, p, new Uint8Array(32)));
    expect(hex).toBe(`00070700${"21000000"}20${"00".repeat(32)}`);
    const r = new $.Reader();
    r.reset(payloadOf(hex));
    expect(bytes.read(r)).toEqual(new Uint8Array(32));
    expect(item(raw(payloadOf(item(raw(payloadOf(hex))))))).toBe(hex);
  });
});
